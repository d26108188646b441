"""Tables as HTML, for notebooks: everything that comes from a plugin, a file or a record is escaped."""

import html
from collections.abc import Iterable, Sequence

import pandas as pd

from ganbench.report.grid import COSTS, Grid, grids
from ganbench.report.numbers import ARROWS, NOTHING, number
from ganbench.report.terminal import missing_lines
from ganbench.schema.record import ScoreInterval


def leaderboard_html(board: pd.DataFrame) -> str:
    """Return a table for each board of a leaderboard, best models first, with what is missing and why."""
    parts = [_board(grid) for grid in grids(board)]
    return "".join([*parts, *_notes(missing_lines(board))])


def scores_html(intervals: Sequence[ScoreInterval], title: str) -> str:
    """Return a table of scores: value, interval if there is one, direction, protocol or the reason of its absence."""
    rows = []
    for interval in intervals:
        score = interval.score
        ends = [number(end) for end in (interval.low, interval.high) if end is not None]
        protocol = ", ".join(f"{key} {value}" for key, value in score.protocol.items())
        value = NOTHING if score.value is None else number(score.value, 4)
        direction = ARROWS.get(score.better, score.better)
        rows.append([score.name.replace("_", " "), value, " … ".join(ends), direction, score.reason or protocol])
    return table_html(title, ["score", "value", "95 % interval", "better", "protocol"], rows)


def table_html(title: str, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of texts, all escaped."""
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in headings)
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    caption = f"<caption>{html.escape(title)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _board(grid: Grid) -> str:
    headings = ["place", "model", *(" ".join(filter(None, heading)) for heading in grid.headings), *COSTS]
    rows = [[row.place, " + ".join(row.names), *(cell.text for cell in row.cells), *row.costs] for row in grid.rows]
    return "".join([table_html(grid.board.title, headings, rows), *_notes(grid.notes)])


def _notes(lines: Iterable[str]) -> list[str]:
    return [f"<p>{html.escape(line)}</p>" for line in lines]

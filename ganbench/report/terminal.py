"""The leaderboard in a terminal: a table a dataset, best first, with what is missing and why."""

from collections.abc import Iterator

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ganbench.report.grid import COSTS, Grid, grids
from ganbench.report.notes import Order


def leaderboard_tables(leaderboard: pd.DataFrame, width: int = 132, order: Order = "mean") -> Iterator[Group]:
    """Yield a title and a table for each suite, budget, device and dataset of a leaderboard frame.

    Scores that do not fit into the width, in characters, are named below; the first always stands. order: as grids
    has it.
    """
    for grid in grids(leaderboard, order):
        board = grid.board
        rest = escape(board.rest)
        if board.mark:
            rest = rest.replace(board.mark, f"[bold yellow]{board.mark}[/]")
        yield Group(Text.from_markup(f"[bold]{escape(board.dataset)}[/] – {rest}"), *_fitted(grid, width))


def missing_lines(board: pd.DataFrame) -> list[str]:
    """Return a line for each reason that runs or numbers are missing, with all whom it concerns."""
    lines: dict[tuple[str, str], list[str]] = {}
    for _, row in board[board["reason"] != ""].sort_values("failed", ascending=False, kind="stable").iterrows():
        counts = [f"{row[status]} {status}" for status in ("failed", "skipped") if row[status]]
        what = ", ".join(counts) if counts else f"no {row['metric'] or 'score'}"
        who = lines.setdefault((f"{row['dataset']}: {what}", row["reason"]), [])
        who += [_who(row)] if _who(row) not in who else []
    return [f"{what}: {reason} ({', '.join(who)})" for (what, reason), who in lines.items()]


def _fitted(grid: Grid, width: int) -> Iterator[RenderableType]:
    """Yield the table with as many scores as fit, a line that names the others, and the notes."""
    console = Console(width=10_000)
    shown = len(grid.headings)
    while shown > 1 and console.measure(_table(grid, shown)).maximum > width:
        shown -= 1
    yield _table(grid, shown)
    if shown < len(grid.headings):
        names = ", ".join(dict.fromkeys(name.rpartition(" ")[0] for name, _ in grid.headings[shown:]))
        yield Text(f"more in leaderboard.csv: {names}", style="dim")
    for note in grid.notes:
        yield Text(note, style="dim")
    yield Text()


def _table(grid: Grid, shown: int) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("place", justify="right")
    table.add_column("model", no_wrap=True)
    for name, notes in grid.headings[:shown]:
        table.add_column(Text(f"{name}\n{notes}" if notes else name), justify="right")
    further = [("worst seed", grid.by_worst), ("beats baseline", grid.compared)]
    for heading in (*(name for name, there in further if there), *COSTS):
        table.add_column(heading, justify="right")
    for row in grid.rows:
        cells = [Text(cell.text, style="bold" if cell.best else "") for cell in row.cells[:shown]]
        others = [text for text, there in ((row.worst, grid.by_worst), (row.improvement, grid.compared)) if there]
        place = Text(row.place.replace(" (", "\n("))
        table.add_row(place, Text("\n  ".join(row.names)), *cells, *others, *row.costs)
    return table


def _who(row: pd.Series) -> str:
    return f"{row['model']} + {row['loss']}" if row["loss"] else str(row["model"])

"""The leaderboard as text in rows and columns: what the terminal, Markdown and LaTeX all show."""

import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ganbench.analysis.boards import Board, split_by_board
from ganbench.report.notes import Order, place_notes
from ganbench.report.numbers import ARROWS, NOTHING, number
from ganbench.schema.direction import merit

_LINE = ["model", "loss", "settings", "versions"]
_SCORE = ["metric", "score", "better", "protocol"]
COSTS = ("seeds", "images", "updates", "seconds")
UNDECIDED = "undecided"


@dataclass(frozen=True)
class Cell:
    """A number with its spread, and of how many seeds where some failed. facts: its row of the leaderboard.

    best: whether its place is the first: one that the seeds leave undecided is none.
    """

    text: str
    best: bool = False
    facts: Mapping[Hashable, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One model. names: itself, its loss, and what else tells it apart.

    place: by the first score, `1`, or `1=` shared, or `undecided (p = 0.12)`. worst: the worst seed's first score.
    improvement: the probability of beating the baseline by the first score; empty without a baseline. costs: as COSTS.
    facts: the first of its rows of the leaderboard.
    """

    names: tuple[str, ...]
    place: str
    cells: tuple[Cell, ...]
    improvement: str
    worst: str
    costs: tuple[str, ...]
    facts: Mapping[Hashable, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Grid:
    """One table of the leaderboard, of one board.

    headings: a name, and a line of features and protocol below it, of each score. scores: what each is, by the
    leaderboard's columns metric, score, better and protocol. by_worst: whether the rows are ordered by the worst seed.
    notes: what a reader must know of the places and the means, a line each.
    """

    board: Board
    headings: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    scores: tuple[Mapping[str, Any], ...] = ()
    by_worst: bool = False
    notes: tuple[str, ...] = ()

    @property
    def compared(self) -> bool:
        """Whether any model is compared with a baseline."""
        return any(row.improvement for row in self.rows)


def grids(board: pd.DataFrame, order: Order = "mean") -> Iterator[Grid]:
    """Yield a table for each suite, budget, device and dataset of a leaderboard frame, best models first.

    order: by the mean over seeds, or by the worst seed, of the first score; models with failed seeds come after all
    that have a smaller share of them.
    """
    for which, part in split_by_board(board):
        scores = _scores(part)
        distinguishing = _differing(scores)
        further = [name for name, before in (("settings", 2), ("versions", 3)) if _ambiguous(part, _LINE[:before])]
        lines = [_Line(rows, further) for _, rows in part.groupby(_LINE, sort=False)]
        rivals = [line.found(scores[0]) for line in lines] if scores else []
        yield Grid(
            which,
            tuple(_heading(score, distinguishing) for score in scores),
            tuple(
                _row(line, scores, rivals) for line in sorted(lines, key=lambda line: _standing(line, scores, order))
            ),
            tuple(scores),
            order == "worst",
            tuple(place_notes(rivals, order)),
        )


def _scores(part: pd.DataFrame) -> list[dict[str, Any]]:
    # one column a score and protocol, none for scores that nobody on this dataset has
    scored = part[part["mean"].notna()]
    distinct = scored[_SCORE].drop_duplicates()
    return [dict(zip(distinct.columns, row, strict=True)) for row in distinct.itertuples(index=False)]


def _ambiguous(part: pd.DataFrame, names: list[str]) -> bool:
    return bool(part.drop_duplicates(_LINE).duplicated(names).any())


class _Line:
    """One model's part of a board: its first row, and a row for each score."""

    def __init__(self, rows: pd.DataFrame, further: list[str]) -> None:
        records = rows.to_dict("records")
        self.first = records[0]
        names = [self.first["model"], self.first["loss"], *(self.first[name].replace(",", ", ") for name in further)]
        self.names = tuple(filter(None, names))
        self._rows = {tuple(record[field] for field in _SCORE): record for record in records}

    def found(self, score: Mapping[str, Any]) -> dict[Hashable, Any]:
        """Return the row of a score; empty where there is none with a mean."""
        row = self._rows.get(tuple(score[field] for field in _SCORE), {})
        return {} if pd.isna(row.get("mean")) else row


def _row(line: _Line, scores: list[dict[str, Any]], rivals: list[dict[Hashable, Any]]) -> Row:
    leading = line.found(scores[0]) if scores else {}
    place = _place(leading, rivals) if leading else ""
    improvement = _improvement(leading) if leading else ""
    worst = NOTHING if pd.isna(leading.get("worst")) else _worst(leading)
    first = line.first
    costs = (_seeds(first), *(_plain(first[name]) for name in ("images", "updates", "seconds")))
    cells = tuple(_cell(line.found(score)) for score in scores)
    return Row(line.names, place or NOTHING, cells, improvement, worst, costs, first)


def _place(row: dict[Hashable, Any], rivals: list[dict[Hashable, Any]]) -> str:
    """Say a place, `=` after a shared one, or that it is undecided; nothing outside the competition."""
    if pd.isna(row["rank"]):
        return ""
    if pd.isna(row["place"]):
        return UNDECIDED if pd.isna(row["place_p"]) else f"{UNDECIDED} (p = {row['place_p']:.2f})"
    shared = sum(rival.get("place") == row["place"] for rival in rivals) > 1
    return f"{int(row['place'])}{'=' if shared else ''}"


def _worst(row: dict[Hashable, Any]) -> str:
    return "failed" if row["failed_seeds"] else number(row["worst"])


def _improvement(row: dict[Hashable, Any]) -> str:
    if pd.isna(row["improvement"]):
        return ""
    ends = [row["improvement_low"], row["improvement_high"]]
    spread = "" if pd.isna(ends[0]) else f" ({ends[0]:.2f}–{ends[1]:.2f})"
    return f"{row['improvement']:.2f}{spread}"


def _differing(scores: list[dict[str, Any]]) -> set[str]:
    """Return the fields of protocols in which two columns of one score differ."""
    apart: set[str] = set()
    for name in {score["score"] for score in scores}:
        protocols = [score["protocol"].facts for score in scores if score["score"] == name]
        apart |= {key for one in protocols for key in one if any(other.get(key) != one[key] for other in protocols)}
    return apart


def _heading(score: dict[str, Any], distinguishing: set[str]) -> tuple[str, str]:
    """Return a score's name and direction, and its features with what tells it from another protocol."""
    protocol = score["protocol"].facts
    notes = [f"{protocol['features']}, n={int(protocol['fake']):,}"] if "features" in protocol else []
    notes += [f"{key} {protocol[key]}" for key in sorted(distinguishing - {"features"}) if key in protocol]
    aim = score["better"].partition("closer to ")[2]
    notes += [f"best at {aim}"] if aim else []
    direction = ARROWS.get(score["better"], "→")
    return f"{score['score'].replace('_', ' ')} {direction}", f"({', '.join(notes)})" if notes else ""


def _standing(line: _Line, scores: list[dict[str, Any]], order: Order) -> tuple[float, ...]:
    """Return what rows are sorted by: of each score the share of failed seeds, then the mean or the worst seed."""
    found = [(line.found(score), score["better"]) for score in scores]
    keys = [_key(row, better, "mean") for row, better in found]
    return tuple(number for key in [*(_key(*each, order) for each in found[:1]), *keys] for number in key)


def _key(row: dict[Hashable, Any], better: str, column: str) -> tuple[float, float]:
    if not row:
        return math.inf, math.inf
    return row["failed_seeds"] / (row["failed_seeds"] + row["seeds"]), merit(row[column], better)


def _cell(row: dict[Hashable, Any]) -> Cell:
    if not row:
        return Cell(NOTHING)
    spread = "" if pd.isna(row["deviation"]) else f" ± {number(row['deviation'], 2)}"
    seeds, failed = row["seeds"], row["failed_seeds"]
    of = f" ({seeds} of {seeds + failed})" if failed else ""
    return Cell(f"{number(row['mean'])}{spread}{of}", row["place"] == 1, row)


def _seeds(row: dict[Hashable, Any]) -> str:
    counts = [f"{row[status]} {status}" for status in ("failed", "skipped") if row[status]]
    return ", ".join(([str(row["done"])] if row["done"] else []) + counts)


def _plain(value: float) -> str:
    return NOTHING if pd.isna(value) else number(value)

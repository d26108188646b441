"""A board as a table for readers who sort, filter and choose columns."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ganbench.report.grid import Row
from ganbench.report.numbers import NOTHING, number
from ganbench.site.content import BoardPage, Content

# what the first score has besides, for those who ask: label, what it shows, and the leaderboard's columns
_FURTHER = (
    ("95 % interval", "Of the mean, by Student's t over seeds.", "low", "high"),
    ("worst seed", "The worst finished seed; failed seeds are worse.", "worst", ""),
    ("IQM", "Interquartile mean over seeds.", "iqm", ""),
    ("rank interval", "95 %, for all ranks at once, by the comparisons that places rest on.", "rank_low", "rank_high"),
    ("sampling ±", "Deviation by sampling one model; a score's own ± is over seeds.", "sampling_deviation", ""),
    ("best", "The best score at any checkpoint, of several.", "best", ""),
    ("gap", "What the final score has lost on the best.", "gap", ""),
    ("area", "The score averaged over training.", "area", ""),
    ("collapsed", "Share of seeds that lost half of what they had gained, beyond sampling noise.", "collapsed", ""),
)  # fmt: skip
# what every model has, whatever it was scored by: label, what it shows, the leaderboard's column, whether shown
_PLAIN = (
    ("diverged", "Share of runs that ended by a loss that was not finite.", "diverged", False),
    ("images", "Real samples consumed, mean over runs; a step of EM reads the whole data again.", "images", True),
    ("updates", "Of the model, mean over runs; one step of EM is one.", "updates", True),
    ("seconds", "Of training, mean over runs.", "seconds", True),
    ("images/s", "Real samples consumed in a second of training.", "images_per_second", False),
    ("parameters", "Trainable, of all networks.", "parameters", False),
    ("peak memory, MiB", "On the GPU; not measured on a CPU.", "peak_memory_bytes", False),
    ("versions", "Of ganbench, plugins and torch.", "versions", False),
)


@dataclass(frozen=True)
class Head:
    """A column. page: what explains it, from the front page; shown: whether it is there before anybody asks."""

    label: str
    about: str = ""
    note: str = ""
    page: str = ""
    shown: bool = True
    numeric: bool = True


@dataclass(frozen=True)
class Datum:
    """A cell. order: what it is sorted by, if not its text; best: whether its place is the first."""

    text: str
    order: str = ""
    best: bool = False
    page: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A board's columns and rows."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[Datum, ...], ...]


def board_table(board: BoardPage, content: Content) -> Table:
    """Return a board's table: place, model, family, whether conditional, every score, what it cost."""
    grid = board.grid
    heads = [
        Head(
            "place", "By the first score, all pairs at once; = where it is shared, undecided where seeds are too few."
        ),
        Head("model", numeric=False),
        Head("family", "What kind of model it is.", shown=False, numeric=False),
        Head("labels", "Whether the model takes labels.", shown=False, numeric=False),
    ]
    for (name, note), score in zip(grid.headings, grid.scores, strict=True):
        heads.append(Head(name, "Mean over seeds ± their deviation.", note, content.metrics[score["metric"]]))
    if grid.compared:
        note = f"({content.baseline})" if content.baseline else ""
        heads.append(Head("beats baseline", "Probability that a run beats one of it, by the first score.", note))
    heads.append(Head("seeds", "Runs, and those that failed or were skipped."))
    first = grid.scores[0]["score"].replace("_", " ") if grid.scores else ""
    shown = {"worst seed"} if grid.by_worst else set()
    heads += [Head(label, f"{about} Of {first}.", shown=label in shown) for label, about, *_ in _FURTHER if first]
    heads += [Head(label, about, shown=shown, numeric=label != "versions") for label, about, _, shown in _PLAIN]
    return Table(tuple(heads), tuple(tuple(_cells(row, board, content)) for row in grid.rows))


def _cells(row: Row, board: BoardPage, content: Content) -> Iterator[Datum]:
    facts = row.facts
    yield Datum(row.place, _place_order(row))
    contender = content.contender(str(facts["model"]), str(facts["loss"]))
    yield Datum(row.names[0], " ".join(row.names), page=contender.page, lines=row.names[1:])
    yield Datum(str(facts["family"]))
    yield Datum({True: "conditional", False: "unconditional"}.get(facts["conditional"], NOTHING))
    for cell in row.cells:
        yield Datum(cell.text, _order(cell.facts.get("mean")), cell.best)
    if board.grid.compared:
        yield Datum(row.improvement or NOTHING, _order(row.cells[0].facts.get("improvement") if row.cells else None))
    yield Datum(row.costs[0], str(facts["done"]))
    if row.cells:
        yield from (_further(row.cells[0].facts, low, high) for *_, low, high in _FURTHER)
    yield from (_plain(facts, column) for _, _, column, _ in _PLAIN)


def _further(facts: Mapping[Hashable, Any], low: str, high: str) -> Datum:
    ends = [facts.get(name) for name in (low, high) if name]
    if any(end is None or pd.isna(end) for end in ends):
        return Datum(NOTHING, _order(None))
    return Datum(" … ".join(number(float(end)) for end in ends if end is not None), _order(ends[0]))


def _plain(facts: Mapping[Hashable, Any], column: str) -> Datum:
    value = facts.get(column)
    if isinstance(value, str):
        return Datum(value)
    if value is None or pd.isna(value):
        return Datum(NOTHING, _order(None))
    shown = float(value) / 2**20 if column.endswith("_bytes") else float(value)
    return Datum(number(shown), _order(shown))


def _place_order(row: Row) -> str:
    """Return what a place is sorted by: the undecided come after places by their ranks, what has no rank last."""
    place = row.place.rstrip("=")
    if place.isdigit():
        return place
    rank = row.cells[0].facts.get("rank") if row.cells else None
    return "999999" if rank is None or pd.isna(rank) else str(100_000 + int(rank))


def _order(value: Any) -> str:
    """Return what a number is sorted by; what is missing comes last."""
    return "1e308" if value is None or pd.isna(value) else repr(float(value))

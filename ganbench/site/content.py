"""What a site is about: runs, the contenders that they belong to, boards and metrics, each with its address."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from ganbench.analysis.boards import split_by_board
from ganbench.analysis.tables import REFERENCE, results
from ganbench.analysis.tidy import run_names
from ganbench.report.grid import Grid, grids
from ganbench.report.notes import Order
from ganbench.schema.record import RunRecord, sort_key
from ganbench.site.addresses import address
from ganbench.storage.merge import Merged


@dataclass(frozen=True)
class Run:
    """One run with its files. name: its key, and a number where another run has the same one."""

    record: RunRecord
    folder: Path
    name: str

    @property
    def page(self) -> str:
        """Where its page is."""
        return f"runs/{self.name}.html"


@dataclass(frozen=True)
class Contender:
    """A model under one loss, over all datasets, budgets and seeds."""

    model: str
    loss: str
    runs: tuple[Run, ...]

    @property
    def title(self) -> str:
        """Its name for people: `dcgan + hinge`."""
        return title(self.model, self.loss)

    @property
    def name(self) -> str:
        """Its name for files."""
        return address(self.title)

    @property
    def page(self) -> str:
        """Where its page is."""
        return f"models/{self.name}.html"


@dataclass(frozen=True)
class BoardPage:
    """What is ranked together, as the leaderboard's tables have it."""

    grid: Grid
    tidy: pd.DataFrame

    @property
    def competitors(self) -> int:
        """How many of its rows compete; references stand outside."""
        return sum(row.facts["family"] != REFERENCE for row in self.grid.rows)

    @property
    def title(self) -> str:
        """What it is of, in one line."""
        return self.grid.board.title

    @property
    def name(self) -> str:
        """Its name for files and anchors."""
        return address(self.title)

    @property
    def page(self) -> str:
        """Where its page is."""
        return f"boards/{self.name}.html"


class Content:
    """Everything that pages are made of; order: of the rows of tables, as report.grid.grids has it.

    Raises BadOptionError for a baseline that no run is of.
    """

    def __init__(self, merged: Merged, title: str, baseline: str | None = None, order: Order = "mean") -> None:
        self.title, self.damaged, self.baseline, self.order = title, merged.damaged, baseline, order
        self.results = results(merged.records, merged.folders, baseline)
        self.runs = tuple(_runs(merged))

    @cached_property
    def boards(self) -> tuple[BoardPage, ...]:
        """Every board, in the order of the leaderboard."""
        parts = dict(split_by_board(self.results.tidy))
        return tuple(BoardPage(grid, parts[grid.board]) for grid in self._grids())

    @cached_property
    def contenders(self) -> tuple[Contender, ...]:
        """Every model with its loss, by name."""
        grouped: dict[tuple[str, str], list[Run]] = {}
        for run in self.runs:
            spec = run.record.spec
            grouped.setdefault((str(spec.model), str(spec.loss or "")), []).append(run)
        return tuple(Contender(*who, tuple(runs)) for who, runs in sorted(grouped.items()))

    @cached_property
    def metrics(self) -> dict[str, str]:
        """The page of every metric that anything was scored by, as chosen, parameters included."""
        names = dict.fromkeys(name for name in self.results.tidy["metric"] if name)
        return {name: f"metrics/{address(name)}.html" for name in names}

    @cached_property
    def looks(self) -> dict[str, int]:
        """A number for each name on any board, which says how charts draw it: the same on every page."""
        names = sorted({" + ".join(row.names) for board in self.boards for row in board.grid.rows})
        return {name: index for index, name in enumerate(names)}

    def contender(self, model: str, loss: str) -> Contender:
        """Return the contender of a row of a table."""
        return next(each for each in self.contenders if (each.model, each.loss) == (model, loss))

    def runs_of(self, rows: pd.DataFrame) -> list[Run]:
        """Return the run of each row of a tidy frame."""
        return [self._by_name[name] for name in rows["run"]]

    @cached_property
    def _by_name(self) -> dict[str, Run]:
        return {run.name: run for run in self.runs}

    def _grids(self) -> Iterable[Grid]:
        return grids(self.results.leaderboard, self.order)


def title(model: str, loss: str) -> str:
    """Return a contender's name for people."""
    return f"{model} + {loss}" if loss else model


def _runs(merged: Merged) -> Iterator[Run]:
    records = merged.records
    named = zip(records, merged.folders, run_names(records), strict=True)
    for record, folder, name in sorted(named, key=lambda each: sort_key(each[0])):
        yield Run(record, folder, name)

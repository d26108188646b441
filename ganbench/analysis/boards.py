"""A board: what is ranked together, and what it is called wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Board:
    """What the rows of one table have in common. standard: whether budget and parts are the suite's own."""

    suite: str
    budget: str
    standard: bool
    precision: str
    device: str
    dataset: str

    @property
    def mark(self) -> str:
        """How a board is marked that is not the suite's own, for its budget or for an object of Python's on it."""
        return "" if self.standard else "(not standard)"

    @property
    def conditions(self) -> str:
        """The budget with the mark, the precision and the device."""
        marked = f"{self.budget} {self.mark}" if self.mark else self.budget
        precision = "" if self.precision == "fp32" else f", {self.precision}"
        return f"{marked}{precision}, on {self.device}"

    @property
    def rest(self) -> str:
        """All but the dataset: the suite and the conditions."""
        return f"{self.suite}, {self.conditions}"

    @property
    def title(self) -> str:
        """What it is of, in one line."""
        return f"{self.dataset} – {self.rest}"

    @property
    def stem(self) -> str:
        """What files about it are named after: the same whatever other boards there are."""
        extra = [] if self.precision == "fp32" else [self.precision]
        extra += [] if self.standard else ["not standard"]
        return " ".join([self.dataset, self.suite, self.budget, self.device, *extra])


BOARD = [field.name for field in fields(Board)]  # the columns of both tables that say which board a row is on


def board_of(frame: pd.DataFrame) -> Board:
    """Return the board that the first row of a tidy frame or a leaderboard is on."""
    row = frame.iloc[0]
    suite, budget, precision, device, dataset = (
        str(row[name]) for name in ("suite", "budget", "precision", "device", "dataset")
    )
    return Board(suite, budget, bool(row["standard"]), precision, device, dataset)


def split_by_board(frame: pd.DataFrame) -> Iterator[tuple[Board, pd.DataFrame]]:
    """Yield each board of a tidy frame or a leaderboard with its rows, in the order of the first of them."""
    for _, part in frame.groupby(BOARD, sort=False, dropna=False):
        yield board_of(part), part

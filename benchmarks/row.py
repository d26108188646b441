"""A line of the table of speeds: our way, the one that it is compared with, and what is to be reached."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Work = Callable[[], Any]


@dataclass(frozen=True)
class Pair:
    """Two ways to do one thing, each a callable; no second one where what counts is seconds."""

    ours: Work
    theirs: Work | None = None


@dataclass(frozen=True)
class Row:
    """A line of the table. make: builds the pair, at full size or small enough for a test.

    target: to be reached. kind: what it is; "faster", the ratio of their time to ours; "slower", of ours to theirs, to
    stay below; "seconds" of ours, to stay below. counted: what our operations mostly are, where they are compared with
    the machine's peak. slow: whether even its small size takes seconds.
    """

    name: str
    target: float
    make: Callable[[bool], Pair]
    kind: Literal["faster", "slower", "seconds"] = "faster"
    counted: Literal["", "products", "convolutions"] = ""
    slow: bool = False

    @property
    def to_reach(self) -> str:
        """The target in words."""
        return {"faster": "{:g} x", "slower": "at most {:g} x", "seconds": "{:g} s"}[self.kind].format(self.target)

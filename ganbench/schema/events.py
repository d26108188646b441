"""What a run tells while it goes on; progress displays listen, and nothing else depends on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ganbench.schema.record import RunRecord, Score


@dataclass(frozen=True)
class Kept:
    """So many runs are done already, and will not be repeated."""

    runs: int


@dataclass(frozen=True)
class Damaged:
    """A run that was done is not as it was left, and will be repeated. reason: one line that names the file."""

    key: str
    reason: str


@dataclass(frozen=True)
class Waiting:
    """So many of the runs that are left are under way in other commands on the same results folder."""

    runs: int


@dataclass(frozen=True)
class Started:
    """A run has begun to build and train."""

    key: str
    title: str


@dataclass(frozen=True)
class Progressed:
    """A run has got further: the fraction of its budget spent, its updates, its latest losses, its speed."""

    key: str
    fraction: float
    images_per_second: float
    losses: Mapping[str, float] = field(default_factory=dict)
    doing: str = "training"
    updates: int = 0


@dataclass(frozen=True)
class Resumed:
    """A run goes on from where an interrupted one was saved."""

    key: str
    updates: int


@dataclass(frozen=True)
class Scored:
    """A run's model was scored, at a fraction of its budget and after so many updates."""

    key: str
    fraction: float
    updates: int
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class Finished:
    """A run has ended, in whatever way."""

    record: RunRecord


Event = Kept | Damaged | Waiting | Started | Resumed | Progressed | Scored | Finished
Notify = Callable[[Event], None]


def nobody(event: Event) -> None:
    """Listen to nothing."""

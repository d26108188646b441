"""What a run tells while it goes on; progress displays listen, and nothing else depends on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ganbench.schema.record import RunRecord


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
class Started:
    """A run has begun to build and train."""

    key: str
    title: str


@dataclass(frozen=True)
class Progressed:
    """A run has got further: the fraction of its budget spent, its latest losses, its speed."""

    key: str
    fraction: float
    images_per_second: float
    losses: Mapping[str, float] = field(default_factory=dict)
    doing: str = "training"


@dataclass(frozen=True)
class Finished:
    """A run has ended, in whatever way."""

    record: RunRecord


Event = Kept | Damaged | Started | Progressed | Finished
Notify = Callable[[Event], None]


def nobody(event: Event) -> None:
    """Listen to nothing."""

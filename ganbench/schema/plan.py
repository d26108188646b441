"""A plan: what will be run and what it will cost, before anything is."""

from dataclasses import dataclass

from ganbench.schema.spec import RunSpec


@dataclass(frozen=True)
class PlannedCell:
    """Runs that differ in their seed alone.

    first: the spec of the first of them. runs: how many there are; done: how many of them are done already.
    seconds: of training, at most, for each run that is left; None where there is no telling, with the reason.
    """

    first: RunSpec
    runs: int
    done: int
    seconds: float | None
    reason: str = ""

    @property
    def total_seconds(self) -> float:
        """Seconds of training for all runs that are left."""
        return (self.seconds or 0.0) * (self.runs - self.done)

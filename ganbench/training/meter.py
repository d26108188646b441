"""The budget is the iterator: the meter counts what training consumes and ends the data when it is spent."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ganbench.contracts.datasets import Batch
from ganbench.schema.record import Spent
from ganbench.schema.spec import Budget

TICK_SECONDS = 0.5


class Meter:
    """Counts images, updates and seconds of training; the clock stands still outside `running`.

    The device is synchronised before the clock is read, and the clock is read at ticks alone: between
    two ticks a seconds limit can be overrun by at most a tick. tick_seconds: the time between two; shorter
    where the budget's seconds are few.
    """

    def __init__(
        self,
        budget: Budget,
        synchronize: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.perf_counter,
        tick_seconds: float = TICK_SECONDS,
    ) -> None:
        self.budget = budget
        self.images = 0
        self.updates = 0
        self.seconds = 0.0
        self._synchronize, self._clock = synchronize, clock
        self._limits = budget.limits()
        self._running_since: float | None = None
        self._ticked = clock()
        self._tick_seconds = min(tick_seconds, (budget.seconds or 1e9) / 100)

    @property
    def spent(self) -> Spent:
        """What was spent by the last tick or pause."""
        return Spent(self.images, self.updates, self.seconds)

    @property
    def reached(self) -> str:
        """The unit whose limit was reached first, or an empty string."""
        for unit, limit in self._limits.items():
            if getattr(self, unit) >= limit:
                return unit
        return ""

    @property
    def fraction(self) -> float:
        """How much of the budget is spent, 0 to 1: the largest share of any limit."""
        shares: list[float] = [getattr(self, unit) / limit for unit, limit in self._limits.items()]
        return min(1.0, max(shares))

    def feed(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """Pass batches on, counting their samples, until a limit is reached.

        A model that takes many batches between its updates, and so sees few ticks, is held to its seconds here.
        """
        while not self.reached and (batch := next(batches, None)) is not None:
            self.images += len(batch.samples)
            yield batch
            if self.budget.seconds and self._clock() - self._ticked >= 2 * self._tick_seconds:
                self.tick()

    def resume(self, spent: Spent) -> None:
        """Go on from what an interrupted run had spent."""
        self.images, self.updates, self.seconds = spent.images, spent.updates, spent.seconds

    def due(self) -> bool:
        """Whether it is time for a tick; reads the clock without waiting for the device."""
        return self._clock() - self._ticked >= self._tick_seconds

    def tick(self) -> None:
        """Wait for the device, and bring `seconds` up to date."""
        self._synchronize()
        now = self._clock()
        if self._running_since is not None:
            self.seconds += now - self._running_since
            self._running_since = now
        self._ticked = now

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the clock run inside."""
        self._running_since = self._ticked = self._clock()
        try:
            yield
        finally:
            self.tick()
            self._running_since = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the clock inside; for evaluation, checkpoints, pictures."""
        self.tick()
        self._running_since = None
        try:
            yield
        finally:
            self._synchronize()
            self._running_since = self._ticked = self._clock()

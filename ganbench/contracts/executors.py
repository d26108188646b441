"""What an executor must do: many runs, by whatever means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from ganbench.schema.events import Notify
from ganbench.schema.record import RunRecord
from ganbench.schema.spec import RunSpec


class Work(Protocol):
    """What there is to do for each spec. It can be pickled, and stores what comes of it."""

    @property
    def devices(self) -> tuple[str, ...]:
        """The devices to deal runs out to: "cpu", or one CUDA device or more."""
        ...

    @property
    def threads(self) -> int | None:
        """Threads that the user wants for each run; None where the executor chooses."""
        ...

    @property
    def timeout(self) -> float | None:
        """Seconds that a run may take. It ends itself then; an executor may end a process that does not."""
        ...

    def placed(self, device: str, threads: int) -> Work:
        """Return the same work on one of its devices, with so many threads a run."""
        ...

    def __call__(self, spec: RunSpec, notify: Notify) -> RunRecord | None:
        """Run a spec and keep its record; never raises for what the run did.

        None where another process is at this run: there is nothing to yield, and whoever asked will ask again.
        Raises GanbenchError where the results can't be written, and KeyboardInterrupt when a signal ended it.
        """
        ...

    def lost(self, spec: RunSpec, reason: str, notify: Notify) -> RunRecord | None:
        """Keep a failed record for a spec whose process or machine is gone; None where another process is at it."""
        ...


class Executor(Protocol):
    """A way to run many runs. It neither trains nor stores: work does both."""

    def run(self, work: Work, specs: Iterable[RunSpec], notify: Notify) -> Iterator[RunRecord]:
        """Do each spec's work; yield its record as it ends. Closed early, it ends what is under way."""
        ...

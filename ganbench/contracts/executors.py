"""What an executor must do: many runs, by whatever means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from ganbench.schema.events import Notify
from ganbench.schema.record import RunRecord
from ganbench.schema.spec import RunSpec


class Work(Protocol):
    """What there is to do for each spec. It can be pickled, and stores what comes of it."""

    def __call__(self, spec: RunSpec, notify: Notify) -> RunRecord:
        """Run a spec and keep its record; never raises for what the run did."""
        ...

    def lost(self, spec: RunSpec, reason: str, notify: Notify) -> RunRecord:
        """Keep a failed record for a spec whose process or machine is gone."""
        ...


class Executor(Protocol):
    """A way to run many runs. It neither trains nor stores: work does both."""

    def run(self, work: Work, specs: Iterable[RunSpec], notify: Notify) -> Iterator[RunRecord]:
        """Do each spec's work; yield its record as it ends."""
        ...

"""Whether an executor keeps its contract: every spec once, and a worker that is killed costs one run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Any

from ganbench.contracts.executors import Executor
from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice
from ganbench.schema.events import Event, Notify, Started, nobody
from ganbench.schema.record import RunRecord, Status
from ganbench.schema.spec import Budget, RunSpec
from ganbench.testing.kit import Checks, NotApplicableError, require
from ganbench.testing.pretended import KILLED, PretendedWork

RUN = "ganbench.Executor.run"


class ExecutorChecks(Checks):
    """What an executor must do, on work that only pretends."""

    @classmethod
    def methods(cls) -> Sequence[Callable[[Any], None]]:
        """Return the checks, in the order in which they are run."""
        return (
            cls.every_spec_has_one_record, cls.nothing_to_do_is_done_at_once, cls.events_arrive,
            cls.a_killed_worker_costs_one_run, cls.an_early_end_ends_quietly,
        )  # fmt: skip

    def every_spec_has_one_record(self) -> None:
        """Each spec's record comes back, once."""
        records = self._run(PretendedWork(os.getpid()), _specs(4))
        seeds = sorted(record.spec.seed for record in records)
        require(seeds == [0, 1, 2, 3], "seeds 0 to 3, once each", seeds, RUN)
        bad = [record.reason for record in records if record.status != Status.DONE]
        require(not bad, "what work returned", bad, RUN)

    def nothing_to_do_is_done_at_once(self) -> None:
        """No specs, no records."""
        records = self._run(PretendedWork(os.getpid()), [])
        require(not records, "no records", len(records), RUN)

    def events_arrive(self) -> None:
        """What work tells reaches whoever asked."""
        told: list[Event] = []
        self._run(PretendedWork(os.getpid()), _specs(2), told.append)
        started = {event.key for event in told if isinstance(event, Started)}
        require(len(started) == 2, "both runs' events", f"{len(started)} runs'", RUN)

    def a_killed_worker_costs_one_run(self) -> None:
        """A worker that is killed leaves a failed record with a reason, and the others go on."""
        work = PretendedWork(os.getpid(), kill=True)
        if {record.environment["process"] for record in self._run(PretendedWork(os.getpid()), _specs(1))} == {
            os.getpid()
        }:
            raise NotApplicableError("it runs in this process, and there is no worker to kill")
        records = {record.spec.seed: record for record in self._run(work, _specs(4))}
        require(set(records) == {0, 1, 2, 3}, "a record for each", sorted(records), RUN)
        killed = records[KILLED]
        require(killed.status == Status.FAILED and bool(killed.reason), "a failure with a reason", killed.status, RUN)
        others = [record.status for seed, record in records.items() if seed != KILLED]
        require(set(others) == {Status.DONE}, "the others done", others, RUN)

    def an_early_end_ends_quietly(self) -> None:
        """Closed after the first record, it ends what is under way and raises nothing."""
        with closing(self._started(PretendedWork(os.getpid()), _specs(3), nobody)) as records:  # type: ignore[type-var]
            next(records)

    def _run(self, work: PretendedWork, specs: list[RunSpec], notify: Notify = nobody) -> list[RunRecord]:
        return list(self._started(work, specs, notify))

    def _started(self, work: PretendedWork, specs: Iterable[RunSpec], notify: Notify) -> Iterator[RunRecord]:
        try:
            executor: Executor = self.factory.make("executors", self.choice)
        except (BadOptionError, ImportError) as error:
            raise NotApplicableError(str(error)) from None
        return executor.run(work, specs, notify)


def _specs(count: int) -> list[RunSpec]:
    budget = Budget(updates=1)
    return [RunSpec("test@0", Choice("data"), Choice("model"), None, seed, budget, True, ()) for seed in range(count)]

"""Many runs: what is done already is left alone, the rest goes through an executor into the store."""

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from ganbench.contracts.cards import ExecutorCard
from ganbench.contracts.datasets import Source
from ganbench.contracts.executors import Executor
from ganbench.errors import ResultsError
from ganbench.evaluation.features import FeatureStore
from ganbench.registry.catalog import Catalog
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.schema.events import Damaged, Kept, Notify, Waiting
from ganbench.schema.record import RunRecord, Status
from ganbench.schema.spec import RunSpec
from ganbench.storage.ended import missing, now
from ganbench.storage.leases import Leases
from ganbench.storage.progress import command_facts, command_key
from ganbench.storage.store import Store
from ganbench.training.device import make_repeatable, resolve_devices
from ganbench.training.interruption import raising_on_signals
from ganbench.training.limits import Limits
from ganbench.training.loop import SAVE_SECONDS
from ganbench.training.preflight import check
from ganbench.training.work import LocalWork

_POLL_SECONDS = 1.0  # between two looks at runs that are under way elsewhere
_PASSES = 2  # of an executor over a run that nobody is at, before it is given up
AGAIN = frozenset({Status.FAILED, Status.SKIPPED})


@dataclass
class Session:
    """Runs specs into a store. executor: how; the default one unless given.

    device: as training.device.resolve_devices has it; executors deal out all that there are.
    again: statuses of earlier records that are run once more; with Status.DONE among them nothing is left alone.
    log: of training.logs, written besides; "" for none. save_seconds: how often an unfinished run is saved.
    """

    catalog: Catalog
    store: Store
    source: Source
    device: str = "auto"
    executor: Choice | None = None
    where: Path = Path()
    limits: Limits = field(default_factory=Limits)
    again: frozenset[Status] = AGAIN
    log: str = ""
    save_seconds: float = SAVE_SECONDS
    pause: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        self.devices = resolve_devices(self.device)
        self.device = self.devices[0]
        make_repeatable(self.device)
        self.features = FeatureStore(Factory(self.catalog, self.device, self.source))
        self.executor = self.executor or Choice(self.catalog.default("executors"))

    def check(self, specs: Iterable[RunSpec]) -> None:
        """Raise for whatever the user must mend first; nothing has been written by then."""
        self._make_executor()
        with raising_on_signals():
            check(specs, self.features)

    def run(self, specs: Iterable[RunSpec], notify: Notify) -> Iterator[RunRecord]:
        """Yield a record for each spec: those of runs that are not to be run first, read from the store.

        Runs that other processes are at, on this machine or others, are waited for, and run here if they are given up.
        Raises ResultsError where the results can't be written, or were taken away meanwhile.
        """
        self.store.prepare()
        work = LocalWork(
            self.devices, self.source, self.store, self.where, self.limits, self.again, now(self.store),
            self.log, self.save_seconds, self.features,
        )  # fmt: skip
        left = {spec.key: spec for spec in specs}
        keys = list(left)
        kept = [record for spec in left.values() if (record := work.ended(spec))]
        if kept:
            notify(Kept(len(kept)))
        yield from _counted_off(kept, left)
        for spec in left.values():
            if Status.DONE not in self.again and (reason := self.store.damage(spec)):
                notify(Damaged(spec.key, reason))
        if left:
            yield from self._run_left(work, left, notify)
        if gone := missing(self.store, keys):
            raise ResultsError(
                f"{len(gone)} of {len(keys)} records are no longer in {str(self.store.root)!r}: something took them "
                "away while others were run; repeat the command"
            )

    def _run_left(self, work: LocalWork, left: dict[str, RunSpec], notify: Notify) -> Iterator[RunRecord]:
        """Run until nothing is left, and let `ganbench status` know meanwhile."""
        leases, ended, passed = Leases(self.store.root), 0, Counter[str]()
        leases.sweep()  # of commands that were killed
        facts = command_facts(left)
        command = leases.take(command_key(uuid.uuid4().hex[:12]), facts)
        assert command is not None, "no other command has this name"
        with command:
            while left:
                before = len(left)
                with closing(self._make_executor().run(work, list(left.values()), notify)) as records:  # type: ignore[type-var]
                    for record in _counted_off(records, left):
                        ended += 1
                        command.facts = facts | {"ended": ended}
                        leases.sweep()
                        yield record
                yield from _counted_off(self._passed_over(work, leases, left, passed, notify), left)
                if left and len(left) == before:
                    self._wait(leases, left, notify)

    def _passed_over(
        self, work: LocalWork, leases: Leases, left: dict[str, RunSpec], passed: Counter[str], notify: Notify
    ) -> Iterator[RunRecord]:
        """Yield failed records of runs that the executor gave no record of for the second time, with nobody at them."""
        for key, spec in list(left.items()):
            if leases.held(key) or work.ended(spec):
                passed[key] = 0
                continue
            passed[key] += 1
            reason = f"the executor {self.executor} ended {_PASSES} times without a record of this run"
            if passed[key] == _PASSES and (record := work.lost(spec, reason, notify)):
                yield record

    def _wait(self, leases: Leases, left: dict[str, RunSpec], notify: Notify) -> None:
        """Wait until one of the runs that are left is no longer another process's."""
        notify(Waiting(len(left)))
        while True:
            self.pause(_POLL_SECONDS)
            if not all(leases.held(key) for key in left):
                return

    def _make_executor(self) -> Executor:
        assert self.executor is not None
        executor: Executor = self.features.factory.make("executors", self.executor)
        return executor


def side_by_side(catalog: Catalog) -> Choice | None:
    """Return the executor that several runs on several cores are best run by, if one is on offer."""
    cards = (card for card, _ in catalog.cards("executors") if isinstance(card, ExecutorCard))
    return next((Choice(card.name) for card in cards if card.side_by_side), None)


def _counted_off(records: Iterable[RunRecord], left: dict[str, RunSpec]) -> Iterator[RunRecord]:
    """Pass records on, taking their runs from those that are left."""
    for record in records:
        left.pop(record.key, None)
        yield record

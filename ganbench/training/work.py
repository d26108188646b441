"""The work of one spec, for this process or another: take its lease, look whether it is done, run it, keep it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ganbench.contracts.datasets import Source
from ganbench.errors import ResultsError
from ganbench.evaluation.features import FeatureStore
from ganbench.files import FullDiskError
from ganbench.registry.catalog import discover
from ganbench.registry.factory import Factory
from ganbench.schema.events import Event, Finished, Notify, Progressed
from ganbench.schema.record import RunRecord, Status
from ganbench.schema.spec import RunSpec
from ganbench.storage.ended import ended
from ganbench.storage.leases import Lease, Leases
from ganbench.storage.store import Store
from ganbench.training.device import make_repeatable
from ganbench.training.interruption import LeaseLostError, StopRequest
from ganbench.training.keeping import keep
from ganbench.training.limits import Limits, limited_memory, limited_threads
from ganbench.training.loop import SAVE_SECONDS
from ganbench.training.runner import Runner

_TITLE = 300  # characters of a run's title in its lease


@dataclass
class LocalWork:
    """Runs specs into a store; pickled, it leaves what it has loaded behind. Fulfils contracts.Work.

    devices: those that there are to choose from, the first unless `placed` on another. again: statuses that a record
    from before `since` may have and be run again all the same; since: of storage.ended.now, when the command began.
    log: of training.logs, written besides.
    """

    devices: tuple[str, ...]
    source: Source
    store: Store
    where: Path
    limits: Limits = field(default_factory=Limits)
    again: frozenset[Status] = frozenset({Status.FAILED, Status.SKIPPED})
    since: int = sys.maxsize
    log: str = ""
    save_seconds: float = SAVE_SECONDS
    features: FeatureStore | None = None

    @property
    def device(self) -> str:
        """The device that this process works on."""
        return self.devices[0]

    @property
    def threads(self) -> int | None:
        """Threads of a run; None for as many as whoever runs it finds best."""
        return self.limits.threads

    @property
    def timeout(self) -> float | None:
        """Seconds that a run may take; None for no limit."""
        return self.limits.seconds

    def placed(self, device: str, threads: int) -> "LocalWork":
        """Return the same work for one device, with so many threads a run."""
        return replace(self, devices=(device,), limits=replace(self.limits, threads=threads), features=None)

    def __call__(self, spec: RunSpec, notify: Notify) -> RunRecord | None:
        """Run one spec into its folder, or return the record that somebody left by now; None while others run it."""
        try:
            with self._lease(spec) as lease:
                if lease is None:
                    return None
                if record := self.ended(spec):
                    notify(Finished(record))
                    return record
                return self._run(spec, lease, notify)
        except LeaseLostError:
            return None
        except FullDiskError as error:
            raise ResultsError(
                f"can't write {error.filename}: {error.strerror}; runs that are done are kept, and those under way "
                "go on from their last save: make room and repeat the command"
            ) from None

    def ended(self, spec: RunSpec) -> RunRecord | None:
        """Return the record of a spec that is not to be run, for it was done before, or has ended in the meantime."""
        if fresh := ended(self.store, spec, self.since):
            return fresh
        old = self.store.done(spec) or ended(self.store, spec, 0)
        return old if old and old.status not in self.again else None

    def lost(self, spec: RunSpec, reason: str, notify: Notify) -> RunRecord | None:
        """Keep a failed record for a spec whose process or machine is gone; repeated, it goes on where it was.

        None where the spec is not lost after all: another process runs it by now, or has ended it.
        """
        with self._lease(spec) as lease:
            if lease is None:
                return None
            if (record := self.ended(spec)) is None:
                record = keep(self.store.run(spec.key), self._runner().failed(spec, reason), resumable=True)
        notify(Finished(record))
        return record

    def _run(self, spec: RunSpec, lease: Lease, notify: Notify) -> RunRecord:
        stop = StopRequest(self.limits.seconds)
        lease.lost = lambda: stop.ask(LeaseLostError())
        folder = self.store.run(spec.key)
        if Status.DONE in self.again:
            folder.drop_resume(before=self.since)

        def tell(event: Event) -> None:
            if isinstance(event, Progressed):
                lease.facts = {
                    **lease.facts,
                    "began_at": lease.facts.get("began_at", event.fraction),
                    "fraction": event.fraction,
                    "images_per_second": event.images_per_second,
                    "doing": event.doing,
                }
            notify(event)

        with limited_threads(self.limits.threads), limited_memory(self.limits.memory_bytes):
            return self._runner().run(spec, folder, tell, stop)

    @contextmanager
    def _lease(self, spec: RunSpec) -> Iterator[Lease | None]:
        from datetime import UTC, datetime

        since = datetime.now(UTC).isoformat(timespec="seconds")
        facts: dict[str, Any] = {"title": spec.title[:_TITLE], "device": self.device, "since": since}
        lease = Leases(self.store.root).take(spec.key, facts)
        if lease is None:
            yield None
            return
        with lease:
            yield lease

    def _runner(self) -> Runner:
        if self.features is None:
            make_repeatable(self.device)
            self.features = FeatureStore(Factory(discover(), self.device, self.source))
        return Runner(self.features, self.where, self.save_seconds, self.limits.seconds, self.log)

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"features": None}

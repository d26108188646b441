"""Many runs: what is done already is left alone, the rest goes through an executor into the store."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ganbench.contracts.datasets import Source
from ganbench.contracts.executors import Executor
from ganbench.evaluation.features import FeatureStore
from ganbench.registry.catalog import Catalog, discover
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.schema.events import Damaged, Finished, Kept, Notify
from ganbench.schema.record import RunRecord
from ganbench.schema.spec import RunSpec
from ganbench.storage.store import Store
from ganbench.training.device import make_repeatable, resolve_device
from ganbench.training.preflight import check
from ganbench.training.runner import Runner


@dataclass
class LocalWork:
    """The work of one spec, for this process or another: pickled, it leaves what it has loaded behind."""

    device: str
    source: Source
    store: Store
    where: Path
    features: FeatureStore | None = None

    def __call__(self, spec: RunSpec, notify: Notify) -> RunRecord:
        """Run one spec into its folder."""
        return self._runner().run(spec, self.store.run(spec.key), notify)

    def lost(self, spec: RunSpec, reason: str, notify: Notify) -> RunRecord:
        """Keep a failed record for a spec whose process or machine is gone; repeated, it goes on where it was."""
        record = self._runner().failed(spec, reason)
        self.store.run(spec.key).write_record(record, resumable=True)
        notify(Finished(record))
        return record

    def _runner(self) -> Runner:
        if self.features is None:
            make_repeatable(self.device)
            self.features = FeatureStore(Factory(discover(), self.device, self.source))
        return Runner(self.features, self.where)

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"features": None}


@dataclass
class Session:
    """Runs specs into a store. executor: how; the default one unless given."""

    catalog: Catalog
    store: Store
    source: Source
    device: str = "auto"
    executor: Choice | None = None
    where: Path = Path()

    def __post_init__(self) -> None:
        self.device = resolve_device(self.device)
        make_repeatable(self.device)
        self.features = FeatureStore(Factory(self.catalog, self.device, self.source))
        self.executor = self.executor or Choice(self.catalog.default("executors"))

    def check(self, specs: Iterable[RunSpec]) -> None:
        """Raise for whatever the user must mend first; nothing has been written by then."""
        self._make_executor()
        check(specs, self.features)

    def run(self, specs: Iterable[RunSpec], notify: Notify, force: bool = False) -> Iterator[RunRecord]:
        """Yield a record for each spec: those of done runs first, read from the store unless forced."""
        self.store.prepare()
        specs = list(specs)
        done = {} if force else {spec.key: record for spec in specs if (record := self.store.done(spec))}
        if done:
            notify(Kept(len(done)))
        yield from done.values()
        left = [spec for spec in specs if spec.key not in done]
        for spec in left:
            if force:
                self.store.run(spec.key).drop_resume()
            elif reason := self.store.damage(spec):
                notify(Damaged(spec.key, reason))
        work = LocalWork(self.device, self.source, self.store, self.where, self.features)
        yield from self._make_executor().run(work, left, notify)

    def _make_executor(self) -> Executor:
        assert self.executor is not None
        executor: Executor = self.features.factory.make("executors", self.executor)
        return executor

"""Executors: everything is run, one after another or side by side, and a dead process costs one run."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from ganbench.contracts.datasets import Source
from ganbench.errors import BadOptionError
from ganbench.registry.catalog import discover
from ganbench.schema.choice import Choice
from ganbench.schema.events import Finished, Progressed, Started
from ganbench.schema.record import RunRecord, Status
from ganbench.storage.store import Store
from ganbench.training.session import LocalWork, Session
from ganbench_executors.local import Local
from ganbench_executors.processes import Processes


@dataclass
class Pretend:
    """Work that a test can follow: seed 1 dies on the spot, as a run does that is out of memory."""

    folder: Path

    def __call__(self, spec, notify):
        notify(Started(spec.key, spec.title))
        (self.folder / str(spec.seed)).write_text(str(os.getpid()))
        if spec.seed == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        notify(Progressed(spec.key, 0.5, 1.0))
        return RunRecord(spec, Status.DONE)

    def lost(self, spec, reason, notify):
        return RunRecord(spec, Status.FAILED, reason)


def test_the_local_executor_runs_everything_in_order(tmp_path, make_spec):
    specs = [make_spec(seed=seed) for seed in (0, 2, 3)]
    assert [record.spec.seed for record in Local().run(Pretend(tmp_path), specs, print)] == [0, 2, 3]
    assert {path.read_text() for path in tmp_path.iterdir()} == {str(os.getpid())}


def test_a_process_that_dies_is_a_failed_run_and_the_others_go_on(tmp_path, make_spec):
    specs, events = [make_spec(seed=seed) for seed in range(4)], []
    records = {record.spec.seed: record for record in Processes(workers=2).run(Pretend(tmp_path), specs, events.append)}
    assert [records[seed].status for seed in range(4)] == ["done", "failed", "done", "done"]
    assert records[1].reason == "its process died (signal 9)"
    assert len({path.read_text() for path in tmp_path.iterdir()} | {str(os.getpid())}) == 5
    assert sum(isinstance(event, Progressed) for event in events) == 3


def test_a_session_side_by_side_finds_what_a_session_in_line_finds(tmp_path, make_spec, catalog, monkeypatch):
    specs = [make_spec(seed=seed) for seed in range(2)]
    found, events = {}, []
    for executor in ("local", "processes:workers=2"):
        store = Store(tmp_path / executor.partition(":")[0])
        session = Session(catalog, store, Source(None, tmp_path), "cpu", Choice.parse(executor))
        records = list(session.run(specs, events.append))
        found[executor] = {r.spec.seed: r.checkpoints[-1].scores[0].value for r in records}
        assert len(list(store.records())) == 2
    assert found["local"] == pytest.approx(found["processes:workers=2"], rel=1e-3)
    assert sum(isinstance(event, Finished) for event in events) == 4


def test_a_lost_run_is_a_failed_row_and_can_still_be_resumed(tmp_path, make_spec):
    work, spec, events = LocalWork("cpu", Source(None, tmp_path), Store(tmp_path), tmp_path), make_spec(), []
    Store(tmp_path).run(spec.key).write_resume({}, {"half": "done"})
    work.lost(spec, "gone", events.append)
    assert Store(tmp_path).run(spec.key).read_resume() == ({}, {"half": "done"})
    (record,) = Store(tmp_path).records()
    assert (record.status, record.reason) == (Status.FAILED, "gone")
    assert record.environment["device"] == "cpu"  # so that it stands in its own cell's row
    assert events == [Finished(record)]


def test_work_leaves_what_it_has_loaded_behind_when_it_travels(tmp_path, factory, features):
    import pickle

    work = LocalWork("cpu", factory.source, Store(tmp_path), tmp_path, features)
    assert pickle.loads(pickle.dumps(work)).features is None
    assert discover().names("executors") == ["local", "processes"]


def test_workers_below_one_are_refused(factory):
    with pytest.raises(
        BadOptionError, match="executor 'processes' takes a whole number of 1 or more for workers, not 0"
    ):
        factory.make("executors", Choice.parse("processes:workers=0"))

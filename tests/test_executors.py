"""Executors: everything is run, one after another or side by side, and a dead process costs one run."""

import multiprocessing
import os
import sys
from collections import deque
from dataclasses import dataclass, field

import pytest
from pretend import Pretend, Watched

import ganbench
from ganbench.contracts.datasets import Source
from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice
from ganbench.schema.events import Finished, Progressed
from ganbench.schema.record import RunRecord, Status
from ganbench.storage.store import Store
from ganbench.training.limits import Limits
from ganbench.training.session import Session
from ganbench.training.work import LocalWork
from ganbench_executors.local import Local
from ganbench_executors.processes import Processes, _end, _fill, _listen


def test_the_local_executor_runs_everything_in_order(tmp_path, make_spec):
    specs = [make_spec(seed=seed) for seed in (0, 2, 3)]
    assert [record.spec.seed for record in Local().run(Pretend(tmp_path), specs, print)] == [0, 2, 3]
    assert {path.read_text() for path in tmp_path.iterdir()} == {str(os.getpid())}


def test_a_process_that_dies_is_a_failed_run_and_the_others_go_on(tmp_path, make_spec):
    specs, events = [make_spec(seed=seed) for seed in range(4)], []
    records = {record.spec.seed: record for record in Processes(workers=2).run(Pretend(tmp_path), specs, events.append)}
    assert [records[seed].status for seed in range(4)] == ["done", "failed", "done", "done"]
    assert records[1].reason == "its process died (signal 9)"
    pids = {(tmp_path / str(seed)).read_text() for seed in range(4)}
    assert len(pids) == len(list(tmp_path.glob("placed-*"))) <= 3  # two workers, and one in the dead one's place
    assert sum(isinstance(event, Progressed) for event in events) == 3


def test_a_process_that_dies_while_another_run_is_handed_over_is_a_failed_run_too(tmp_path, make_spec):
    records = Processes(workers=2).run(Watched(tmp_path), [make_spec(seed=seed) for seed in range(4)], print)
    first = next(records)
    (tmp_path / "end").touch()
    while len(multiprocessing.active_children()) == 2:
        pass  # dead now, and the next run is not yet handed over
    statuses = {record.spec.seed: record.status for record in (first, *records)}
    assert statuses == {0: "done", 1: "failed", 2: "done", 3: "done"}


def test_a_lost_run_is_a_failed_row_and_can_still_be_resumed(tmp_path, make_spec):
    work, spec, events = LocalWork(("cpu",), Source(None, tmp_path), Store(tmp_path), tmp_path), make_spec(), []
    Store(tmp_path).run(spec.key).write_resume({}, {"half": "done"})
    work.lost(spec, "gone", events.append)
    assert Store(tmp_path).run(spec.key).read_resume() == ({}, {"half": "done"})
    (record,) = Store(tmp_path).records()
    assert (record.status, record.reason) == (Status.FAILED, "gone")
    assert record.environment["device"] == "cpu"  # so that it stands in its own cell's row
    assert events == [Finished(record)]


def test_work_leaves_what_it_has_loaded_behind_when_it_travels(tmp_path, factory, features):
    import pickle

    work = LocalWork(("cpu",), factory.source, Store(tmp_path), tmp_path, features=features)
    assert pickle.loads(pickle.dumps(work)).features is None


def test_placed_work_has_its_device_and_the_threads_of_its_worker(tmp_path, factory):
    placed = LocalWork(("cpu",), factory.source, Store(tmp_path), tmp_path).placed("cuda:1", 3)
    assert (placed.devices, placed.threads, placed.limits.threads) == (("cuda:1",), 3, 3)


def test_three_executors_come_along(catalog):
    assert catalog.names("executors") == ["local", "processes", "ray"]


def test_workers_below_one_are_refused(factory):
    with pytest.raises(
        BadOptionError, match="executor 'processes' takes a whole number of 1 or more for workers, not 0"
    ):
        factory.make("executors", Choice.parse("processes:workers=0"))


def test_devices_are_dealt_out_in_turn_and_each_worker_has_its_share_of_the_cores(tmp_path, make_spec):
    work = Pretend(tmp_path, devices=("cuda:0", "cuda:1"), threads=3)
    list(Processes(workers=3).run(work, [make_spec(seed=seed) for seed in (0, 2, 3)], print))
    assert sorted(path.read_text() for path in tmp_path.glob("placed-*")) == ["cuda:0 3", "cuda:0 3", "cuda:1 3"]


def test_an_idle_worker_that_has_no_place_any_more_ends_and_a_busy_one_goes_on(tmp_path, make_spec):
    work, workers = Pretend(tmp_path, devices=("cuda:0",)), {}
    waiting = deque([make_spec(seed=4), make_spec(seed=0)])
    _fill([("cuda:0", 0), ("cuda:0", 1)], workers, waiting, work, 1, 0.0)
    busy, idle = workers[("cuda:0", 0)], workers[("cuda:0", 1)]
    while not _listen(idle, work, print):
        pass
    _fill([], workers, waiting, work, 1, 5.0)
    try:
        assert (list(workers.values()), idle.process.exitcode, busy.process.exitcode) == ([busy], 0, None)
    finally:
        _end([busy], 0.0)


def test_as_many_workers_as_end_soonest(monkeypatch):
    from ganbench_executors.machine import Machine

    machine = Machine(cores=8, available_bytes=2**40)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert [machine.workers_for(("cpu",), runs) for runs in (1, 3, 100)] == [1, 3, 8]
    assert [machine.threads_for(workers) for workers in (1, 3, 8, 20)] == [8, 2, 1, 1]
    assert machine.workers_for(("cuda:0",), 100) == 1
    assert Machine(cores=8, available_bytes=5 * 10**9).workers_for(("cpu",), 100) == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert machine.threads_for(8) == 2


def test_a_run_that_others_are_at_is_waited_for_and_not_run(tmp_path, make_spec, catalog):
    from ganbench.schema.events import Waiting
    from ganbench.storage.leases import Leases

    spec, store, events = make_spec(), Store(tmp_path), []
    lease = Leases(tmp_path).take(spec.key, {}).__enter__()

    def other_one_ends(seconds):
        store.run(spec.key).write_record(RunRecord(spec, Status.FAILED, "of the other command"))
        lease.__exit__()

    session = Session(catalog, store, Source(None, tmp_path), "cpu", pause=other_one_ends)
    (record,) = session.run([spec], events.append)
    assert record.reason == "of the other command"
    assert events == [Waiting(1), Finished(record)]


def test_runs_that_ended_without_scores_are_run_again_as_asked(tmp_path, make_spec, catalog):
    store, source = Store(tmp_path), Source(None, tmp_path)
    specs = [make_spec(seed=seed) for seed in range(3)]
    for spec, status in zip(specs, (Status.FAILED, Status.SKIPPED, Status.DONE), strict=True):
        store.run(spec.key).write_record(RunRecord(spec, status, "" if status is Status.DONE else "before"))
    reasons = {}
    for name, again in (("none", ()), ("skipped", (Status.SKIPPED,)), ("all", (Status.FAILED, Status.SKIPPED))):
        session = Session(catalog, store, source, "cpu", again=frozenset(again))
        reasons[name] = sorted((record.spec.seed, record.reason) for record in session.run(specs, lambda event: None))
    assert reasons["none"] == [(0, "before"), (1, "before"), (2, "")]
    assert reasons["skipped"] == [(0, "before"), (1, ""), (2, "")]
    assert reasons["all"] == [(0, ""), (1, ""), (2, "")]


def test_a_worker_that_hangs_long_after_its_time_is_ended(tmp_path, make_spec):
    work = Pretend(tmp_path, timeout=0.1)
    (record,) = Processes(workers=1, grace=0.0).run(work, [make_spec(seed=4)], print)
    assert record.reason == "took longer than 0.1 s and was ended"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds what a process allocates")
def test_a_run_beyond_its_memory_is_a_failed_row_and_the_process_lives(tmp_path, make_spec, catalog):
    limits = Limits(memory_bytes=2**20)
    session = Session(catalog, Store(tmp_path), Source(None, tmp_path), "cpu", limits=limits)
    spec = make_spec(model="vanilla:width=4096")
    (record,) = session.run([spec], lambda event: None)
    assert record.status is Status.FAILED
    assert "memory" in record.reason.lower()


@dataclass
class Forgetful:
    """An executor that gives no record of seed 1, and of seed 2 only when it is asked again."""

    asked: list = field(default_factory=list)

    def run(self, work, specs, notify):
        seeds = [spec.seed for spec in specs]
        self.asked.append(seeds)
        for spec in specs:
            if spec.seed == 0 or (spec.seed == 2 and len(self.asked) > 1):
                yield work(spec, notify)


def test_a_run_that_an_executor_passes_over_twice_is_a_failed_row_that_names_it(tmp_path, make_spec, factory_with):
    executor, waits = Forgetful(), []
    card = ganbench.ExecutorCard("forgetful", make=lambda: executor, about="Forgets.")
    catalog = factory_with("strange", executors=[card]).catalog
    source, chosen = Source(None, tmp_path), Choice("forgetful")
    session = Session(catalog, Store(tmp_path), source, "cpu", chosen, pause=waits.append)
    specs = [make_spec(seed=seed) for seed in range(3)]
    records = {record.spec.seed: record for record in session.run(specs, lambda event: None)}
    assert executor.asked == [[0, 1, 2], [1, 2]]
    assert waits == []
    assert [records[seed].status for seed in range(3)] == ["done", "failed", "done"]
    assert records[1].reason == "the executor forgetful ended 2 times without a record of this run"

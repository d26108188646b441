"""Leases: a run is one process's at a time, a dead owner's is taken over, and nobody loses a lease to a guess."""

import json
import os
import subprocess
import sys
from dataclasses import asdict

import pytest

from ganbench.storage.leases import Holder, Leases, machine, read_holder


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def put(root, **told):
    """A lease as another process left it."""
    path = root / "leases" / "key.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(asdict(Holder(**{"owner": "other", "machine": "elsewhere", "expiry": 60.0} | told))))
    return path


@pytest.fixture
def dead_pid():
    finished = subprocess.Popen([sys.executable, "-c", ""])
    finished.wait()
    return finished.pid


def test_a_lease_is_one_processs_until_it_is_given_back(tmp_path):
    first, second = Leases(tmp_path), Leases(tmp_path)
    with first.take("key", {"title": "a run"}) as lease:
        assert lease.held
        assert second.take("key", {}) is None
        assert second.held("key")
        ((key, holder),) = second.holders()
        assert (key, holder.pid, holder.facts) == ("key", os.getpid(), {"title": "a run"})
        with second.take("other", {}):
            pass
    assert not second.held("key")
    assert list((tmp_path / "leases").iterdir()) == []


def test_the_lease_of_a_process_that_is_gone_from_this_machine_is_free_at_once(tmp_path, dead_pid):
    put(tmp_path, machine=machine(), pid=dead_pid, born="123")
    with Leases(tmp_path).take("key", {}) as lease:
        assert lease.held


def test_a_pid_that_was_given_to_another_process_does_not_keep_a_lease_alive(tmp_path):
    if not read_holder(put(tmp_path, machine=machine(), pid=os.getpid(), born="0")).gone:
        pytest.skip("this system does not tell when a process was born")
    assert Leases(tmp_path).take("key", {}) is not None


def test_a_sweep_takes_away_what_the_dead_of_this_machine_left_and_nothing_else(tmp_path, dead_pid):
    dead = put(tmp_path, machine=machine(), pid=dead_pid, born="1")
    foreign = dead.with_name("command-elsewhere.json")
    foreign.write_text(json.dumps(asdict(Holder("other", machine="elsewhere", pid=dead_pid))))
    leases = Leases(tmp_path)
    with leases.take("mine", {}) as lease:
        leases.sweep()
        assert sorted(dead.parent.iterdir()) == sorted([foreign, lease.path])


def test_sweeps_take_away_what_died_on_another_machine_after_its_expiry_and_not_before(tmp_path, dead_pid):
    clock = Clock()
    foreign, leases = put(tmp_path, pid=dead_pid, expiry=30.0), Leases(tmp_path, clock=clock)
    stopped = Leases(tmp_path, expiry=30.0).take("command-stopped", {}).path  # of a process that lives, without a beat
    leases.sweep()
    clock.now = 29.0
    leases.sweep()
    assert foreign.exists()
    clock.now = 31.0
    leases.sweep()
    assert list(foreign.parent.iterdir()) == [stopped]


def test_status_says_for_how_long_nothing_was_heard_of_a_command_and_a_run(tmp_path):
    from datetime import UTC, datetime

    from ganbench.report.status import status_tables
    from ganbench.storage.progress import read_progress

    run = put(tmp_path)
    command = run.rename(run.with_name("command-elsewhere.json"))
    run.write_bytes(command.read_bytes())
    now = datetime.now(UTC)
    for minutes, words in ((10, "no sign for 10 min"), (0, "no run has ended yet")):
        os.utime(command, (now.timestamp() - 60 * minutes,) * 2)
        os.utime(run, (now.timestamp() - 60 * minutes,) * 2)
        shown = read_progress(tmp_path, now)
        assert [round(each.silent) for each in (*shown.runs, *shown.commands)] == [60 * minutes] * 2
        assert str(list(status_tables(shown))[1]).endswith(words)


def test_a_dead_pid_of_another_machine_tells_nothing(tmp_path, dead_pid):
    put(tmp_path, pid=dead_pid)
    assert Leases(tmp_path).take("key", {}) is None


def test_a_lease_without_a_heartbeat_is_taken_over_after_its_own_expiry_and_not_before(tmp_path):
    clock, path = Clock(), put(tmp_path, expiry=30.0)
    leases = Leases(tmp_path, clock=clock)
    assert leases.held("key")
    clock.now = 29.0
    assert leases.held("key")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"beats": 2}))  # its owner lives after all
    clock.now = 31.0
    assert leases.held("key")
    clock.now = 62.0
    assert not leases.held("key")
    assert leases.take("key", {}) is not None


def test_a_lease_that_was_never_filled_expires_too(tmp_path):
    clock = Clock()
    (tmp_path / "leases").mkdir()
    (tmp_path / "leases" / "key.json").touch()
    leases = Leases(tmp_path, expiry=10.0, clock=clock)
    assert leases.held("key")
    assert leases.take("key", {}) is None
    clock.now = 11.0
    assert not leases.held("key")


def test_a_clock_that_is_wrong_does_not_cost_a_living_owner_its_lease(tmp_path):
    path = put(tmp_path)
    os.utime(path, (0, 0))  # written in 1970, by the file's own time
    assert Leases(tmp_path).held("key")


def test_an_observer_that_is_late_gives_a_new_owner_its_lease_back(tmp_path):
    path = put(tmp_path)
    stale = path.read_bytes()
    path.unlink()
    with Leases(tmp_path).take("key", {}) as lease:
        assert not Leases(tmp_path)._break(path, stale)
        assert lease.held


def test_an_owner_that_was_taken_over_learns_it_and_writes_into_no_lease_but_its_own(tmp_path):
    import threading

    lost, lease = threading.Event(), Leases(tmp_path, expiry=0.06).take("key", {})
    lease.lost = lost.set
    lease.path.rename(lease.path.with_name("grave"))
    mine = put(tmp_path)
    before = mine.read_bytes()
    with lease:
        assert lost.wait(60)
    assert mine.read_bytes() == before


def test_a_heartbeat_carries_what_its_owner_does(tmp_path):
    from commands import until

    with Leases(tmp_path, expiry=0.06).take("key", {"title": "a run"}) as lease:
        lease.facts = {"fraction": 0.5}
        until(lambda: read_holder(lease.path).facts != {"title": "a run"}, "a heartbeat")
        assert read_holder(lease.path).facts == {"fraction": 0.5}

"""Real processes, killed and stopped: nothing is lost or done twice, and files are what they would have been."""

import json
import os
import signal
from pathlib import Path

import pytest
from commands import command, members, saved, session, until, write_suite

pytestmark = pytest.mark.slow

CLOCK = {
    "seconds", "seconds_per_sample", "started", "throughput", "peak_memory_bytes", "environment", "files", "digest",
}  # fmt: skip


def plain(value):
    """A record without what a clock says, and the digests of files that hold it."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if name not in CLOCK}
    return [plain(item) for item in value] if isinstance(value, list) else value


def contents(results):
    """All that runs left, by run and file: records without the clock, other files to the byte."""
    found = {}
    for path in Path(results).glob("runs/*/*"):
        if path.name == "record.json":
            found[path.parent.name, path.name] = plain(json.loads(path.read_text()))
        elif path.name != "run.log":
            found[path.parent.name, path.name] = path.read_bytes()
    return found


def finish(folder, suite, results, executor="local"):
    with session(folder, suite, results, executor) as running:
        out, err = running.communicate()
    assert running.returncode == 0, err
    return out


@pytest.fixture(scope="module")
def undisturbed(once):
    folder = once("undisturbed", lambda folder: finish(folder, write_suite(folder), folder / "results"))
    return contents(folder / "results")


@pytest.mark.parametrize("executor", ["local", "processes:workers=2"])
def test_runs_that_were_killed_again_and_again_leave_what_undisturbed_ones_do(tmp_path, undisturbed, executor):
    suite, results = write_suite(tmp_path), tmp_path / "results"
    for number in (signal.SIGKILL, signal.SIGTERM):
        before = saved(results)
        with session(tmp_path, suite, results, executor) as running:
            until(lambda: running.poll() is not None or saved(results) != before, "a save")  # noqa: B023
            running.send_signal(number)
            until(lambda: not members(running.pid), "the end of every process")
    finish(tmp_path, suite, results, executor)
    log = "".join(path.read_text() for path in results.glob("runs/*/run.log"))
    assert "resumed after" in log
    assert contents(results) == undisturbed
    assert list((results / "leases").iterdir()) == []


def test_workers_whose_parent_is_killed_save_their_runs_and_end(tmp_path):
    suite, results = write_suite(tmp_path, updates=1_000_000), tmp_path / "results"
    with session(tmp_path, suite, results, "processes:workers=2") as running:
        until(lambda: len(saved(results)) == 2, "two saves")
        running.kill()
        before = saved(results)
        until(lambda: not members(running.pid), "the end of the workers")
    after = saved(results)
    assert len(after) == 2
    assert all(after[path] > before[path] for path in before)
    assert not list(results.glob("runs/*/record.json"))  # not failed, but to be gone on with


@pytest.mark.parametrize(
    ("number", "code", "executor"),
    [
        (signal.SIGINT, 130, "local"),
        (signal.SIGTERM, 143, "processes:workers=2"),
        (signal.SIGHUP, 129, "local"),
    ],
)
def test_a_command_that_is_asked_to_stop_keeps_its_first_minute_and_says_how_to_go_on(tmp_path, number, code, executor):
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("nohup, or whatever else these tests were started by, has all that they start ignore the signal")
    words = ["--dataset", "digits", "--model", "vanilla:width=16", "--budget", "updates=1000000", "--seeds", "2"]
    with command("run", *words, "--results", tmp_path / "r", "--executor", executor) as running:
        logs = tmp_path / "r" / "runs"
        until(lambda: any("scored" in path.read_text() or path for path in logs.glob("*/run.log")), "a run's start")
        until(lambda: [p for p in (tmp_path / "r" / "leases").glob("*.json") if training(p)], "training")
        running.send_signal(number)
        _, err = running.communicate()
    assert running.returncode == code, err
    assert f"stopped by {signal.Signals(number).name}; 0 of 2 runs are done; repeat the command to go on" in err
    assert "Traceback" not in err
    assert saved(tmp_path / "r")


def training(lease):
    """Whether a lease's owner is past its first update, by its last heartbeat."""
    try:
        return json.loads(lease.read_text())["facts"].get("fraction", 0) > 0
    except (OSError, ValueError):
        return False


def test_two_commands_on_one_folder_train_each_run_once(tmp_path, undisturbed):
    suite, results = write_suite(tmp_path), tmp_path / "results"
    with session(tmp_path, suite, results) as first, session(tmp_path, suite, results) as second:
        for each in (first, second):
            out, err = each.communicate()
            assert each.returncode == 0, err
            assert out.count("done") == 4  # every command ends with all of the records
    for log in results.glob("runs/*/run.log"):
        assert log.read_text().count("started") == 1, log.read_text()
    assert contents(results) == undisturbed


def test_a_run_whose_owner_was_killed_is_gone_on_with_by_the_other_command(tmp_path, undisturbed):
    suite, results = write_suite(tmp_path), tmp_path / "results"
    with session(tmp_path, suite, results) as first:
        until(lambda: saved(results), "a save")
        with session(tmp_path, suite, results) as second:
            first.kill()
            out, err = second.communicate()
    assert second.returncode == 0, err
    assert out.count("done") == 4
    assert contents(results) == undisturbed


def test_a_folder_that_is_deleted_while_runs_go_on_ends_the_command_with_a_word(tmp_path):
    import shutil

    suite, results = write_suite(tmp_path), tmp_path / "results"
    with session(tmp_path, suite, results) as running:
        until(lambda: list(results.glob("runs/*/record.json")), "a record")
        shutil.rmtree(results, ignore_errors=True)
        _, err = running.communicate()
    assert running.returncode != 0
    assert "records are no longer in" in err


def test_a_full_disk_ends_the_command_in_one_line(tmp_path):
    """A file system of 300 kB, where this process may mount one."""
    import subprocess

    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(small)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("no small file system can be mounted here")
    try:
        words = ["--dataset", "digits", "--model", "vanilla:width=64", "--budget", "updates=20", "--seeds", "3"]
        with command("run", *words, "--results", small / "r", "--executor", "local") as running:
            _, err = running.communicate()
        assert running.returncode == 2, err
        assert "No space left on device" in err
        assert "make room and repeat the command" in err
        assert "Traceback" not in err
        assert not list((small / "r" / "leases").glob("*.json"))
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_the_guides_job_array_does_each_run_once_as_two_plain_processes(tmp_path, monkeypatch):
    import re
    import subprocess
    import sys

    guide = (Path(__file__).parent.parent / "results" / "GUIDE.md").read_text()
    (script,) = re.findall(r"^```sh\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    (tmp_path / "job.sh").write_text(script)
    if not (Path(sys.executable).parent / "ganbench").exists():
        pytest.skip("ganbench is not installed as a command")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SUITE", str(write_suite(tmp_path)))
    monkeypatch.setenv("RESULTS", str(tmp_path / "results"))
    jobs = [subprocess.Popen(["bash", "job.sh"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for job in jobs:
        _, err = job.communicate()
        assert job.returncode == 0, err
    logs = [log.read_text() for log in (tmp_path / "results").glob("runs/*/run.log")]
    assert [log.count("started") for log in logs] == [1] * 4

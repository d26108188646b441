"""Sessions to be killed, in processes and folders of their own, and what they leave."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SESSION = Path(__file__).with_name("frequent_saves.py")
CLOCK = {
    "seconds", "seconds_per_sample", "started", "throughput", "peak_memory_bytes", "environment", "files", "digest",
}  # fmt: skip
DEADLINE_SECONDS = 600.0


@dataclass(frozen=True)
class Place:
    """A folder of one attack, with its suite."""

    folder: Path

    @classmethod
    def made(cls, above: Path, name: str, suite: str) -> "Place":
        """Make the folder, and write the suite into it."""
        folder = above / name
        folder.mkdir()
        (folder / "suite.toml").write_text(suite, encoding="utf-8")
        return cls(folder)

    @property
    def results(self) -> Path:
        """Where its runs go."""
        return self.folder / "results"

    @contextmanager
    def session(self, executor: str = "local", before: tuple[str, ...] = ()) -> Iterator[subprocess.Popen[str]]:
        """Give a session in a process group of its own, which ends with it whatever happens."""
        words = [*before, sys.executable, str(SESSION), str(self.folder / "suite.toml"), str(self.results), executor]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        with (self.folder / "errors.txt").open("a") as errors:
            started = subprocess.Popen(  # noqa: S603  # our own script
                words, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
            )
        try:
            yield started
        finally:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            with started:  # closes its pipe
                started.wait()

    def finish(self, executor: str = "local") -> None:
        """Run what is left."""
        with self.session(executor) as running:
            running.communicate()
        if running.returncode:
            raise SystemExit(f"a session ended with {running.returncode}: {(self.folder / 'errors.txt').read_text()}")

    def contents(self) -> dict[str, Any]:
        """Return all that runs left, by run and file: records without what a clock says, other files to the byte."""
        found: dict[str, Any] = {}
        for path in self.results.glob("runs/*/*"):
            name = path.relative_to(self.results).as_posix()
            if path.name == "record.json":
                found[name] = _plain(json.loads(path.read_text(encoding="utf-8")))
            elif path.name != "run.log":
                found[name] = path.read_bytes()
        return found

    def at_work(self) -> bool:
        """Whether somebody has the lease of a run, and not only that of a command."""
        return any(not path.name.startswith("command-") for path in self.results.glob("leases/*.json"))

    def logged(self, word: str) -> list[int]:
        """Count how often a word stands in the log of each run."""
        return [path.read_text(encoding="utf-8").count(word) for path in self.results.glob("runs/*/run.log")]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items() if name not in CLOCK}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def workers(group: int) -> list[int]:
    """Return the processes of a group that were made to work for its first one."""
    return [pid for pid in members(group) if b"--multiprocessing-fork" in _read(Path(f"/proc/{pid}/cmdline"))]


def members(group: int) -> list[int]:
    """Return the processes of a group that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        state, _, its_group = (_read(stat).decode(errors="replace").rpartition(")")[2].split() + ["Z"] * 3)[:3]
        if its_group == str(group) and state != "Z":
            found.append(int(stat.parent.name))
    return found


def _read(path: Path) -> bytes:
    """Return what a file of /proc holds; nothing once its process is gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def resident(pid: int) -> float:
    """Return the mebibytes of memory that a process has at the moment."""
    lines = _read(Path(f"/proc/{pid}/status")).decode().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for a condition to hold."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"{what} took longer than {DEADLINE_SECONDS:g} s")
        time.sleep(0.02)

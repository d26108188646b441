"""Real processes for tests: small runs in a process of their own, watched with a deadline and no fixed wait."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

DEADLINE = 180.0  # seconds; a loaded machine takes long to import torch

SUITE = """
version = 1
about = "Small runs, to be killed."
datasets = ["digits"]
metrics = ["frechet:features=raw"]
seeds = [0, 1]
samples = 200
checkpoints = [0.25, 0.6, 1.0]

[budget]
updates = {updates}

[[entries]]
model = "vanilla:width=16"

[[entries]]
model = "gmm"
"""

# a session as the command line makes it, but for how often it saves
SESSION = """
import sys
from pathlib import Path
from ganbench.registry.catalog import discover
from ganbench.registry.factory import default_source
from ganbench.schema.choice import Choice
from ganbench.schema.events import nobody
from ganbench.storage.store import Store
from ganbench.suites.expand import expand
from ganbench.suites.toml import find_suite
from ganbench.training.limits import Limits
from ganbench.training.session import Session

if __name__ == "__main__":
    catalog = discover()
    suite, results, executor = sys.argv[1:4]
    specs = expand(find_suite(suite, catalog), catalog)
    session = Session(catalog, Store(Path(results)), default_source(None), "cpu", Choice.parse(executor), Path.cwd(),
                      Limits(threads=1), save_seconds=0.02)
    for record in session.run(specs, nobody):
        print(record.key, record.status)
"""


def write_suite(folder, updates=120):
    path = folder / "small.toml"
    path.write_text(SUITE.format(updates=updates))
    return path


@contextmanager
def process(*arguments):
    """A python process in a group of its own, ended with its whole group whatever happens."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    started = subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.communicate()


def session(folder, suite, results, executor="local"):
    script = folder / "session.py"
    if not script.exists():  # written anew, it would be empty for a moment, which a process that starts now would read
        script.write_text(SESSION)
    return process(script, suite, results, executor)


def command(*words):
    return process("-m", "ganbench", *words)


def until(condition, what):
    """Wait for a condition to hold; return what it gave."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError(f"{what} took longer than {DEADLINE:.0f} s")


def saved(results):
    """The files that interrupted runs go on from, with the times they were written."""
    found = {}
    for path in Path(results).glob("runs/*/resume.safetensors"):
        try:
            found[path] = path.stat().st_mtime_ns
        except FileNotFoundError:  # its run has ended
            continue
    return found


def members(group):
    """The processes of a group that live, by /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(int(stat.parent.name))
    return found

"""Training keeps the memory that it frees, unless the user has told malloc otherwise."""

import os
import subprocess
import sys

import pytest

from ganbench.training.allocator import LARGE_PAGES, keep_freed_memory
from ganbench.training.device import make_repeatable

ROUNDS = """
import resource
from ganbench.training.allocator import keep_freed_memory
kept = keep_freed_memory({variables})
def use():
    return sum(len(part) for part in [bytearray(12 << 20) for _ in range(4)])
use()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    use()
print(int(kept), resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(variables):
    """Return whether memory is kept, and how often the system had to hand out pages of buffers taken once before."""
    code = ROUNDS.format(variables=variables)
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kept, faults = map(int, shown.stdout.split())
    return kept, faults


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="malloc is glibc's on Linux alone")
def test_buffers_that_were_freed_are_taken_again_without_the_system():
    told, few = page_faults({})
    if not told:
        pytest.skip("not glibc")
    untold, many = page_faults({"MALLOC_TRIM_THRESHOLD_": "131072"})
    assert not untold
    assert few < 1_000 < many


def test_a_user_who_has_told_otherwise_is_heeded():
    own = {LARGE_PAGES: "0", "GLIBC_TUNABLES": "glibc.malloc.check=0"}
    assert keep_freed_memory(own) is False
    assert own[LARGE_PAGES] == "0"


def test_runs_on_a_cpu_keep_their_memory(monkeypatch):
    monkeypatch.delenv(LARGE_PAGES, raising=False)
    make_repeatable("cpu")
    assert os.environ[LARGE_PAGES] == "1"

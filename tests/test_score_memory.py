"""Scores of large sets take memory in proportion to the sets, and not to their square."""

import subprocess
import sys

import pytest

COUNT = 9_000

# in a process of its own, by its own high-water mark: what getrusage tells a child has inherited from the tests
SCRIPT = """
import pkgutil
import torch
from ganbench.contracts.metrics import Evidence, Features, Side

torch.set_num_threads(1)
metric = pkgutil.resolve_name("{make}")()
sides = [torch.randn({count}, 16, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1)]

def score(count):
    few = [Side(side[:count], None, Features(side[:count])) for side in sides]
    metric.score(Evidence(*few, None, None, 0))

score(300)


def mark():
    lines = (line.split() for line in open("/proc/self/status"))
    return next(int(line[1]) for line in lines if line[0] == "VmHWM:")

open("/proc/self/clear_refs", "w").write("5")
before = mark()
score({count})
print((mark() - before) // 2**10)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sets the mark back")
@pytest.mark.parametrize("metric", ["prdc", "nearest-neighbour"])
def test_distances_between_all_pairs_are_never_held_at_once(catalog, metric):
    # all of them in float64 would be 618 MiB; a few tiles are
    script = SCRIPT.format(make=catalog.get("metrics", metric).make, count=COUNT)
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(finished.stdout) < 300

"""A mixture of Gaussians takes no more memory than its data and its parameters, however many components it has."""

import subprocess
import sys
from typing import get_args

import pytest

from ganbench_models.mixture import Covariance

PEAK = """
import torch
from pathlib import Path
from ganbench_models.mixture_em import log_density, start, step

def peak():
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024

def needed(kind, n, d, k):
    data = torch.rand(n, d)
    mixture = start(data[:500], kind, k, 1e-3, torch.Generator().manual_seed(0))
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
    before = peak()
    step(data, mixture, 1e-6)
    log_density(data[:100_000 // d], mixture)
    return peak() - before

print(*(needed(*each) for each in {memory}))
"""


# all differences at once would take 600 MiB for the first, and 900 MiB for the others; the shares half of that
MEMORY = [("full", 20_000, 784, 10), *((kind, 300_000, 2, 200) for kind in get_args(Covariance))]


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from /proc")
def test_memory_stays_within_the_data_and_the_parameters():
    code = PEAK.format(memory=MEMORY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    needed = dict(zip(MEMORY, map(float, done.stdout.split()), strict=True))
    assert len(needed) == 5
    assert max(needed.values()) < 250, needed

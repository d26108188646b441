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

data = torch.rand({n}, {d})
mixture = start(data[:500], "{kind}", {k}, 1e-3, torch.Generator().manual_seed(0))
before = peak()
step(data, mixture, 1e-6)
log_density(data[:100_000 // {d}], mixture)
print(peak() - before)
"""


# all differences at once would take 600 MiB for the first, and 900 MiB for the others; the shares half of that
MEMORY = [("full", 20_000, 784, 10), *((kind, 300_000, 2, 200) for kind in get_args(Covariance))]


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from /proc")
@pytest.mark.parametrize(("kind", "n", "d", "k"), MEMORY)
def test_memory_stays_within_the_data_and_the_parameters(kind, n, d, k):
    code = PEAK.format(kind=kind, n=n, d=d, k=k)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 250

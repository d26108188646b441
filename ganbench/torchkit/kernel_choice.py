"""Which of torch's CPU kernels are faster on this processor: measured once and kept, so that bits stay the same."""

import functools
import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import platformdirs
import torch

from ganbench.torchkit.convolution import Convolution, Geometry, side_by_side
from ganbench.torchkit.kernels import KernelChoice
from ganbench.torchkit.linear import product

_GAIN = 1.2  # of time, below which torch keeps its way; far from what two measurements differ by
_ROUNDS = 6


LEFT_TO_TORCH = KernelChoice(linear=False, convolutions=False)


@functools.cache
def fastest_kernels() -> KernelChoice:
    """Return what is faster here by a fifth or more: a matrix product, and the convolution that gains most.

    Measured once for a processor, a number of threads and a version of torch, in about 0.1 s, and kept in the user's
    cache: runs in other processes, and the rest of a run that was killed, take the same kernels and give the same bits.
    Nothing is drawn from torch's random stream.
    """
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return LEFT_TO_TORCH
    path = Path(platformdirs.user_cache_dir("ganbench")) / "kernels" / f"{_machine()}.json"
    return kept_choice(path, _measured)


def kept_choice(path: Path, measure: Callable[[], KernelChoice]) -> KernelChoice:
    """Return the choice that a file holds, or measure and keep it; the first of two processes that measure decides.

    A file that can't be read is written anew, and a cache that can't be written costs a measurement a process.
    """
    if (found := _read(path)) is not None:
        return found
    with suppress(OSError):
        path.unlink(missing_ok=True)  # it can't be read
    choice = measure()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError), path.open("x") as file:
            file.write(json.dumps(asdict(choice)))
    return _read(path) or choice


def _read(path: Path) -> KernelChoice | None:
    try:
        held = json.loads(path.read_text())
        return KernelChoice(linear=bool(held["linear"]), convolutions=bool(held["convolutions"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _machine() -> str:
    """Name a file by what the choice depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    processor = next((line for line in lines if line.startswith("model name")), "")
    known = (processor, torch.backends.cpu.get_cpu_capability(), torch.get_num_threads(), torch.__version__)
    return hashlib.sha256(repr(known).encode()).hexdigest()[:16]


def _measured() -> KernelChoice:
    with torch.no_grad(), torch.autocast("cpu", enabled=False):
        return KernelChoice(linear=_gain(*_products()) > _GAIN, convolutions=_gain(*_convolutions()) > _GAIN)


def _gain(usual: Callable[[], object], ours: Callable[[], object]) -> float:
    """Return the ratio of the least times of some calls in turns, after one each to warm up."""
    least = [float("inf")] * 2
    for number in range(_ROUNDS + 1):
        for side, way in enumerate((usual, ours)):
            started = time.perf_counter()
            way()
            if number:
                least[side] = min(least[side], time.perf_counter() - started)
    return least[0] / least[1]


def _products() -> tuple[Callable[[], object], Callable[[], object]]:
    left, right = torch.ones(256, 512), torch.ones(512, 512)
    return lambda: left @ right.t(), lambda: product(left, right)


def _convolutions() -> tuple[Callable[[], object], Callable[[], object]]:
    """From many maps to one image, as a generator ends and a discriminator's gradient does."""
    geometry = Geometry((2, 2), (1, 1), (1, 1), True, (0, 0), 1)
    maps, weights = torch.ones(16, 64, 14, 14), torch.ones(64, 1, 4, 4)
    near = side_by_side(maps)
    return lambda: torch.convolution(maps, weights, None, *geometry), lambda: Convolution.apply(
        near, weights, None, geometry
    )

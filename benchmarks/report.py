"""Measures rows at full size and writes them into results/performance/, beside those measured before on the machine.

python benchmarks/report.py                     # every row: half an hour
python benchmarks/report.py DCGAN ring8         # the rows whose names contain a word, in minutes; the others stay
"""

import argparse
import os
import resource
import time
import warnings
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import conv2d
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from apart import Apart
from ganbench.torchkit.convolution import side_by_side
from ganbench.torchkit.linear import product
from page import merged_page
from row import Row, Work
from rows import ROWS

TURN = 0.3  # seconds of a way before the other's turn: threads of the one before go on looking for work for a while
PAGE = Path(__file__).parent.parent / "results" / "performance" / "README.md"


class Operations(TorchDispatchMode):
    """Counts the floating-point operations of products and convolutions inside, of gradients of every order too."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_dispatch__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Call a function of torch, and count what it takes by torch's own formulae."""
        found = function(*args, **(kwargs or {}))
        if function._overloadpacket is torch.ops.mkldnn._linear_pointwise:  # (n, k) with the transpose of (m, k)
            self.total += 2 * len(args[0]) * args[1].numel()
        elif (formula := flop_registry.get(function._overloadpacket)) is not None:
            self.total += formula(*args, **(kwargs or {}), out_val=found)
        return found


def main() -> None:
    """Print each line as it is measured, and put it into the page at once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", help="words that a row's name contains; all rows without any")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of torch")
    parser.add_argument("--seconds", type=float, default=20.0, help="of measuring a row, about")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the table is kept")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")  # of what we are compared with
    for row in ROWS:
        if options.rows and not any(word in row.name for word in options.rows):
            continue
        print(measured := line(row, options.seconds), flush=True)  # noqa: T201
        before = options.page.read_text() if options.page.exists() else ""
        options.page.parent.mkdir(parents=True, exist_ok=True)
        page = merged_page(before, {row.name: measured}, [each.name for each in ROWS], options.threads)
        options.page.write_text(page)


def line(row: Row, seconds: float) -> str:
    """Measure a row, both ways in turns, and return its line of the table."""
    load = os.getloadavg()[0]
    pair = row.make(True)
    wall, cpu = alternate([work for work in (pair.ours, pair.theirs) if work], seconds)
    ratios = ["", f"{cpu[0]:.3g} s of CPU"]
    if pair.theirs:
        ratios = [f"{(t[0] / t[1]) if row.kind == 'slower' else (t[1] / t[0]):.2f} x" for t in (wall, cpu)]
    theirs = f"{wall[1]:.3g}" if pair.theirs else ""
    when = f"{datetime.now(UTC):%Y-%m-%d}, load {load:.1f}"
    return (
        f"| {row.name} | {wall[0]:.3g} | {theirs} | {ratios[0]} | {ratios[1]} "
        f"| {row.to_reach} | {share(row, pair.ours, cpu[0])} | {when} |"
    )


def share(row: Row, ours: Work, seconds: float) -> str:
    """Return what share of the machine's peak a row's operations reached; nothing for one that is not counted."""
    if not row.counted:
        return ""
    with Operations() as counted:
        ours()
    dtype = torch.bfloat16 if "bf16" in row.name else torch.float32
    most = {"products": peak, "convolutions": convolution_peak}[row.counted](dtype)
    return f"{counted.total / seconds / most:.0%} of {most / 1e9:.0f} GFLOP/s"


def alternate(ways: list[Work], seconds: float) -> tuple[list[float], list[float]]:
    """Return the least wall time and the least CPU time of each, in turns; once each where that takes so long."""
    wall, cpu = [float("inf")] * len(ways), [float("inf")] * len(ways)
    started = time.perf_counter()
    while wall[-1] == float("inf") or time.perf_counter() - started < seconds:
        for side, work in enumerate(ways):
            turn = time.perf_counter()
            while (clock := time.perf_counter()) < turn + TURN:
                before = used()
                work()
                after = time.perf_counter() - clock, used() - before
                wall[side], cpu[side] = min(wall[side], after[0]), min(cpu[side], after[1])
    return wall, cpu


def used() -> float:
    """Return the CPU seconds of this process, of those that it started and that have ended, and of ways apart."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Apart.seconds + sum(usage.ru_utime + usage.ru_stime for usage in usages)


@cache
def peak(dtype: torch.dtype) -> float:
    """Return the floating-point operations a CPU second of a square product, by the faster of torch's libraries."""
    size = 1_536
    first, second = (torch.randn(size, size).to(dtype) for _ in range(2))
    by_library = (lambda: product(first, second)) if dtype == torch.float32 else (lambda: second @ first)
    _, cpu = alternate([lambda: first @ second, by_library], seconds=2.0)
    return 2.0 * size**3 / min(cpu)


@cache
def convolution_peak(dtype: torch.dtype) -> float:
    """Return the same of a convolution of 128 images with 128 maps of 14 x 14 in and out, in the better layout."""
    images, maps, side, kernel = 128, 128, 14, 3
    x, weight = torch.randn(images, maps, side, side).to(dtype), torch.randn(maps, maps, kernel, kernel).to(dtype)
    near, weight_near = side_by_side(x), side_by_side(weight)
    ways = [lambda: conv2d(x, weight, padding=1), lambda: conv2d(near, weight_near, padding=1)]
    _, cpu = alternate(ways, seconds=2.0)
    return 2.0 * images * maps**2 * side**2 * kernel**2 / min(cpu)


if __name__ == "__main__":
    main()

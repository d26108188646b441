"""Measures every row at full size and writes the table to results/performance/: `python benchmarks/report.py`."""

import argparse
import os
import platform
import resource
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from ganbench.torchkit.linear import product
from rows import ROWS, Row, Work

FOLDER = Path(__file__).parent.parent / "results" / "performance"
HEAD = "| what | ours, s | theirs, s | ratio | ratio of CPU time | to reach | share of peak |\n" + "|---" * 7 + "|"


def operations(left: torch.Size, right: torch.Size, *_: object, **__: object) -> int:
    """Return those of a matrix product (n, k) with the transpose of (m, k), for torch's counter."""
    return 2 * left[0] * right.numel()


PRODUCTS = {torch.ops.mkldnn._linear_pointwise: operations}  # a kernel that the counter does not know


def main() -> None:
    """Print the table as it grows, and write it whole at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", help="words that a row's name contains; all rows without any")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of torch")
    parser.add_argument("--seconds", type=float, default=20.0, help="of measuring a row, about")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.simplefilter("ignore")  # of what we are compared with
    peaks = {"fp32": peak(torch.float32), "bf16": peak(torch.bfloat16)}
    lines = [machine(options.threads, peaks), HEAD]
    print("\n".join(lines))  # noqa: T201
    for row in ROWS:
        if options.rows and not any(word in row.name for word in options.rows):
            continue
        lines.append(line(row, options.seconds, peaks))
        print(lines[-1], flush=True)  # noqa: T201
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "README.md").write_text("\n".join([*lines, ""]))


def line(row: Row, seconds: float, peaks: dict[str, float]) -> str:
    """Measure a row, both ways in turns, and return its line of the table."""
    if row.missing:
        return f"| {row.name} | | | {row.needs} is not set | | {row.target:g} x | |"
    pair = row.make(True)
    wall, cpu = alternate(pair.ours, pair.theirs, seconds)
    ratios = [(times[0] / times[1]) if row.inverse else (times[1] / times[0]) for times in (wall, cpu)]
    share = ""
    if row.counted:
        with FlopCounterMode(display=False, custom_mapping=PRODUCTS) as counter:
            pair.ours()
        share = f"{counter.get_total_flops() / cpu[0] / peaks['bf16' if 'bf16' in row.name else 'fp32']:.0%}"
    most = "at most " if row.inverse else ""
    return (
        f"| {row.name} | {wall[0]:.3g} | {wall[1]:.3g} | {ratios[0]:.2f} x | {ratios[1]:.2f} x "
        f"| {most}{row.target:g} x | {share} |"
    )


def alternate(ours: Work, theirs: Work, seconds: float) -> tuple[list[float], list[float]]:
    """Return the least wall time and the least CPU time of both, in turns; the first call of each warms up."""
    wall, cpu = [float("inf")] * 2, [float("inf")] * 2
    started = time.perf_counter()
    while wall[0] == float("inf") or time.perf_counter() - started < seconds:
        for side, work in enumerate((ours, theirs)):
            before, clock = used(), time.perf_counter()
            work()
            after = time.perf_counter() - clock, used() - before
            wall[side], cpu[side] = min(wall[side], after[0]), min(cpu[side], after[1])
    return wall, cpu


def used() -> float:
    """Return the CPU seconds of this process and of those that it started and that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak(dtype: torch.dtype) -> float:
    """Return the floating-point operations a CPU second of a square product, by the faster of torch's libraries."""
    size = 1_536
    first, second = (torch.randn(size, size).to(dtype) for _ in range(2))
    by_library = (lambda: product(first, second)) if dtype == torch.float32 else (lambda: second @ first)
    _, cpu = alternate(lambda: first @ second, by_library, seconds=2.0)
    return 2.0 * size**3 / min(cpu)


def machine(threads: int, peaks: dict[str, float]) -> str:
    """Return what was measured on, and how."""
    model = next((row.partition(":")[2].strip() for row in _processor() if row.startswith("model name")), "")
    flags = next((row for row in _processor() if row.startswith("flags")), "").split()
    known = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in flags]
    return (
        "# Speed\n\n"
        "Written by `python benchmarks/report.py`. A ratio is of two things in one run, taken in turns: the least time "
        "of theirs over the least of ours; for commands, of ours over a Python that does nothing. The ratio of CPU "
        "time holds where other work has a share of the processor. The share of peak is of a square matrix product's "
        "operations a CPU second in the same precision, by the operations that torch counts.\n\n"
        f"{model or platform.machine()}, {os.cpu_count()} cores, {threads} threads; {', '.join(known)}; "
        f"torch {torch.__version__}, Python {platform.python_version()}; {datetime.now(UTC):%Y-%m-%d}. "
        f"Matrix products: {peaks['fp32'] / 1e9:.0f} GFLOP a CPU second at fp32, {peaks['bf16'] / 1e9:.0f} at bf16. "
        f"Load when it began: {os.getloadavg()[0]:.1f}.\n"
    )


def _processor() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


if __name__ == "__main__":
    main()

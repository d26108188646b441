"""The table of speeds as a page: new lines in the places of old ones, as long as the machine is the same."""

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

_COLUMNS = ("what", "ours, s", "theirs, s", "ratio", "ratio of CPU time", "to reach", "share of peak", "measured")
_HEAD = f"| {' | '.join(_COLUMNS)} |\n{'|---' * len(_COLUMNS)}|"
_ABOUT = """# Speed

Written by `python benchmarks/report.py`. A ratio is of two things in one run, taken in turns: the least time of
theirs over the least of ours; where it says "at most", of ours over theirs, which for commands is a Python that
does nothing. The ratio of CPU time says more where other work has a share of the processor. The share of peak is of
the operations a CPU second of a square matrix product, or of a convolution of 128 maps, in the same precision in
the same run, by the operations that torch counts. The load is the one-minute average as a row's measurement began,
of this page's own work before it too: above the number of cores other work took its share, seconds and their ratios
are of no use there, and CPU times are coarse. Inception's weights are random, in the published file's format and size.
The popular loop runs in a process of its own, without our settings of memory.
"""
LIMITS = "## Limits"  # the heading of what is written by hand below the table, and stays


def merged_page(before: str, fresh: Mapping[str, str], names: Sequence[str], threads: int) -> str:
    """Return the page with the fresh lines by name of row, and those of before where the machine is the same.

    names: of all rows, in their order; a line of any other name is left out. What stands under LIMITS stays.
    """
    before, heading, by_hand = before.partition(f"{LIMITS}\n")
    where = machine(threads)
    lines = {name: line for line in before.splitlines() if (name := _name(line)) in names} if where in before else {}
    lines |= fresh
    table = "\n".join([_ABOUT, where, "", _HEAD, *(lines[name] for name in names if name in lines), ""])
    return f"{table}\n{heading}{by_hand}" if heading else table


def machine(threads: int) -> str:
    """Return what is measured on, and by what."""
    path = Path("/proc/cpuinfo")
    told = [line.partition(":")[::2] for line in path.read_text().splitlines()] if path.exists() else []
    facts = {name.strip(): value.strip() for name, value in told}
    flags = facts.get("flags", "").split()
    known = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if flag in flags]
    processor = facts.get("model name") or platform.machine()
    return (
        f"{processor}, {os.cpu_count()} cores, {threads} threads; {', '.join(known)}; "
        f"torch {torch.__version__}, Python {platform.python_version()}."
    )


def _name(line: str) -> str:
    """Return the name of the row that a line of the table is of."""
    return line.split("|")[1].strip() if line.startswith("|") else ""

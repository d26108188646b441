"""Each line of the table of speeds, ours and theirs, small enough for a test; report.py measures the full size."""

import pytest

from rows import ROWS

SIDES = [
    pytest.param(row, side, id=f"{row.name}-{side}", marks=[pytest.mark.slow] if row.slow else [])
    for row in ROWS
    for side in (("ours",) if row.kind == "seconds" else ("ours", "theirs"))
]


@pytest.mark.filterwarnings("ignore")  # of what we are compared with
@pytest.mark.parametrize(("row", "side"), SIDES)
def bench_row(benchmark, row, side):
    work = getattr(row.make(False), side)
    if row.slow:
        benchmark.pedantic(work)  # once: five rounds of a whole command may outlast a test's time
    else:
        work()
        benchmark(work)
    assert row.target > 1

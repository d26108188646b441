"""Each line of the table of speeds, ours and theirs, small enough for a test; report.py measures the full size."""

import pytest

from rows import ROWS


@pytest.mark.filterwarnings("ignore")  # of what we are compared with
@pytest.mark.parametrize("side", ["ours", "theirs"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def bench_row(benchmark, row, side):
    if row.missing:
        pytest.skip(f"{row.needs} is not set")
    work = getattr(row.make(False), side)
    work()
    benchmark(work)
    assert row.target > 1

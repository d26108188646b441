"""Finished runs read back: the time and the memory of records, frame and leaderboard, by the number of runs.

python benchmarks/bench_reading.py FOLDER RUNS makes so many runs in a new folder, reads them and prints the cost.
"""

import resource
import sys
import time
from pathlib import Path

import pytest

from finished_runs import FRACTIONS, SCORES, write_records
from ganbench.analysis.tables import Results, results
from ganbench.storage.merge import merged


def tabled(root: Path) -> Results:
    """Read, frame and table."""
    with merged([root]) as found:
        return results(found.records, found.folders)


@pytest.mark.slow
@pytest.mark.parametrize("runs", [250, 1_000])
def bench_reading(benchmark, tmp_path, runs):
    shown = benchmark.pedantic(tabled, (write_records(tmp_path, runs),), rounds=3)
    assert len(shown.tidy) == runs * len(FRACTIONS) * len(SCORES)


if __name__ == "__main__":
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    if not folder.exists():
        write_records(folder, count)
    started, worked = time.perf_counter(), time.process_time()
    board = tabled(folder).leaderboard
    seconds, busy = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = f"{count:,} runs, {len(board):,} rows: {seconds:.1f} s, {busy:.1f} s of a processor, {peak:,.0f} MB at most"
    sys.stdout.write(f"{line}\n")

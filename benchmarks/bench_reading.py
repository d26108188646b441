"""Finished runs read back: the time and the memory of records, frame and leaderboard, by the number of runs.

python benchmarks/bench_reading.py FOLDER RUNS makes so many runs in a new folder, reads them and prints the cost.
"""

import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ganbench.analysis.tables import Results, results
from ganbench.schema.choice import Choice
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status
from ganbench.schema.spec import Budget, RunSpec
from ganbench.storage.merge import merged
from ganbench.storage.store import Store

SEEDS, MODELS = 10, 25
FRACTIONS, SCORES = (0.25, 0.5, 0.75, 1.0), ("fid", "precision", "recall")


def made(root: Path, runs: int) -> Path:
    """Write records as a suite leaves them: ten seeds, 25 models, four checkpoints of three scores each."""
    store = Store(root)
    for number in range(runs):
        record = _record(number)
        store.run(record.key).write_record(record)
    return root


def _record(number: int) -> RunRecord:
    seed, model, dataset = number % SEEDS, number // SEEDS % MODELS, number // (SEEDS * MODELS)
    spec = RunSpec(
        "speed@1", Choice(f"data{dataset}"), Choice(f"model{model}"), Choice("hinge"), seed, Budget(images=120_000),
        True, tuple(map(Choice, SCORES)), checkpoints=FRACTIONS, defaults=(("model.width", 64), ("model.latent", 100)),
    )  # fmt: skip
    protocol = {"split": "test", "real": 10_000, "fake": 10_000, "features": "digits", "seed": seed, "average": "none"}
    checkpoints = tuple(
        Checkpoint(
            fraction,
            Spent(int(120_000 * fraction), int(900 * fraction), 60.0 * fraction, {"generator": 900}),
            tuple(
                Score(name, name, 1.0 + model + (number * 7919 % 997) / 997, "lower", protocol=protocol)
                for name in SCORES
            ),
        )
        for fraction in FRACTIONS
    )
    plain = RunRecord(spec, Status.DONE, ended_by="images", spent=checkpoints[-1].spent, checkpoints=checkpoints)
    return replace(
        plain, throughput={"images_per_second": 2_000.0}, parameters={"generator": 1_000_000}, family="adversarial",
        environment={"device": "cpu", "torch": "2.11.0+cpu", "ganbench": "0.1.0", "plugins": {"ganbench": "0.1.0"}},
    )  # fmt: skip


def tabled(root: Path) -> Results:
    """Read, frame and table."""
    with merged([root]) as found:
        return results(found.records, found.folders)


@pytest.mark.slow
@pytest.mark.parametrize("runs", [250, 1_000])
def bench_reading(benchmark, tmp_path, runs):
    shown = benchmark.pedantic(tabled, (made(tmp_path, runs),), rounds=3)
    assert len(shown.tidy) == runs * len(FRACTIONS) * len(SCORES)


if __name__ == "__main__":
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    if not folder.exists():
        made(folder, count)
    started, worked = time.perf_counter(), time.process_time()
    board = tabled(folder).leaderboard
    seconds, busy = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = f"{count:,} runs, {len(board):,} rows: {seconds:.1f} s, {busy:.1f} s of a processor, {peak:,.0f} MB at most"
    sys.stdout.write(f"{line}\n")

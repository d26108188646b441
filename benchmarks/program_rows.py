"""The rows of the program around training: its loop, its commands, its records and its sites."""

import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from bench_reading import tabled
from finished_runs import write_records, write_runs
from ganbench.contracts.capabilities import profile_of
from ganbench.contracts.models import Task
from ganbench.schema.choice import Choice
from ganbench.schema.events import nobody
from ganbench.schema.record import Score
from ganbench.schema.spec import Budget, RunSpec
from ganbench.storage.store import RunFolder
from ganbench.torchkit.resident import Resident
from ganbench.training.loop import Training
from ganbench.training.meter import Meter
from ganbench_losses.non_saturating import NonSaturating
from ganbench_models.vanilla import Vanilla
from row import Pair, Row


def command(arguments: Sequence[str], _: bool) -> Pair:
    """Return a command that has nothing to compute, and a Python that does nothing."""
    return Pair(partial(_python, "-m", "ganbench", *arguments), partial(_python, "-c", "pass"))


def quickstart(full: bool) -> Pair:
    """`ganbench run` into a new folder, from nothing; two updates of one seed in place of all where not in full."""
    less = () if full else ("--seeds", "1", "--budget", "updates=2", "--model", "vanilla")

    def run() -> None:
        with TemporaryDirectory() as folder:
            _python("-m", "ganbench", "run", "--results", f"{folder}/results", *less)

    return Pair(run)


def records(full: bool) -> Pair:
    """Ten thousand records read, framed and tabled."""
    folder = TemporaryDirectory()
    write_records(Path(folder.name), 10_000 if full else 20)
    return Pair(lambda: tabled(Path(folder.name)))


def site(again: bool, full: bool) -> Pair:
    """`ganbench publish` of a thousand runs into a new folder, or into one where nothing has changed since."""
    folder, numbers = TemporaryDirectory(), count()
    write_runs(Path(folder.name) / "results", 1_000 if full else 3)

    def publish() -> None:
        out = f"{folder.name}/site-{0 if again else next(numbers)}"
        _python("-m", "ganbench", "publish", "--results", f"{folder.name}/results", "--out", out)

    if again:
        publish()
    return Pair(publish)


def harness(full: bool) -> Pair:
    """Train by our loop, with meter, curves and ticks, and by the bare stream of the same model's updates."""
    updates = 20 if full else 3  # few, for the least of many turns says more on a machine that wanders
    generator = torch.Generator().manual_seed(0)
    samples = torch.randint(256, (2_000, 1, 28, 28), generator=generator, dtype=torch.uint8)
    data: Any = Resident({"train": (samples, torch.zeros(len(samples), dtype=torch.int64))}, 0)
    names = [Choice(name) for name in ("noise", "vanilla", "non-saturating")]
    spec = RunSpec("speed@1", *names, seed=0, budget=Budget(updates=updates), standard=True, metrics=())

    def model() -> Vanilla:
        torch.manual_seed(0)
        return Vanilla(Task(data.shape, 0, "cpu", examples=len(samples), seed=0, loss=NonSaturating()))

    def ours() -> None:
        with TemporaryDirectory() as folder:
            trained, unscored = model(), _Unscored()
            meter = Meter(spec.budget, lambda: None)
            profile = profile_of(trained)
            Training(spec, data, trained, profile, unscored, RunFolder(Path(folder)), nobody, meter).run()

    def theirs() -> None:
        trained = model()
        for _ in islice(trained.fit(data.batches("train", trained.batch, 0)), updates):
            pass

    return Pair(ours, theirs)


class _Unscored(Any):
    """In an evaluation's place: nothing is scored."""

    latest = None

    def scores(self, final: bool) -> tuple[Score, ...]:  # as an evaluation has it
        """Return no score."""
        return ()


def _python(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)  # noqa: S603


PROGRAM = (
    Row("harness over the bare loop, vanilla, 28 x 28", 1.02, harness, "slower"),
    Row("ganbench run, the suite quickstart", 45.0, quickstart, "seconds", slow=True),
    Row("10,000 records read, framed, tabled", 4.0, records, "seconds"),
    Row("a site of 1,000 runs", 20.0, partial(site, False), "seconds", slow=True),
    Row("the same again, nothing changed", 3.0, partial(site, True), "seconds", slow=True),
    Row("ganbench --help", 3.0, partial(command, ["--help"]), "slower"),
    Row("ganbench list", 4.0, partial(command, ["list"]), "slower"),
)

"""Finished runs as suites leave them, made without training: what reading, tables and sites are measured on."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganbench.schema.choice import Choice
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status
from ganbench.schema.spec import Budget, RunSpec
from ganbench.storage.store import SAMPLES, Store

if TYPE_CHECKING:
    import pyarrow as pa
    from PIL import Image

SEEDS, MODELS = 10, 25
FRACTIONS, SCORES = (0.25, 0.5, 0.75, 1.0), ("fid", "precision", "recall")
UPDATES, SIDE = 1_000, 226  # of a run's curves; pixels of a sheet of 8 x 8 samples
_CURVES = (
    "generator_loss", "discriminator_loss", "generator_gradient_norm", "discriminator_gradient_norm",
    "discriminator_real", "discriminator_fake", "discriminator_accuracy",
)  # fmt: skip


def write_records(root: Path, runs: int) -> Path:
    """Write records alone into a new folder: ten seeds, 25 models, four checkpoints of three scores each."""
    store = Store(root)
    for record in _records(runs):
        store.run(record.key).write_record(record)
    return root


def write_runs(root: Path, runs: int) -> Path:
    """Write records with curves of a thousand updates, and a picture for each checkpoint."""
    curves, picture = _curves(), _picture()
    for record in _records(runs):
        folder = Store(root).run(record.key)
        folder.write_curves(curves)
        for fraction in FRACTIONS[:-1]:
            folder.write_frame(fraction, picture.save)
        folder.write_picture(SAMPLES, picture.save)
        folder.write_record(record)
    return root


def _records(runs: int) -> Iterator[RunRecord]:
    return (_record(number) for number in range(runs))


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


def _curves() -> "pa.Table":
    import pyarrow as pa

    random = np.random.default_rng(0)
    updates = np.arange(1, UPDATES + 1)
    columns = {name: random.random(UPDATES).astype(np.float32) for name in _CURVES}
    return pa.table({"update": updates, "images": 128 * updates, **columns})


def _picture() -> "Image.Image":
    """Return a sheet of grey samples, as large and as hard to compress as one of digits."""
    from PIL import Image

    random = np.random.default_rng(0)
    pixels = np.kron(random.integers(0, 256, (SIDE // 4, SIDE // 4)), np.ones((4, 4))).astype(np.uint8)
    return Image.fromarray(pixels)

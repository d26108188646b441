"""Real digits spoiled in five growing strengths, and how scores answer: for the law tests, and for a table to read.

python tests/spoiled.py FOLDER prints the table, from the folder that holds MNIST/raw.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

from ganbench.contracts.datasets import Dataset
from ganbench.contracts.metrics import Features
from ganbench.schema.choice import Choice
from ganbench_metrics.class_modes import count_classes
from ganbench_metrics.frechet import frechet_distance
from ganbench_metrics.kid import kernel_distance
from ganbench_metrics.order import checked
from ganbench_metrics.prdc import prdc

COUNT = 2_000
STRENGTHS = {
    "blur": (0.6, 0.9, 1.2, 1.6, 2.2),  # standard deviation in pixels
    "noise": (0.1, 0.2, 0.3, 0.45, 0.6),  # standard deviation, where pixels go from -1 to 1
    "dropped classes": (1, 2, 4, 6, 8),
}
COLUMNS = ("fid", "kid", "precision", "recall", "density", "coverage", "classes_captured", "class_kl")


def spoil(fault: str, strength: float, images: Tensor, labels: Tensor) -> Tensor:
    """Return spoiled images (n, 1, 28, 28); classes are dropped by playing samples of the others in their place."""
    if fault == "blur":
        return gaussian_blur(images, 15, strength)
    if fault == "noise":
        return (images + strength * torch.randn(images.shape, generator=torch.Generator().manual_seed(0))).clamp(-1, 1)
    kept = images[labels >= strength]
    return kept[:COUNT]


def scores(real: Features, fake: Features) -> dict[str, float]:
    """Return every score of COLUMNS."""
    first, second = checked(real.vectors, fake.vectors)
    arrays = (side.double().numpy() for side in (first, second))
    found = {"fid": frechet_distance(*arrays), "kid": kernel_distance(first, second)}
    return found | prdc(first, second) | count_classes(fake.logits)


def answers(data: Dataset, embed: Callable[[Tensor], Features]) -> dict[str, list[dict[str, float]]]:
    """Return the scores of unspoiled training digits against held-out ones, and of each fault in each strength."""
    real = embed(data.head("test", COUNT).samples)
    images, labels = data.head("train", 12 * COUNT)
    clean = scores(real, embed(images[:COUNT]))
    found = {}
    for fault, strengths in STRENGTHS.items():
        source = (images, labels) if fault == "dropped classes" else (images[:COUNT], labels[:COUNT])
        found[fault] = [clean] + [scores(real, embed(spoil(fault, each, *source))) for each in strengths]
    return found


def table(found: dict[str, list[dict[str, float]]]) -> str:
    """Return the answers as Markdown."""
    lines = [f"| fault | {' | '.join(column.replace('_', ' ') for column in COLUMNS)} |", "| --- " * 9 + "|"]
    for fault, rows in found.items():
        for strength, row in zip((0, *STRENGTHS[fault]), rows, strict=True):
            lines.append(f"| {fault} {strength:g} | " + " | ".join(f"{row[column]:.3g}" for column in COLUMNS) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    import sys
    from functools import partial
    from pathlib import Path

    from ganbench.evaluation.features import FeatureStore
    from ganbench.registry.catalog import discover
    from ganbench.registry.factory import Factory, default_source

    factory = Factory(discover(), "cpu", default_source(Path(sys.argv[1])))
    digits = factory.dataset(Choice("mnist"))
    found = answers(digits, partial(FeatureStore(factory).features, Choice("mnist-classifier"), classes=10))
    sys.stdout.write(table(found) + "\n")

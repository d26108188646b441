"""Samples made worse, by which checks try whether a metric minds."""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from ganbench.contracts.datasets import Batch
from ganbench.testing.bench import seeded


def in_order(batch: Batch, order: Tensor) -> Batch:
    """Return samples and what they belong to in another order, (n,) indices."""
    return Batch(batch.samples[order], batch.condition[order])


def noisy(batch: Batch, deviation: float) -> Batch:
    """Return samples with normal noise of a deviation."""
    noise = torch.randn(batch.samples.shape, generator=seeded())
    return Batch(batch.samples + deviation * noise, batch.condition)


def blurred(images: Tensor, size: int) -> Tensor:
    """Return the means of images over squares of a size."""
    return avg_pool2d(images, size, stride=1, padding=size // 2, count_include_pad=False)


def of_classes(batch: Batch, classes: int) -> Batch:
    """Return as many samples, of the first classes alone: those that there are, again and again."""
    kept = (batch.condition < classes).nonzero()[:, 0]
    order = kept[torch.arange(len(batch.condition)) % len(kept)]
    return Batch(batch.samples[order], batch.condition[order])

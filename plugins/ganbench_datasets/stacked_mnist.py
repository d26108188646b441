"""Stacked MNIST (Metz et al. 2017, PacGAN 2018): a digit in each colour channel, a thousand classes to lose."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganbench import Batch, Source, stream
from ganbench.torchkit.resident import Resident
from ganbench_datasets.mnist import mnist

TRIPLES = {"train": 128_000, "test": 65_000}  # as PacGAN trains; it judges by 26,000, and two fifths are compared
_TENS = torch.tensor([100, 10, 1])


class StackedDigits:
    """Triples of digits as the channels of one image; fulfils contracts.Dataset.

    Only the single digits and which three belong together are held: images are put together batch by batch.
    A label is 100 x first + 10 x second + third.
    """

    classes = 1_000

    def __init__(self, digits: Resident, triples: Resident) -> None:
        self.digits, self.triples = digits, triples
        self.shape = (3, *digits.shape[1:])

    def to(self, device: str) -> "StackedDigits":
        """Return the same data on a device."""
        return StackedDigits(self.digits.to(device), self.triples.to(device))

    def count(self, split: str) -> int:
        """Return how many triples a split has."""
        return self.triples.count(split)

    def batches(self, split: str, size: int, seed: int, start: int = 0) -> Iterator[Batch]:
        """Yield batches without end: shuffled passes over the triples, one after another."""
        for triples, labels in self.triples.batches(split, size, seed, start):
            yield Batch(self._stacked(split, triples), labels)

    def head(self, split: str, n: int) -> Batch:
        """Return the first n triples of a split in one fixed order."""
        triples, labels = self.triples.head(split, n)
        return Batch(self._stacked(split, triples), labels)

    def _stacked(self, split: str, triples: Tensor) -> Tensor:
        pixels, _ = self.digits.splits[split]
        images = pixels[triples.long()].squeeze(2)
        return images.float().div_(127.5).sub_(1.0)


def stacked_mnist(source: Source) -> StackedDigits:
    """Make 128,000 random triples of MNIST's training digits, and 65,000 of its test digits, 3 x 28 x 28.

    The same triples on every machine. Raises DataMissingError as mnist does.
    """
    return stack(mnist(source))


def stack(digits: Resident, triples_of: Mapping[str, int] = TRIPLES) -> StackedDigits:
    """Draw triples of a dataset of single digits, those of a split from that split alone, so many of each."""
    splits = {}
    for split, count in triples_of.items():
        _, labels = digits.splits[split]
        generator = torch.Generator().manual_seed(stream(0, f"stacked {split}"))
        triples = torch.randint(len(labels), (count, 3), generator=generator)
        splits[split] = (triples.float(), (labels[triples] * _TENS).sum(dim=1))
    return StackedDigits(digits, Resident(splits, classes=StackedDigits.classes))

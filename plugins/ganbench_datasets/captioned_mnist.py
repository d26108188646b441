"""MNIST's digits with captions from their class and from what is measured of their strokes."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from ganbench import Batch, Captions, DescribedDataset, Factor, Source, stream
from ganbench.torchkit.resident import Resident, taken
from ganbench_datasets.digit_captions import FACTORS, DigitGrammar, valued
from ganbench_datasets.digit_measures import measured
from ganbench_datasets.mnist import mnist

_UNSAID = 0.25  # the share of captions that leave out thickness, and likewise slant and size
HELD_OUT = (("three", "thick"), ("six", "thin"), ("two", "leaning right"), ("eight", "leaning left"))


class Digits(NamedTuple):
    """Digits. pictures: (n, 1, height, width) uint8; captions: (n, length) int64; factors: (n, 4) int64 from 1 on."""

    pictures: Tensor
    captions: Tensor
    factors: Tensor


class DescribedDigits(Resident, DescribedDataset):
    """Digits by captions; those of a held-out pair of digit and stroke are in neither split."""

    def __init__(self, splits: Mapping[str, Digits], composed: Digits) -> None:
        self._grammar, self._composed = DigitGrammar(), composed
        super().__init__({name: (each.pictures, each.captions) for name, each in splits.items()}, classes=0)

    @property
    def condition(self) -> Captions:
        """The words of the grammar, and how many of them a caption has at most."""
        return self._grammar.captions

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The digit, and how thick, slanting and large it is."""
        return FACTORS

    def said(self, captions: Tensor) -> Tensor:
        """Return the number of each factor that captions (n, length) say, (n, 4) int64; 0 where they don't."""
        return self._grammar.read(captions)

    def compositions(self, n: int) -> Batch:
        """Return the first n of the test digits that are of a held-out pair, in one mixed order."""
        device = self.splits["train"][0].device
        first = torch.arange(min(n, len(self._composed.pictures)), device=device)
        return Batch(taken(self._composed.pictures.to(device), first), self._composed.captions.to(device)[first])


def captioned_mnist(source: Source) -> DescribedDigits:
    """Make MNIST with captions such as "a thin seven leaning left".

    Strokes are thin below 2.04 pixels, and thick from 2.53 on; digits lean left below 0 degrees, and right from 15 on;
    they are small where the ink is less than 6.33 pixels from its centre, root mean square, and large from 7.02 on.
    Each of these is left out of one caption in four, the same ones for everybody. Four pairs are held out: no digit of
    either split is a thick three, a thin six, a two leaning right or an eight leaning left, which leaves 53,280 for
    training and 8,844 held out. Size follows the class more than the hand, since MNIST's
    digits were scaled to fit a square of 20 pixels: ones are small, zeros large. Raises DataMissingError as mnist does.
    """
    return described(mnist(source))


def described(base: Resident) -> DescribedDigits:
    """Measure and caption a dataset of single digits, and take the held-out pairs out of both splits."""
    splits, composed = {}, {}
    for split, (pictures, labels) in base.splits.items():
        factors = factors_of(pictures, labels)
        out = torch.stack([_is(factors, pair) for pair in HELD_OUT]).any(dim=0)
        generator = torch.Generator().manual_seed(stream(0, f"captioned-mnist {split}"))
        said = factors.clone()
        said[:, 1:] *= torch.rand(said[:, 1:].shape, generator=generator) >= _UNSAID
        splits[split] = _digits(pictures, said, factors, (~out).nonzero()[:, 0])
        order = out.nonzero()[:, 0]
        composed[split] = _digits(pictures, factors, factors, order[torch.randperm(len(order), generator=generator)])
    return DescribedDigits(splits, composed["test"])


def factors_of(pictures: Tensor, labels: Tensor) -> Tensor:
    """Return the digit, thickness, slant and size of pictures (n, 1, height, width) uint8 and labels (n,), (n, 4)."""
    values = valued(measured(pictures.float().div(127.5).sub(1)))
    return torch.cat([labels[:, None] + 1, values], dim=1)


def _digits(pictures: Tensor, said: Tensor, factors: Tensor, kept: Tensor) -> Digits:
    return Digits(pictures[kept], DigitGrammar().write(said[kept]), factors[kept])


def _is(factors: Tensor, pair: tuple[str, str]) -> Tensor:
    """Return whether samples of (n, 4) factors are of a pair of words, (n,)."""
    both = torch.ones(len(factors), dtype=torch.bool)
    for column, factor in enumerate(FACTORS):
        for word in pair:
            if word in factor.words:
                both &= factors[:, column] == factor.words.index(word) + 1
    return both

"""Digits and a picture of each that follows from it: unpaired domains whose true translation is known."""

import colorsys
import math
from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn.functional import interpolate, max_pool2d, pad

from ganbench import Setting, Source, stream
from ganbench.torchkit.domains import PairedDomains
from ganbench.torchkit.resident import Resident
from ganbench_datasets.digits import digits
from ganbench_datasets.mnist import mnist

_EACH = 10_000  # training pictures of each domain, at most
_HELD_OUT = 5_000  # pairs, at most
_CLASSES = 10

Target = Literal["outline", "inverted", "coloured"]


def paired_digits(
    source: Source,
    target: Annotated[
        Target, Setting("what digits become: their outline, themselves inverted, or coloured by class on a texture")
    ] = "outline",
    of: Annotated[Literal["mnist", "digits"], Setting("whose digits")] = "mnist",
) -> PairedDomains:
    """Make two domains of digits: 10,000 sources and the targets of 10,000 others to train on, 5,000 pairs held out.

    Halves of the training data make the domains, so that no training source has its target in the other. MNIST has a
    border of two pixels, 1 x 32 x 32; scikit-learn's digits are enlarged to 1 x 16 x 16, and there are 548 of each
    and 700 pairs. Coloured targets, and their sources, have three channels. Raises DataMissingError as mnist does.
    """
    return domains_of(mnist(source) if of == "mnist" else digits(source), target)


def domains_of(base: Resident, target: Target) -> PairedDomains:
    """Make the two domains of single digits, the same for everybody."""
    images, labels = base.splits["train"]
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(stream(0, "paired-digits")))
    each = min(_EACH, len(images) // 2)
    first, second = order[:each], order[each : 2 * each]
    sources, truths = _pairs(images[first], labels[first], target)
    _, samples = _pairs(images[second], labels[second], target)
    held_sources, held_truths = _pairs(*_held_out(base), target)
    return PairedDomains((samples, sources), (held_truths, held_sources), (truths, sources), truth=True)


def translated(sources: Tensor, labels: Tensor, target: Target) -> Tensor:
    """Return the true targets, uint8, of grey digits (n, 1, height, width) uint8 of classes (n,).

    outline: the pixels that a square of 3 x 3 adds to the ink, by grey dilation. inverted: 255 - v. coloured: ink in
    one of ten hues by class, mixed by its darkness with a texture that is the same for all.
    """
    if target == "inverted":
        return 255 - sources
    if target == "outline":
        grown = max_pool2d(sources.float(), 3, stride=1, padding=1)
        return (grown - sources.float()).to(torch.uint8)
    ink = sources.float() / 255
    coloured = ink * colours()[labels][:, :, None, None] + (1 - ink) * texture(*sources.shape[-2:])
    return coloured.mul(255).round().to(torch.uint8)


def colours() -> Tensor:
    """Return the colour of each class's ink, (10, 3) float32 in [0, 1]: equal steps of hue from red on."""
    return torch.tensor([colorsys.hsv_to_rgb(number / _CLASSES, 0.75, 1.0) for number in range(_CLASSES)])


def texture(height: int, width: int) -> Tensor:
    """Return the ground of coloured digits, (3, height, width) float32 in [0, 1]: dark blue with slanting stripes."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    waves = 0.5 + 0.5 * torch.sin(2 * math.pi * (rows + columns) / 8)
    return torch.stack([0.10 + 0.10 * waves, 0.10 + 0.15 * waves, 0.25 + 0.20 * waves])


def _pairs(images: Tensor, labels: Tensor, target: Target) -> tuple[Tensor, Tensor]:
    """Return sources and their targets, (n, channels, height, width) uint8."""
    sources = _framed(images)
    targets = translated(sources, labels, target)
    return sources.expand(-1, targets.shape[1], -1, -1).contiguous(), targets


def _framed(images: Tensor) -> Tensor:
    """Return digits of 28 x 28 with a border of two pixels, and those of 8 x 8 enlarged to twice that."""
    if images.shape[-1] > 2 * 8:
        return pad(images, (2, 2, 2, 2))
    return interpolate(images.float(), scale_factor=2, mode="bilinear").round().to(torch.uint8)


def _held_out(base: Resident) -> tuple[Tensor, Tensor]:
    images, labels = base.splits["test"]
    return images[:_HELD_OUT], labels[:_HELD_OUT]

"""The kit's own data: two modes of points, waveforms, images, with captions or to translate; the same everywhere."""

import torch
from torch import Tensor

from ganbench.contracts.cards import Card, DatasetCard
from ganbench.contracts.datasets import Conditioned, GaussianModes, Source
from ganbench.registry.catalog import Catalog, Plugin
from ganbench.schema.condition import Captions
from ganbench.torchkit.domains import PairedDomains
from ganbench.torchkit.resident import Resident

POINTS, IMAGES, WAVEFORMS, DOMAINS, CAPTIONED = (
    "toy-points", "toy-images", "toy-waveforms", "toy-domains", "toy-captions",
)  # fmt: skip
TOYS = (IMAGES, POINTS, WAVEFORMS, DOMAINS, CAPTIONED)

WORDS = Captions(("bright", "on", "the", "left", "right"), 4)
_COUNTS = {"train": 512, "test": 256}
_DEVIATION = 0.05


class ToyPoints(Resident, GaussianModes):
    """Two Gaussians in the plane, at (-0.5, 0) and (0.5, 0), each of standard deviation 0.05."""

    def __init__(self, source: Source) -> None:
        super().__init__({split: _points(split) for split in _COUNTS}, classes=2)

    @property
    def means(self) -> Tensor:
        """The two means, (2, 2)."""
        return torch.tensor([[-0.5, 0.0], [0.5, 0.0]])

    @property
    def deviation(self) -> float:
        """0.05, in every direction."""
        return _DEVIATION


def toy_images(source: Source) -> Resident:  # noqa: ARG001  # a dataset's maker is handed it
    """Return images (1, 8, 8): bright on the left, or bright on the right, with noise."""
    return Resident({split: _images(split) for split in _COUNTS}, classes=2)


def toy_waveforms(source: Source) -> Resident:  # noqa: ARG001
    """Return waveforms (1, 32): one period or three, with noise."""
    return Resident({split: _waveforms(split) for split in _COUNTS}, classes=2)


def toy_domains(source: Source) -> PairedDomains:  # noqa: ARG001
    """Return the toy images as sources, to be turned from left to right."""
    (train, _), (test, _) = _images("train"), _images("test")
    first, second = train[::2], train[1::2].flip(3)
    return PairedDomains((second, first), (test.flip(3), test), (first.flip(3), first), truth=True)


class ToyCaptions(Resident, Conditioned):
    """The images of toy_images, each asked for by a caption that says where it is bright."""

    def __init__(self, source: Source) -> None:
        captions = torch.tensor([WORDS.tokens(f"bright on the {side}") for side in ("left", "right")])
        splits = {split: _images(split) for split in _COUNTS}
        super().__init__({split: (images, captions[labels]) for split, (images, labels) in splits.items()}, classes=0)

    @property
    def condition(self) -> Captions:
        """Five words, four a caption."""
        return WORDS


def with_toys(catalog: Catalog) -> Catalog:
    """Return a catalog that has the toys too."""
    cards: list[Card] = [
        DatasetCard(POINTS, make=ToyPoints, about="Two Gaussians in the plane.", kind="points"),
        DatasetCard(IMAGES, make=toy_images, about="Two kinds of images of 8 x 8.", kind="images"),
        DatasetCard(DOMAINS, make=toy_domains, about="Images to be turned.", kind="images"),
        DatasetCard(CAPTIONED, make=ToyCaptions, about="Two kinds of images, by captions.", kind="images"),
        DatasetCard(WAVEFORMS, make=toy_waveforms, about="Two kinds of waveforms of 32 values."),
    ]
    if POINTS in catalog.names("datasets"):
        return catalog
    return catalog.joined(Plugin("conformance", "ganbench", ""), {"datasets": cards})


def _labels(split: str) -> tuple[Tensor, torch.Generator]:
    return torch.arange(_COUNTS[split]) % 2, torch.Generator().manual_seed(len(split))


def _points(split: str) -> tuple[Tensor, Tensor]:
    labels, generator = _labels(split)
    noise = _DEVIATION * torch.randn(len(labels), 2, generator=generator)
    return noise + torch.stack([labels - 0.5, torch.zeros(len(labels))], dim=1), labels


def _images(split: str) -> tuple[Tensor, Tensor]:
    labels, generator = _labels(split)
    left = torch.cat([torch.full((8, 4), 200.0), torch.full((8, 4), 50.0)], dim=1)
    both = torch.stack([left, left.flip(1)])[labels][:, None]
    noisy = both + 15 * torch.randn(both.shape, generator=generator)
    return noisy.clamp(0, 255).to(torch.uint8), labels


def _waveforms(split: str) -> tuple[Tensor, Tensor]:
    labels, generator = _labels(split)
    time = torch.arange(32) / 32
    tones = torch.stack([torch.sin(2 * torch.pi * periods * time) for periods in (1, 3)])[labels][:, None]
    return (0.6 * tones + 0.05 * torch.randn(tones.shape, generator=generator)).clamp(-1, 1), labels

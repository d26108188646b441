"""What a dataset must do: real samples in two splits, resident on one device."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from ganbench.schema.condition import Captions, Condition, Labels, Sources

if TYPE_CHECKING:
    from torch import Tensor


class Batch(NamedTuple):
    """Real samples, on the run's device.

    samples: (n, *shape) float32; images and waveforms in [-1, 1], points as they are.
    condition: what each is asked for by, (n, …) as the dataset's Labels, Captions or Sources say; zeros (n,) int64
        where there is no such thing.
    """

    samples: Tensor
    condition: Tensor


@dataclass(frozen=True)
class SampleFormat:
    """What samples look like.

    shape: of one sample: (channels, height, width) of an image, (channels, length) of a waveform, (dimensions,) of a
        point. classes: 0 where there are none.
    device: where they are, "cpu", "cuda:0", ….
    """

    shape: tuple[int, ...]
    classes: int
    device: str

    @property
    def images(self) -> bool:
        """Whether samples are images: (channels, height, width)."""
        return len(self.shape) == 3

    @property
    def waveforms(self) -> bool:
        """Whether samples are waveforms: (channels, length)."""
        return len(self.shape) == 2

    @property
    def dimensions(self) -> int:
        """How many numbers a sample has."""
        count = 1
        for side in self.shape:
            count *= side
        return count


@dataclass(frozen=True)
class Source:
    """Where a dataset finds its files.

    root: the folder the user pointed at; None when none was, and then cache may be downloaded into.
    """

    root: Path | None
    cache: Path


@runtime_checkable
class Dataset(Protocol):
    """Real data in two splits, "train" and "test", resident on one device."""

    shape: tuple[int, ...]
    classes: int

    def to(self, device: str) -> Dataset:
        """Return the same data on a device."""
        ...

    def count(self, split: str) -> int:
        """Return how many samples a split has."""
        ...

    def batches(self, split: str, size: int, seed: int, start: int = 0) -> Iterator[Batch]:
        """Yield batches without end: shuffled passes, one after another, starting `start` samples in."""
        ...

    def head(self, split: str, n: int) -> Batch:
        """Return the first n samples of a split in a fixed order that mixes the classes."""
        ...


class Conditioned(ABC):
    """Claimed by a dataset whose condition is not the class of a sample; its `classes` are 0."""

    @property
    @abstractmethod
    def condition(self) -> Captions | Sources:
        """What samples are asked for by."""


def condition_of(dataset: Dataset) -> Condition | None:
    """Return what a dataset's samples are asked for by: what it claims, else its classes, if it has any."""
    if isinstance(dataset, Conditioned):
        return dataset.condition
    return Labels(dataset.classes) if dataset.classes else None


class GaussianModes(ABC):
    """Claimed by a dataset of equal Gaussians whose modes can be counted."""

    @property
    @abstractmethod
    def means(self) -> Tensor:
        """The modes, (modes, dimensions) float32, on the CPU."""

    @property
    @abstractmethod
    def deviation(self) -> float:
        """The standard deviation of every mode, in every direction."""


@dataclass(frozen=True)
class ToneLaw:
    """What waveforms of one decaying tone each are drawn from, all numbers independently.

    x(t) = amplitude exp(-decay t) sin(2 pi frequency t + phase) + noise, t in [0, 1) over the waveform.
    frequency: the least and the largest number of cycles, log-uniform between them. amplitude, decay: uniform between
    two numbers. The phase is uniform over the circle. noise: standard deviation of a normal at every t.
    """

    frequency: tuple[float, float]
    amplitude: tuple[float, float]
    decay: tuple[float, float]
    noise: float


class ToneDataset(ABC):
    """Claimed by a dataset of waveforms, (1, length), whose every sample is a tone of a known law."""

    @property
    @abstractmethod
    def law(self) -> ToneLaw:
        """The law."""


class WithheldClass(ABC):
    """Claimed by a dataset with a class that is in its held-out data alone, for a model to find it strange."""

    @property
    @abstractmethod
    def withheld(self) -> int:
        """The label of that class."""

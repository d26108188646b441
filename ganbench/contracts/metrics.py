"""What a metric and a feature space must do, and what they look at: samples of two sides, and where they are from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ganbench.contracts.capabilities import PLAIN, Profile

if TYPE_CHECKING:
    from torch import Tensor

    from ganbench.contracts.datasets import Dataset
    from ganbench.contracts.models import Model


class Features(NamedTuple):
    """Samples in a feature space. vectors: (n, d) float32 or float64. logits: (n, classes), or None."""

    vectors: Tensor
    logits: Tensor | None = None


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    samples: (n, *shape) float32. condition: (n, …), what each was asked for by, or belongs to; None where nobody knows,
    as of an unconditional model's samples. features: there when the metric's card names a feature space.
    """

    samples: Tensor
    condition: Tensor | None
    features: Features | None = None

    @property
    def vectors(self) -> Tensor:
        """The feature vectors, (n, d); only for metrics whose card names a feature space."""
        assert self.features is not None, "a metric that reads vectors names its features in its card"
        return self.features.vectors

    @property
    def logits(self) -> Tensor:
        """Unnormalised log-probabilities of classes, (n, classes); only for metrics whose card needs them."""
        assert self.features is not None, "a metric that reads logits names its features in its card"
        assert self.features.logits is not None, "a metric that reads logits says so in its card's needs"
        return self.features.logits


@dataclass(frozen=True)
class Evidence:
    """What a metric may look at: held-out and generated samples, and where they are from.

    dataset and model are None when samples are scored that come from nowhere that we know; a metric whose
    card needs one of them is not asked then. profile: the model's facts, plain ones where there is none.
    seed: for the metric's own randomness. embed: maps further samples into the metric's feature space; with keep=False
    for those that don't come again, whose features are not kept on disk.
    """

    real: Side
    fake: Side
    dataset: Dataset | None
    model: Model | None
    seed: int
    embed: Callable[..., Features] | None = None
    profile: Profile = PLAIN


@dataclass(frozen=True)
class SpaceProfile:
    """The facts of a feature space, which stand in the protocol of every score.

    digest: of its weights, a few hex digits; real data's features are kept on disk under it, and those of a space
    without one are computed anew. resizing: how images are brought to the size that the space takes.
    """

    digest: str = ""
    resizing: str = ""


class FeatureSpace(Protocol):
    """A map from samples to features, the same for real and generated ones."""

    def __call__(self, samples: Tensor) -> Features:
        """Map (n, *shape) samples; called in chunks, so a sample's features depend on no other sample."""
        ...


class ProfiledSpace(ABC):
    """Tells facts of itself; a feature space that does not inherit this has a plain `SpaceProfile()`."""

    @abstractmethod
    def profile(self) -> SpaceProfile:
        """Return the facts, once the space is made."""


class Metric(Protocol):
    """A pure function of its evidence. One that counts modes claims it by inheriting from ModeHistogram."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return a number for each of the card's columns; raise UnfitError where it makes no sense.

        An optional column of what these data have not, such as relations of single objects, may be left out.
        """
        ...


class BoundedByData(ABC):
    """Has columns whose ends depend on what is compared, such as the number of modes that there are to capture."""

    @abstractmethod
    def bounds(self, evidence: Evidence) -> Mapping[str, tuple[float | None, float | None]]:
        """Return the least and the greatest value, by column; None for no end. Other columns' are those of the card."""


class ModeHistogram(ABC):
    """Counts samples by mode, which is kept with the run and drawn."""

    @abstractmethod
    def histogram(self, evidence: Evidence) -> Mapping[str, Tensor]:
        """Return the counts as {"generated": (modes,), "real": (modes,)} tensors of int64."""


class PictureRows(ABC):
    """Shows what it judges: a few pictures of each stage, one under the other, kept with the run and drawn."""

    @abstractmethod
    def rows(self, evidence: Evidence, count: int) -> Mapping[str, Tensor]:
        """Return a row for each stage by its name, (count or fewer, channels, height, width) in [-1, 1], as many each.

        Column by column the pictures are of one held-out sample, or at least of the same condition; what a model draws
        from noise alone is no such row.
        """

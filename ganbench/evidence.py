"""What a metric looks at: samples of two sides, their features, and where they are from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

    from ganbench.contracts import Dataset, Model


class Features(NamedTuple):
    """Samples in a feature space. vectors: (n, d) float32 or float64. logits: (n, classes), or None."""

    vectors: Tensor
    logits: Tensor | None = None


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    samples: (n, *shape) float32. labels: (n,) int64, or None where nobody knows them, such as those of an
    unconditional model's samples. features: there when the metric's card names a feature space.
    """

    samples: Tensor
    labels: Tensor | None
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
    card needs one of them is not asked then. seed: for the metric's own randomness. embed: maps further
    samples into the metric's feature space.
    """

    real: Side
    fake: Side
    dataset: Dataset | None
    model: Model | None
    seed: int
    embed: Callable[[Tensor], Features] | None = None

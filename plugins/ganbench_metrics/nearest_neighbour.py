"""The two-sample test by nearest neighbours (Lopez-Paz and Oquab 2017): whether they tell the sides apart."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import Evidence, UnfitError
from ganbench_metrics.neighbours import nearer, nearest_squared
from ganbench_metrics.order import checked


class NearestNeighbour:
    """Fulfils contracts.Metric; as many samples of either side are compared.

    Look at both halves: samples with noise on them lie nearer to clean ones than to each other, so that real ones
    are told and generated ones are not, and the mean stays near one half.
    """

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return nearest_neighbour_accuracy, and that of either side alone."""
        real, fake = checked(evidence.real.vectors, evidence.fake.vectors)
        generator = torch.Generator().manual_seed(evidence.seed)
        count = min(len(real), len(fake))
        drawn = [side[torch.randperm(len(side), generator=generator)[:count].to(side.device)] for side in (real, fake)]
        return accuracies(*drawn)


def accuracies(real: Tensor, fake: Tensor) -> dict[str, float]:
    """Judge each of (n, d) and (n, d) by its nearest other sample of either side; return the shares judged right.

    One half for equal laws, 1 where the sides lie apart. Below one half on a side: its samples are copies of the
    other's. A tie between the sides counts half. Raises UnfitError for unequal counts.
    """
    if len(real) != len(fake):
        raise UnfitError(f"the sides must have equal counts, not {len(real)} and {len(fake)}")
    across = nearest_squared(real, fake), nearest_squared(fake, real)
    within = (nearest_squared(side, side, same=True) for side in (real, fake))
    right = [
        (1 + float((nearer(own, other).double() - nearer(other, own).double()).mean())) / 2
        for own, other in zip(within, across, strict=True)
    ]
    return {
        "nearest_neighbour_accuracy": sum(right) / 2,
        "accuracy_on_real": right[0],
        "accuracy_on_generated": right[1],
    }

"""Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020)."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from ganbench import Evidence, Setting, UnfitError
from ganbench_metrics.balls import centred, pairs_inside, radii
from ganbench_metrics.order import checked


class PRDC:
    """Fulfils contracts.Metric; all four numbers are of one k, 5 as in Naeem et al.

    Kynkäänniemi et al. have k = 3 for precision and recall: `prdc:k=3`. More neighbours make both larger.
    """

    def __init__(
        self, k: Annotated[int, Setting("neighbours, the farthest of which bounds a sample's ball", at_least=1)] = 5
    ) -> None:
        self.k = k

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return precision, recall, density and coverage."""
        return prdc(*checked(evidence.real.vectors, evidence.fake.vectors), k=self.k)


def prdc(real: Tensor, fake: Tensor, k: int = 5) -> dict[str, float]:
    """Compare real (n, d) with fake (m, d) by balls that reach to each sample's k-th nearest neighbour.

    precision: generated samples inside some real ball; recall: real samples inside some generated ball. density:
    real balls around a generated sample, over k; 1 for equal laws. coverage: real balls with a generated sample
    inside; 1 - (1/2)^k at the most for equal laws and equal counts. A sample on a ball's surface is outside, so
    sets of equal samples, whose balls are points, score 0. Raises UnfitError unless k is below both counts.
    """
    if min(len(real), len(fake)) <= k:
        raise UnfitError(f"k={k} neighbours need more than {k} samples a side, not {len(real)} and {len(fake)}")
    first, second = centred(real, fake)
    reach, span = radii(first, k), radii(second, k)
    around = torch.zeros(len(fake), dtype=torch.int64, device=fake.device)  # real balls around each generated sample
    recalled, covered = (torch.zeros(len(real), dtype=torch.bool, device=real.device) for _ in range(2))
    for (balls, inside), (found, _) in pairs_inside(first, second, reach, span):
        around += torch.bincount(inside, minlength=len(fake))
        covered[balls] = True
        recalled[found] = True
    return {
        "precision": float((around > 0).double().mean()),
        "recall": float(recalled.double().mean()),
        "density": float(around.double().mean()) / k,
        "coverage": float(covered.double().mean()),
    }

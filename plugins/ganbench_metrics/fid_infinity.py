"""The Fréchet distance without the bias of finite samples (Chong and Forsyth 2020)."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
import torch

from ganbench import Evidence, Setting
from ganbench_metrics.frechet import Vectors, frechet_distance, tensor
from ganbench_metrics.order import checked

_FEWEST = 0.25  # of the samples, in the smallest of the subsets


class FIDInfinity:
    """Fulfils contracts.Metric."""

    def __init__(
        self, points: Annotated[int, Setting("sizes of subsets that the line is fitted through", at_least=2)] = 15
    ) -> None:
        self.points = points

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return fid_infinity."""
        real, fake = checked(evidence.real.vectors, evidence.fake.vectors, least=8)
        return {"fid_infinity": extrapolated(real, fake, self.points, evidence.seed)}


def extrapolated(real: Vectors, fake: Vectors, points: int, seed: int) -> float:
    """Fit the distance of random subsets against 1/n, and return the line's value at infinitely many samples.

    The distance is biased by about c/n. Both sides shrink together, n of each, where the paper shrinks the
    generated one alone: the bias of the real side goes as well. Sizes are spread evenly in 1/n, from a quarter
    of the smaller side to all of it. The value may be slightly negative for equal laws.
    """
    n = min(len(real), len(fake))
    sizes = (1 / np.linspace(1 / (_FEWEST * n), 1 / n, points)).round().astype(int)
    generator = torch.Generator().manual_seed(seed)
    sides = [tensor(side) for side in (real, fake)]
    distances = []
    for size in sizes:
        chosen = [side[torch.randperm(len(side), generator=generator)[:size]] for side in sides]
        distances.append(frechet_distance(*chosen))
    _, intercept = np.polyfit(1 / sizes, distances, 1)
    return float(intercept)

"""The sliced Wasserstein distance (Rabin et al. 2012): transport along lines, which needs no more than sorting."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from ganbench import Evidence, Setting
from ganbench_metrics.order import checked

_LINES = 64  # projected on at a time


class SlicedWasserstein:
    """Fulfils contracts.Metric by projections on random lines."""

    def __init__(
        self, projections: Annotated[int, Setting("random lines that samples are projected on", at_least=1)] = 512
    ) -> None:
        self.projections = projections

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return sliced_wasserstein, in the units of the features."""
        real, fake = checked(evidence.real.vectors, evidence.fake.vectors, least=1)
        generator = torch.Generator().manual_seed(evidence.seed)
        lines = torch.randn(self.projections, real.shape[1], generator=generator, dtype=torch.float64)
        return {"sliced_wasserstein": sliced_wasserstein(real, fake, lines.to(real.device))}


def sliced_wasserstein(real: Tensor, fake: Tensor, lines: Tensor) -> float:
    """Return the root of the mean squared 2-Wasserstein distance of (n, d) and (m, d) along lines (p, d).

    Lines are brought to unit length. A shift by s costs |s| / sqrt(d) on average over all directions.
    """
    lines = lines / lines.norm(dim=1, keepdim=True)
    costs = [_squared_cost(real.double() @ some.T, fake.double() @ some.T) for some in torch.split(lines, _LINES)]
    return float(torch.cat(costs).mean().sqrt())


def _squared_cost(real: Tensor, fake: Tensor) -> Tensor:
    """Return the squared 2-Wasserstein distance of each column of (n, p) and (m, p), (p,).

    Both sorted columns are step functions of the quantile; between two steps of either they are constant.
    """
    sides = [side.sort(dim=0).values for side in (real, fake)]
    if len(real) == len(fake):
        return (sides[0] - sides[1]).square().mean(dim=0)
    # steps at i/n and j/m, exactly: in units of 1/(nm)
    n, m = len(real), len(fake)
    steps = torch.unique(torch.cat([torch.arange(1, n + 1) * m, torch.arange(1, m + 1) * n]))
    widths = steps.diff(prepend=torch.zeros(1, dtype=steps.dtype)).double() / (n * m)
    rows = [((steps - 1) // (m if side is sides[0] else n)).to(real.device) for side in sides]
    apart = sides[0][rows[0]] - sides[1][rows[1]]
    costs: Tensor = (apart.square() * widths.to(real.device)[:, None]).sum(dim=0)
    return costs

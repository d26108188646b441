"""The kernel Inception distance (Bińkowski et al. 2018): a squared MMD without bias."""

import math
from collections.abc import Mapping
from statistics import fmean, stdev
from typing import Annotated

import torch
from torch import Tensor

from ganbench import Evidence, Setting
from ganbench_metrics.order import checked


class KID:
    """Fulfils contracts.Metric by the mean over random subsets of both sides."""

    def __init__(
        self,
        subsets: Annotated[int, Setting("random subsets of both sides", at_least=2)] = 100,
        size: Annotated[
            int, Setting("of a subset, half of the smaller side at most", unit="samples", at_least=2)
        ] = 1_000,
    ) -> None:
        self.subsets, self.size = subsets, size

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return kid and kid_standard_error.

        The error is that of sampling: the spread of the subsets' values, brought to the whole's number of samples
        by sqrt(size / (n - size)), since a subset without replacement varies by (1/size - 1/n). Where there are
        fewer samples than two subsets would need, a subset is half of them.
        """
        real, fake = checked(evidence.real.vectors, evidence.fake.vectors, least=4)
        n = min(len(real), len(fake))
        size = min(self.size, n // 2)
        generator = torch.Generator().manual_seed(evidence.seed)
        values = [self._subset(real, fake, size, generator) for _ in range(self.subsets)]
        return {"kid": fmean(values), "kid_standard_error": stdev(values) * math.sqrt(size / (n - size))}

    def _subset(self, real: Tensor, fake: Tensor, size: int, generator: torch.Generator) -> float:
        chosen = [torch.randperm(len(side), generator=generator)[:size].to(side.device) for side in (real, fake)]
        return kernel_distance(real[chosen[0]], fake[chosen[1]])


def kernel_distance(real: Tensor, fake: Tensor) -> float:
    """Return the unbiased squared MMD of (n, d) and (m, d) under the kernel (x·y / d + 1)³, in float64.

    Its expectation is 0 for equal laws, so it is negative about half the time then.
    """
    first, second = real.double(), fake.double()
    n, m, d = len(first), len(second), first.shape[1]
    within = [(side @ side.T / d + 1) ** 3 for side in (first, second)]
    across = (first @ second.T / d + 1) ** 3
    own = [float(kernel.sum() - kernel.diagonal().sum()) for kernel in within]
    return own[0] / (n * (n - 1)) + own[1] / (m * (m - 1)) - 2 * float(across.mean())

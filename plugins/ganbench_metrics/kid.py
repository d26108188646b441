"""The kernel Inception distance (Bińkowski et al. 2018): a squared MMD without bias."""

import math
from collections.abc import Mapping
from statistics import fmean
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from ganbench import Evidence, Setting
from ganbench_metrics.order import checked

_LEAST_PART = 0.25  # of the variance that even equal laws have, which no estimate goes below


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

        The error is the standard deviation of kid among samplings of both sides: of the whole's estimate, and of the
        subsets about it. Where there are fewer samples than two subsets would need, a subset is half of them.
        """
        real, fake = checked(evidence.real.vectors, evidence.fake.vectors, least=4)
        n = min(len(real), len(fake))
        size = min(self.size, n // 2)
        generator = torch.Generator().manual_seed(evidence.seed)
        drawn = [self._subset(real, fake, size, generator) for _ in range(self.subsets)]
        distance, single, paired = (fmean(each) for each in zip(*drawn, strict=True))
        whole, part = (_variance(single, max(0.0, paired), count) for count in (n, size))
        return {"kid": distance, "kid_standard_error": math.sqrt(whole + (part - whole) / self.subsets)}

    def _subset(self, real: Tensor, fake: Tensor, size: int, generator: torch.Generator) -> tuple[float, float, float]:
        chosen = [torch.randperm(len(side), generator=generator)[:size].to(side.device) for side in (real, fake)]
        kernels = _kernels(real[chosen[0]], fake[chosen[1]])
        return (_distance(kernels), *_variances(kernels))


def kernel_distance(real: Tensor, fake: Tensor) -> float:
    """Return the unbiased squared MMD of (n, d) and (m, d) under the kernel (x·y / d + 1)³, in float64.

    Its expectation is 0 for equal laws, so it is negative about half the time then.
    """
    return _distance(_kernels(real, fake))


class _Kernels(NamedTuple):
    """Kernels among real samples (n, n), among generated ones (m, m), and between them (n, m)."""

    real: Tensor
    fake: Tensor
    across: Tensor


def _kernels(real: Tensor, fake: Tensor) -> _Kernels:
    first, second = real.double(), fake.double()
    pairs = ((first, first), (second, second), (first, second))
    return _Kernels(*((left @ right.T / first.shape[1] + 1) ** 3 for left, right in pairs))


def _distance(kernels: _Kernels) -> float:
    n, m = kernels.across.shape
    own = [float(kernel.sum() - kernel.diagonal().sum()) for kernel in (kernels.real, kernels.fake)]
    return own[0] / (n * (n - 1)) + own[1] / (m * (m - 1)) - 2 * float(kernels.across.mean())


def _variances(kernels: _Kernels) -> tuple[float, float]:
    """Return the variances that a pair of samples' terms are made of, from equal numbers n of both sides.

    The distance is close to the mean, over pairs i ≠ j, of h(i, j) = k(xᵢ, xⱼ) + k(yᵢ, yⱼ) - k(xᵢ, yⱼ) - k(xⱼ, yᵢ).
    By Hoeffding's (1948) decomposition h(i, j) is a constant, a term of i and one of j, whose variance is the first
    number, and what depends on both, whose variance is the second. For equal laws the first is 0: the spread of
    subsets alone, which can't tell the two apart, overstates the error there. Either may come out below 0.
    """
    n = len(kernels.across)
    terms = kernels.real + kernels.fake - kernels.across - kernels.across.T
    terms.fill_diagonal_(0)
    rows = terms.sum(dim=1) / (n - 1)
    total = float(terms.square().sum()) / (n * (n - 1)) - float(rows.mean()) ** 2
    # the mean of a row varies by its own term, and by those of both divided by their number
    single = (float(rows.var()) - total / (n - 1)) / (1 - 2 / (n - 1)) if n > 3 else 0.0
    return single, total - 2 * single


def _variance(single: float, paired: float, count: int) -> float:
    """Return the variance of the mean over all pairs of so many samples.

    Near equal laws `single` is an estimate of nothing, below 0 as often as above; cut off at 0 it would add to the
    error on average, so what is bounded is the sum.
    """
    least = 2 * paired / (count * (count - 1))
    return max(_LEAST_PART * least, 4 * single / count + least)

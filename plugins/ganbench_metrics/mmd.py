"""The squared maximum mean discrepancy under Gaussian kernels (Gretton et al. 2012), without bias."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganbench import Evidence, UnfitError
from ganbench_metrics.neighbours import tiles
from ganbench_metrics.order import checked

_SCALES = (0.25, 0.5, 1.0, 2.0, 4.0)
_PAIRED = 1_000  # real samples that the median distance is taken over


class MMD:
    """Fulfils contracts.Metric; the kernel is a mean of Gaussians about the median distance of real samples."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return mmd, the squared discrepancy."""
        real, fake = checked(evidence.real.vectors, evidence.fake.vectors)
        generator = torch.Generator().manual_seed(evidence.seed)
        some = real[torch.randperm(len(real), generator=generator)[:_PAIRED].to(real.device)].double()
        median = float(torch.pdist(some).median())
        if median == 0:
            raise UnfitError("the median distance of real samples is 0, which gives a kernel no width")
        return {"mmd": squared_mmd(real, fake, [scale * median for scale in _SCALES])}


def squared_mmd(real: Tensor, fake: Tensor, widths: list[float]) -> float:
    """Return the unbiased squared MMD of (n, d) and (m, d) under the mean of exp(-|x - y|² / 2 width²).

    Its expectation is 0 for equal laws, so it is negative about half the time then; at most 2.
    """
    n, m = len(real), len(fake)
    own = [(sum(_kernel_sums(side, side, widths)) - len(side)) / (len(side) * (len(side) - 1)) for side in (real, fake)]
    return own[0] + own[1] - 2 * sum(_kernel_sums(real, fake, widths)) / (n * m)


def _kernel_sums(first: Tensor, second: Tensor, widths: list[float]) -> Iterator[float]:
    """Yield the sum of the kernel over each tile; a sample's kernel with itself is 1."""
    for rows, columns, distances in tiles(first, second):
        if first is second and rows.start == columns.start:
            distances.fill_diagonal_(0.0)
        for width in widths:
            yield float(torch.exp(distances / (-2 * width**2)).sum()) / len(widths)

"""The number of statistically different bins (Richardson and Weiss 2018): where a model puts too few or too many."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ganbench import Evidence, Setting, UnfitError
from ganbench_metrics.order import checked

_CRITICAL = 1.959963984540054  # of a normal at a significance of 0.05, both tails


class DifferentBins:
    """Fulfils contracts.Metric.

    For equal laws about 0.04 of the bins differ, not the test's 0.05: bins that were fitted on the real samples
    share these more evenly than chance would. It is less again where bins hold few samples, below some 20 each.
    """

    def __init__(
        self, bins: Annotated[int, Setting("clusters of the real side, by k-means", at_least=2)] = 100
    ) -> None:
        self.bins = bins

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return different_bins_share, and bin_divergence, the Jensen-Shannon divergence of the histograms in nats."""
        from sklearn.cluster import KMeans

        sides = checked(evidence.real.vectors, evidence.fake.vectors)
        real, fake = (side.double().cpu().numpy() for side in sides)
        distinct = len(np.unique(real, axis=0))
        if distinct < self.bins:
            raise UnfitError(f"{self.bins} bins need as many different real samples, not {distinct}")
        clusters = KMeans(self.bins, n_init=1, random_state=evidence.seed % 2**32).fit(real)
        counts = [np.bincount(clusters.predict(side), minlength=self.bins) for side in (real, fake)]
        return {
            "different_bins_share": float(different(*counts).mean()),
            "bin_divergence": divergence(*counts),
        }


def different(real: NDArray[np.int64], fake: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell for each bin whether the shares of counts (bins,) and (bins,) differ, by a two-proportion z-test at 0.05."""
    totals = real.sum(), fake.sum()
    pooled = (real + fake) / sum(totals)
    error = np.sqrt(pooled * (1 - pooled) * (1 / totals[0] + 1 / totals[1]))
    result: NDArray[np.bool_] = np.abs(real / totals[0] - fake / totals[1]) > _CRITICAL * error
    return result


def divergence(real: NDArray[np.int64], fake: NDArray[np.int64]) -> float:
    """Return the Jensen-Shannon divergence of two histograms (bins,) in nats: 0 if equal, log 2 if apart."""
    from scipy.special import rel_entr

    first, second = real / real.sum(), fake / fake.sum()
    middle = (first + second) / 2
    return float((rel_entr(first, middle).sum() + rel_entr(second, middle).sum()) / 2)

"""The Fréchet Inception distance (Heusel et al. 2017): the Fréchet distance where it is published."""

from collections.abc import Mapping

from ganbench import Evidence
from ganbench_metrics.frechet import Frechet


class FID:
    """Fulfils contracts.Metric; the same arithmetic as `frechet`, under the name that papers use."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return fid. It shrinks with the number of samples, about as 1/n: compare equal counts alone."""
        return {"fid": Frechet().score(evidence)["frechet_distance"]}

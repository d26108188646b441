"""Mode collapse counted on a mixture whose modes are known, by the protocol of VEEGAN and PacGAN."""

import math
from collections.abc import Mapping

import torch
from scipy import special
from torch import Tensor

from ganbench import BoundedByData, Evidence, GaussianModes, ModeHistogram, UnfitError

_OUTSIDE = math.exp(-4.5)  # the part of a Gaussian in the plane beyond three standard deviations of its mean
_LEAST_PART = 0.1  # of the points that an equal share would be, for a mode to count as there


class Modes(ModeHistogram, BoundedByData):
    """Fulfils contracts.Metric on datasets of GaussianModes."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return modes_captured, modes_nearest, high_quality_share and reverse_kl of the generated points."""
        mixture = _mixture(evidence)
        return score_modes(evidence.fake.samples, mixture.means, mixture.deviation)

    def histogram(self, evidence: Evidence) -> Mapping[str, Tensor]:
        """Return how many points of either side are nearest to each mode, (modes,) int64."""
        means = _mixture(evidence).means
        sides = {"generated": evidence.fake.samples, "real": evidence.real.samples}
        return {
            side: torch.bincount(_nearest(points, means)[1], minlength=len(means)) for side, points in sides.items()
        }

    def bounds(self, evidence: Evidence) -> Mapping[str, tuple[float, float]]:
        """Return 0 to all modes, and to the divergence of points that are all at one."""
        modes = len(_mixture(evidence).means)
        return {"modes_captured": (0, modes), "modes_nearest": (0, modes), "reverse_kl": (0, math.log(modes))}


def _mixture(evidence: Evidence) -> GaussianModes:
    if not isinstance(evidence.dataset, GaussianModes):
        raise UnfitError("modes are counted on mixtures with known means, such as ring8 and grid25")
    return evidence.dataset


def _nearest(points: Tensor, means: Tensor) -> tuple[Tensor, Tensor]:
    """Return each point's distance to its nearest mean, and which that is, (n,) both."""
    distance, nearest = torch.cdist(points.double(), means.to(points.device).double()).min(dim=1)
    return distance, nearest


def _radius(dimensions: int) -> float:
    """Return within how many deviations of its mean all but _OUTSIDE of a Gaussian lie: 3 in the plane."""
    return math.sqrt(2 * float(special.gammaincinv(dimensions / 2, 1 - _OUTSIDE)))


def score_modes(points: Tensor, means: Tensor, deviation: float) -> dict[str, float]:
    """Score points (n, d) against means (modes, d) of one standard deviation.

    A point is of high quality when it lies within three standard deviations of its nearest mean in the plane, and in
    d dimensions within as many as hold the same 98.889 % of a Gaussian: 2.54 on a line, 5.64 at d = 16. A mode is
    captured when at least one such point is nearest to it. modes_nearest counts the modes that have their share of
    all points, whatever the quality: a tenth of an equal part or more is nearest to them. It is what tells collapse
    from imprecision, for blurred points capture nothing. Reverse KL is taken from the histogram of all points over
    their nearest modes to the uniform one, in nats; 0 when every mode has its share.
    """
    distance, nearest = _nearest(points, means)
    good = distance <= _radius(means.shape[1]) * deviation
    captured = torch.bincount(nearest[good], minlength=len(means)) > 0
    share = torch.bincount(nearest, minlength=len(means)).double() / len(points)
    divergence = torch.special.xlogy(share, share * len(means)).sum()
    return {
        "modes_captured": captured.sum().item(),
        "modes_nearest": (share * len(means) >= _LEAST_PART).sum().item(),
        "high_quality_share": good.double().mean().item(),
        "reverse_kl": max(0.0, divergence.item()),
    }

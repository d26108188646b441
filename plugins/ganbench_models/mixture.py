"""A mixture of Gaussians as plain data, whatever the form of its covariances."""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Covariance = Literal["full", "tied", "diag", "spherical"]


@dataclass(frozen=True)
class Mixture:
    """k Gaussians in d dimensions, float64.

    weights: (k,), summing to 1. means: (k, d). factors: what turns standard noise into a component's, lower
    triangular L with LLᵀ = Σ, (k, d, d) if full and (d, d) if tied; deviations (k, d) if diag, (k,) if spherical.
    """

    kind: Covariance
    weights: Tensor
    means: Tensor
    factors: Tensor

    def covariances(self) -> Tensor:
        """Return Σ: (k, d, d) if full, (d, d) if tied, variances (k, d) if diag, (k,) if spherical."""
        return self.factors @ self.factors.mT if self.kind in ("full", "tied") else self.factors.square()

    def blurred(self, covariance: Tensor) -> "Mixture":
        """Return the mixture with a covariance (d, d) added to each component's."""
        own = self.covariances()
        if self.kind in ("diag", "spherical"):
            own = torch.diag_embed(own.reshape(len(own), -1).expand_as(self.means))
        kind: Covariance = "tied" if self.kind == "tied" else "full"
        return Mixture(kind, self.weights, self.means, torch.linalg.cholesky(own + covariance))

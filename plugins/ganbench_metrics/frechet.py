"""The Fréchet distance between two sets of features, each taken for a Gaussian (Heusel et al. 2017)."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, eigh, eigvalsh

from ganbench import Evidence, UnfitError
from ganbench_metrics.order import checked

Matrix = NDArray[np.float64]


class Frechet:
    """Fulfils contracts.Metric in whatever feature space it is given."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return frechet_distance between the held-out and the generated features."""
        sides = checked(evidence.real.vectors, evidence.fake.vectors)
        real, fake = (side.detach().double().cpu().numpy() for side in sides)
        return {"frechet_distance": frechet_distance(real, fake)}


def frechet_distance(real: Matrix, fake: Matrix) -> float:
    """Return |m₁ - m₂|² + Tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½) of two sets of features, (n, d) and (m, d) float64.

    Covariances divide by n - 1. The number depends on the number of samples; compare only equal ones.
    Raises UnfitError for fewer than two samples on a side.
    """
    if min(len(real), len(fake)) < 2:
        raise UnfitError(f"a covariance needs two samples or more a side, not {len(real)} and {len(fake)}")
    between = float(np.square(real.mean(axis=0) - fake.mean(axis=0)).sum())
    first, second = (np.atleast_2d(np.cov(side, rowvar=False)) for side in (real, fake))
    return max(0.0, between + float(np.trace(first) + np.trace(second)) - 2.0 * trace_of_root(first, second))


def trace_of_root(first: Matrix, second: Matrix) -> float:
    """Return Tr((Σ₁Σ₂)^½) of two covariances (d, d), singular ones too.

    The eigenvalues of Σ₁Σ₂ are real and not negative, and the sum of their roots needs no root of a matrix. Where
    either covariance has a Cholesky factor, Σ₁Σ₂x = λx is a generalized symmetric problem.
    """
    for definite, other in ((first, second), (second, first)):
        try:
            return _sum_of_roots(eigvalsh(other, definite, type=2))
        except LinAlgError:  # no Cholesky factor: fewer samples than dimensions, or a pixel that never changes
            continue

    # with Σ₁ = LLᵀ they are those of LᵀΣ₂L, and L comes from eigenvectors
    values, vectors = eigh(first)
    factor = vectors * np.sqrt(values.clip(min=0.0))
    return _sum_of_roots(eigvalsh(factor.T @ second @ factor))


def _sum_of_roots(eigenvalues: NDArray[np.floating]) -> float:
    return float(np.sqrt(eigenvalues.clip(min=0.0)).sum())

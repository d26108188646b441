"""The Fréchet distance between two sets of features, each taken for a Gaussian (Heusel et al. 2017)."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cholesky, eigvalsh
from torch import Tensor

from ganbench import Evidence, UnfitError
from ganbench.torchkit.products import slow_on, where_double_is
from ganbench_metrics.order import checked

Matrix = NDArray[np.float64]
Vectors = Tensor | Matrix
_BLOCK = 256  # columns of a triangular matrix at a time


class Frechet:
    """Fulfils contracts.Metric in whatever feature space it is given."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return frechet_distance between the held-out and the generated features."""
        return {"frechet_distance": frechet_distance(*checked(evidence.real.vectors, evidence.fake.vectors))}


def frechet_distance(real: Vectors, fake: Vectors) -> float:
    """Return |m₁ - m₂|² + Tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½) of two sets of features, (n, d) and (m, d), in float64.

    Covariances divide by n - 1. The number depends on the number of samples; compare only equal ones. It is computed
    on the device of the features. Raises UnfitError for fewer than two samples on a side.
    """
    if min(len(real), len(fake)) < 2:
        raise UnfitError(f"a covariance needs two samples or more a side, not {len(real)} and {len(fake)}")
    (first, left), (second, right) = (_moments(where_double_is(tensor(side)).double()) for side in (real, fake))
    apart = (first - second).square().sum() + left.square().sum() + right.square().sum()
    return max(0.0, float(apart) - 2.0 * _overlap(left, right))


def tensor(side: Vectors) -> Tensor:
    """Return features as a tensor, whatever the order that an array of them has in memory."""
    return side.detach() if isinstance(side, Tensor) else torch.from_numpy(np.ascontiguousarray(side))


def _moments(side: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean (d,) of samples (n, d), and a root R (n, d) of their covariance RᵀR."""
    root = side - side[0]  # a feature that never changes is exactly 0, and its variance too
    mean = root.mean(dim=0)
    return side[0] + mean, root.sub_(mean).div_((len(side) - 1) ** 0.5)


def _overlap(first: Tensor, second: Tensor) -> float:
    """Return Tr((Σ₁Σ₂)^½) with Σ = RᵀR of two roots R, (n, d) and (m, d), in the smallest space that has all of it."""
    dimensions = first.shape[1]
    few, other = sorted((first, second), key=len)
    if len(other) < dimensions:
        return float(torch.linalg.svdvals(few @ other.T).sum())
    covariance = gram(other)
    if len(few) < dimensions:
        return _sum_of_roots(few @ covariance @ few.T, by_scipy=False)
    return trace_of_root(gram(few), covariance)


def trace_of_root(first: Tensor, second: Tensor, by_scipy: bool | None = None) -> float:
    """Return Tr((Σ₁Σ₂)^½) of two covariances (d, d) float64, singular ones too.

    With Σ₁ = LLᵀ the eigenvalues of Σ₁Σ₂ are those of LᵀΣ₂L, which is symmetric: they are real and not negative, and
    the sum of their roots needs no root of a matrix. L is a Cholesky factor where either covariance has one. by_scipy:
    by SciPy's LAPACK in place of torch's; unless given, where torch's matrix products were measured slow.
    """
    # a feature that never changes on one side adds nothing, and leaves a covariance without a factor
    varied = (first.diagonal() > 0) & (second.diagonal() > 0)
    if not bool(varied.any()):
        return 0.0
    if not bool(varied.all()):
        first, second = (side[varied][:, varied] for side in (first, second))
    by_scipy = slow_on(first.device) if by_scipy is None else by_scipy
    for definite, other in ((first, second), (second, first)):
        factor = _cholesky(definite, by_scipy)
        if factor is not None:
            return _sum_of_roots(_congruent(factor, other), by_scipy)

    # no Cholesky factor: features that depend on each other
    values, vectors = torch.linalg.eigh(first)
    factor = vectors * values.clamp(min=0.0).sqrt()
    return _sum_of_roots(factor.T @ second @ factor, by_scipy)


def gram(samples: Tensor) -> Tensor:
    """Return RᵀR of samples R (n, d), (d, d) symmetric; each half of it is multiplied once."""
    found = samples.new_empty(samples.shape[1], samples.shape[1])
    for block in _blocks(len(found)):
        found[: block.stop, block] = samples[:, : block.stop].T @ samples[:, block]
        found[block, : block.start] = found[: block.start, block].T
    return found


def _congruent(factor: Tensor, other: Tensor) -> Tensor:
    """Return the upper half of LᵀΣL of a lower triangular L and a symmetric Σ (d, d); no zeros are multiplied."""
    half, found = torch.empty_like(other), torch.zeros_like(other)
    for block in _blocks(len(other)):
        torch.mm(factor[block.start :, block].T, other[block.start :], out=half[block])
    for block in _blocks(len(other)):
        found[: block.stop, block] = half[: block.stop, block.start :] @ factor[block.start :, block]
    return found


def _cholesky(definite: Tensor, by_scipy: bool) -> Tensor | None:
    """Return the lower triangular L of LLᵀ, or None for a matrix that has none."""
    if not by_scipy:
        factor, failed = torch.linalg.cholesky_ex(definite)
        return None if failed else factor
    try:  # transposed, for LAPACK counts by columns and would be given a copy
        return torch.from_numpy(cholesky(definite.numpy().T, check_finite=False)).T
    except LinAlgError:
        return None


def _sum_of_roots(symmetric: Tensor, by_scipy: bool) -> float:
    """Return the sum of the roots of a matrix's eigenvalues, by its upper half; those below 0 are rounding."""
    if not by_scipy:
        return float(torch.linalg.eigvalsh(symmetric, UPLO="U").clamp(min=0.0).sqrt().sum())
    values = eigvalsh(symmetric.numpy().T, lower=True, driver="evd", check_finite=False)
    return float(np.sqrt(values.clip(min=0.0)).sum())


def _blocks(size: int) -> list[slice]:
    return [slice(start, min(start + _BLOCK, size)) for start in range(0, size, _BLOCK)]

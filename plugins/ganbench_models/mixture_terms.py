"""How likely samples are under each component of a mixture, as precisely as sums over samples can show."""

import math
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from ganbench_models.mixture import Mixture

NEGLIGIBLE = 1e-5  # times rounding: a share that no sum over samples can show
_SLACK = 1e-3  # of a sum of squares, more than rounding changes it by
_BOUNDING, _FEW = 4, 32  # the part of the columns that bound a term, and columns too few to be parted
_CACHE_BYTES = 2**19  # of samples at a time, half of what a core's own cache holds
_MOST_BLOCKS, _LEAST_BLOCK = 4, 48  # of columns of a triangular matrix, and columns of each


def joint_terms(mixture: Mixture, dtype: torch.dtype) -> Callable[[Tensor], Tensor]:
    """Return a function of samples (c, d) in dtype that gives log πₖ + log N(x; μₖ, Σₖ), (c, k) float64.

    Full covariances are multiplied in dtype; their terms are -inf where a component's share is negligible.
    """
    factors, size = mixture.factors, mixture.means.shape[1]
    if mixture.kind in ("full", "tied"):
        volume = factors.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    else:
        volume = factors.log().sum(-1) if mixture.kind == "diag" else size * factors.log()
    constant = mixture.weights.log() - volume - 0.5 * size * math.log(2 * math.pi)
    if mixture.kind == "full":
        return _full_terms(mixture, dtype, constant)
    squares = plain_squares(mixture)
    return lambda chunk: constant - 0.5 * squares(chunk)


def _full_terms(mixture: Mixture, dtype: torch.dtype, constant: Tensor) -> Callable[[Tensor], Tensor]:
    """Return the function for full covariances.

    |L⁻¹(x - μ)|² is no less than what its first coordinates add to it, which take a sixteenth of the work: all of it
    is computed for the component that these make the likeliest, and for those that could have a share beside it.
    """
    squares = _full_squares(mixture, dtype)
    size = mixture.means.shape[1]
    bounding = size // _BOUNDING if size >= _FEW and mixture.means.device.type == "cpu" else 0
    least = math.log(NEGLIGIBLE * torch.finfo(dtype).eps)

    def fill(found: Tensor, chunk: Tensor, wanted: Tensor) -> None:
        for component, part in enumerate(constant):
            rows = wanted[:, component].nonzero()[:, 0]
            if 2 * len(rows) > len(chunk):
                found[:, component] = part - 0.5 * squares(chunk, component, size)
            elif len(rows):
                found[rows, component] = part - 0.5 * squares(chunk[rows], component, size)

    def terms(chunk: Tensor) -> Tensor:
        if not bounding:  # a GPU would wait for each count of rows
            return constant - 0.5 * torch.stack([squares(chunk, each, size) for each in range(len(constant))], dim=1)
        partial = torch.stack([squares(chunk, each, bounding) for each in range(len(constant))], dim=1)
        most = constant - 0.5 * (1 - _SLACK) * partial
        likely = most.argmax(dim=1, keepdim=True)
        found = torch.full_like(most, -torch.inf)
        done = torch.zeros_like(most, dtype=torch.bool).scatter_(1, likely, value=True)
        fill(found, chunk, done)
        fill(found, chunk, (most > found.gather(1, likely) + least) & ~done)
        return found

    return terms


def _full_squares(mixture: Mixture, dtype: torch.dtype) -> Callable[[Tensor, int, int], Tensor]:
    """Return a function of samples (c, d), a component and a count: what so many coordinates add to |L⁻¹(x - μ)|²."""
    whiten = mixture.factors.new_empty(mixture.factors.shape, dtype=dtype)
    unit = torch.eye(mixture.means.shape[1]).to(mixture.factors)
    for component, factor in enumerate(mixture.factors):
        whiten[component] = torch.linalg.solve_triangular(factor, unit, upper=False).T
    means = mixture.means.to(dtype)

    def squares(chunk: Tensor, component: int, count: int) -> Tensor:
        found = []
        for part in torch.split(chunk, max(1, _CACHE_BYTES // (chunk.element_size() * count))):
            apart = part[:, :count] - means[component, :count]
            whitened = torch.empty_like(apart)
            for block in blocks(count):  # of an upper triangular matrix, whose lower half is not multiplied
                torch.mm(apart[:, : block.stop], whiten[component, : block.stop, block], out=whitened[:, block])
            found.append(torch.linalg.vector_norm(whitened, dim=1))
        return torch.cat(found).double().square_()

    return squares


def plain_squares(mixture: Mixture) -> Callable[[Tensor], Tensor]:
    """Return the same function for the other kinds: after whitening, Σᵈ (x - μ)² / σ² is two products, in float64."""
    middle = centre(mixture.means)
    means, shape = mixture.means - middle, mixture.means.shape
    if mixture.kind == "tied":
        unit = torch.eye(shape[1]).to(means)
        whiten = torch.linalg.solve_triangular(mixture.factors, unit, upper=False).T
        means, precisions = means @ whiten, torch.ones_like(means)
    else:
        precisions = mixture.factors.square().reciprocal().reshape(shape[0], -1).expand(shape)
    linear, constant = -2 * (means * precisions).T, (means.square() * precisions).sum(dim=1)

    def squares(chunk: Tensor) -> Tensor:
        apart = chunk - middle
        apart = apart @ whiten if mixture.kind == "tied" else apart
        found: Tensor = apart @ linear + constant
        return found.add_(apart.square_() @ precisions.T).clamp_(min=0)

    return squares


def centre(means: Tensor) -> Tensor:
    """Return the mean of means (k, d), (1, d): what data are centred on, so that squares stay small."""
    return means.mean(dim=0, keepdim=True)


def blocks(size: int) -> list[slice]:
    """Return the columns of a matrix (size, size) in blocks of equal width, wide enough for fast products."""
    count = max(1, min(_MOST_BLOCKS, size // _LEAST_BLOCK))
    edges = [size * block // count for block in range(count + 1)]
    return [slice(first, last) for first, last in pairwise(edges)]

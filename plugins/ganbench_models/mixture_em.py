"""Expectation and maximisation for a mixture of Gaussians, over chunks of samples, so that memory is bounded."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ganbench_models.mixture import Covariance, Mixture
from ganbench_models.mixture_terms import NEGLIGIBLE, blocks, centre, joint_terms, plain_squares

_CHUNK_BYTES = 2**23  # of samples at a time, and of their shares
_LEAST_COUNT = 10 * torch.finfo(torch.float64).eps  # of a component without samples, as scikit-learn has it
_LIFTS = 40  # tenfold each, so enough for any finite covariance


@dataclass(frozen=True)
class _Moments:
    """Sums over samples weighed by their shares, about origins that cancel as little as can be, float64."""

    origins: Tensor  # the old means (k, d) if full, their mean (1, d) otherwise
    counts: Tensor  # (k,)
    first: Tensor  # (k, d)
    second: Tensor  # (k, d, d) if full, its lower half alone, (d, d) if tied, (k, d) otherwise


def start(data: Tensor, kind: Covariance, components: int, floor: float, generator: torch.Generator) -> Mixture:
    """Return the mixture of the clusters around greedy k-means++ centres (Arthur and Vassilvitskii 2007).

    data: (n, d) float32 or float64 on generator's device, n at least 1; each is its nearest centre's. floor: see step.
    """
    centres = data[_plus_plus(data, components, generator)].double()
    even = centres.new_full((components,), 1 / components)
    clusters = Mixture("spherical", even, centres, torch.ones_like(even))
    joint = joint_terms(clusters, centres.dtype)

    def nearest(chunk: Tensor) -> tuple[Tensor, Tensor]:
        term, closest = joint(chunk).max(dim=1)
        return torch.nn.functional.one_hot(closest, components).double(), term

    moments, _ = _gather(data, kind, centres, nearest)
    return _maximise(kind, centres, moments, floor)


def step(data: Tensor, mixture: Mixture, floor: float) -> tuple[Mixture, float]:
    """Return the mixture after one step of EM, and the mean log-likelihood before it, in nats a sample.

    data: (n, d) float32 or float64. Full covariances are multiplied in its dtype; all else, and every sum over
    chunks, is float64. floor: added to every variance. No covariance has an eigenvalue below half of it,
    whatever rounding did. Raises ArithmeticError if samples, or their squares, are not finite.
    """
    joint = joint_terms(mixture, data.dtype)

    def share(chunk: Tensor) -> tuple[Tensor, Tensor]:
        terms = joint(chunk)
        evidence = terms.logsumexp(dim=1)
        return (terms - evidence[:, None]).exp(), evidence

    moments, evidence = _gather(data, mixture.kind, mixture.means, share)
    return _maximise(mixture.kind, mixture.means, moments, floor), evidence / len(data)


def log_density(samples: Tensor, mixture: Mixture) -> Tensor:
    """Return the log-density of samples (n, d), (n,) nats, in float64."""
    joint = joint_terms(mixture, torch.float64)
    parts = [joint(chunk.double()).logsumexp(dim=1) for chunk in chunks(samples, len(mixture.means))]
    return torch.cat(parts) if parts else samples.new_empty(0, dtype=torch.float64)


def chunks(data: Tensor, components: int = 1) -> Iterator[Tensor]:
    """Yield data (n, d) by rows, so few that they and their shares in components take some megabytes."""
    rows = max(1, _CHUNK_BYTES // (8 * max(1, data.shape[1], components)))
    return (data[first : first + rows] for first in range(0, len(data), rows))


def _gather(
    data: Tensor, kind: Covariance, means: Tensor, share: Callable[[Tensor], tuple[Tensor, Tensor]]
) -> tuple[_Moments, float]:
    """Return the moments of all samples by their shares (c, k), and the sum of the evidence (c,) beside them."""
    (count, size), zeros = means.shape, means.new_zeros
    shape = {"full": (count, size, size), "tied": (size, size)}.get(kind, (count, size))
    origins = means.to(data.dtype) if kind == "full" else centre(means)
    moments, total = _Moments(origins.double(), zeros(count), zeros(count, size), zeros(shape)), zeros(())
    for chunk in chunks(data, count):
        shares, evidence = share(chunk)
        total += evidence.sum()
        moments.counts.add_(shares.sum(dim=0))
        if kind == "full":
            _add_full(moments, chunk, origins, shares.T.to(data.dtype))
            continue
        apart = chunk - origins
        moments.first.addmm_(shares.T, apart)
        if kind == "tied":
            moments.second.addmm_(apart.T, apart)  # a sample's shares add up to one
        else:
            moments.second.addmm_(shares.T, apart.square_())
    return moments, total.item()


def _add_full(moments: _Moments, chunk: Tensor, means: Tensor, shares: Tensor) -> None:
    """Add a chunk's first and second moments about each mean; shares: (k, c)."""
    least = NEGLIGIBLE * torch.finfo(shares.dtype).eps
    for component, (mean, share) in enumerate(zip(means, shares, strict=True)):
        counted = (share > least).nonzero()[:, 0]
        few = 2 * len(counted) <= len(share)  # most samples are some other component's
        apart = (chunk[counted] if few else chunk) - mean
        weighed = apart * (share[counted] if few else share)[:, None]
        moments.first[component] += weighed.sum(dim=0)
        for block in blocks(len(mean)):
            moments.second[component, block.start :, block] += weighed[:, block.start :].T @ apart[:, block]


def _maximise(kind: Covariance, means: Tensor, moments: _Moments, floor: float) -> Mixture:
    """Return the mixture that the moments ask for; a component without samples stays where it was."""
    if not moments.second.isfinite().all():
        raise ArithmeticError("the mixture's covariances are not finite; are there samples that are not?")
    counts = moments.counts + _LEAST_COUNT
    moved = (moments.first + _LEAST_COUNT * (means - moments.origins)) / counts[:, None]
    second = moments.second
    if kind == "full":
        second /= counts[:, None, None]
        for covariance, shift in zip(second, moved, strict=True):
            covariance.addr_(shift, shift, alpha=-1)
            covariance.copy_(_factor(covariance, floor))
    elif kind == "tied":
        second = _factor((second - (moved * counts[:, None]).T @ moved) / counts.sum(), floor)
    else:
        variances = (second / counts[:, None] - moved.square()).clamp(min=0) + floor
        second = (variances if kind == "diag" else variances.mean(dim=1)).sqrt()
    return Mixture(kind, counts / counts.sum(), moments.origins + moved, second)


def _factor(scatter: Tensor, floor: float) -> Tensor:
    """Return L with LLᵀ = scatter + floor, more where rounding left an eigenvalue that is below half the floor."""
    unit = torch.eye(len(scatter)).to(scatter)
    lift = floor
    for _ in range(_LIFTS):
        _, failed = torch.linalg.cholesky_ex(scatter + (lift - 0.5 * floor) * unit)
        if not failed:
            factor: Tensor = torch.linalg.cholesky(scatter + lift * unit)
            return factor
        lift *= 10
    raise ArithmeticError(f"a covariance has no Cholesky factor, even with {lift:g} added to its variances")


def _plus_plus(data: Tensor, components: int, generator: torch.Generator) -> Tensor:
    """Return the positions (components,) of centres: of a few drawn by squared distance, the one that helps most."""
    tries = 2 + int(math.log(components))
    chosen = torch.randint(len(data), (1,), generator=generator, device=data.device)
    remaining = _squared_distances(data, data[chosen])[0]
    for _ in range(components - 1):
        # the largest of w / E, E exponential, is drawn by its w; unlike a cumulative sum, to the bit on a GPU
        race = remaining.new_empty(tries, len(data)).exponential_(generator=generator)
        candidates = (remaining / race).argmax(dim=1)
        after = torch.minimum(remaining, _squared_distances(data, data[candidates]))
        best = after.sum(dim=1).argmin()
        chosen, remaining = torch.cat([chosen, candidates[best, None]]), after[best]
    return chosen


def _squared_distances(data: Tensor, points: Tensor) -> Tensor:
    """Return the squared distances of points (t, d) from data (n, d), (t, n) float64."""
    weights = points.new_full((len(points),), 1 / len(points), dtype=torch.float64)
    squares = plain_squares(Mixture("spherical", weights, points.double(), torch.ones_like(weights)))
    return torch.cat([squares(chunk).T for chunk in chunks(data, len(points))], dim=1)

"""Expectation and maximisation for a mixture of Gaussians, over chunks of samples and groups of components."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

COVARIANCES = ("full", "tied", "diag", "spherical")
_CHUNK_BYTES = 16 * 2**20  # of samples at a time
_GROUP_BYTES = 64 * 2**20  # of distances from a group of components at a time


@dataclass(frozen=True)
class Mixture:
    """k Gaussians in d dimensions, float64.

    weights: (k,), summing to 1. means: (k, d). covariances: (k, d, d) if full, (d, d) if tied, (k, d)
    variances if diag, (k,) if spherical.
    """

    kind: str
    weights: Tensor
    means: Tensor
    covariances: Tensor

    def factors(self) -> Tensor:
        """Return what turns standard noise into a component's: Cholesky factors L, or deviations."""
        if self.kind in ("diag", "spherical"):
            return self.covariances.sqrt()
        return _cholesky(self.covariances)


@dataclass
class _Moments:
    """Sums over samples, each weighed by its responsibility, about the means they were taken with."""

    counts: Tensor  # (k,)
    first: Tensor  # (k, d)
    second: Tensor  # shaped as the covariances are


def start(data: Tensor, kind: str, components: int, floor: float, generator: torch.Generator) -> Mixture:
    """Return the mixture of the clusters around k-means++ centres (Arthur and Vassilvitskii 2007).

    data: (n, d) float32 or float64, n at least components. Samples belong to their nearest centre alone.
    """
    centres = data[_plus_plus(data, components, generator)]
    even = Mixture(kind, torch.ones(components, dtype=torch.float64), centres.double(), torch.empty(0))

    def nearest(chunk: Tensor) -> tuple[Tensor, Tensor]:
        closest = torch.cdist(chunk, centres).argmin(dim=1)
        return torch.nn.functional.one_hot(closest, components).to(chunk.dtype), chunk.new_zeros(len(chunk))

    moments, _ = _gather(data, even, nearest)
    return _maximise(even, moments, floor)


def step(data: Tensor, mixture: Mixture, floor: float) -> tuple[Mixture, float]:
    """Return the mixture after one step of EM, and the mean log-likelihood before it, in nats a sample.

    data: (n, d) float32 or float64; products are taken in its dtype, sums over chunks in float64.
    floor: added to every variance, so that no component collapses.
    """
    densities = _densities(mixture, data.dtype)

    def share(chunk: Tensor) -> tuple[Tensor, Tensor]:
        joint = densities(chunk)
        evidence = joint.logsumexp(dim=1)
        return (joint - evidence[:, None]).exp(), evidence

    moments, evidence = _gather(data, mixture, share)
    return _maximise(mixture, moments, floor), evidence / len(data)


def log_density(samples: Tensor, mixture: Mixture) -> Tensor:
    """Return the log-density of samples (n, d), (n,) nats, in float64."""
    densities = _densities(mixture, torch.float64)
    parts = [densities(chunk.double()).logsumexp(dim=1) for chunk in _chunks(samples)]
    return torch.cat(parts) if parts else samples.new_empty(0, dtype=torch.float64)


def _densities(mixture: Mixture, dtype: torch.dtype) -> Callable[[Tensor], Tensor]:
    """Return a function of samples (c, d) that gives log πₖ + log N(x; μₖ, Σₖ), (c, k)."""
    means, size = mixture.means.to(dtype), mixture.means.shape[1]
    factors = mixture.factors()
    if mixture.kind in ("full", "tied"):
        volume = factors.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        whiten = _inverse(factors).to(dtype).mT
    else:
        volume = factors.log().sum(-1) if mixture.kind == "diag" else size * factors.log()
        whiten = (1 / factors).to(dtype).reshape(len(means), -1)
    constant = (mixture.weights.log() - volume - 0.5 * size * math.log(2 * math.pi)).to(dtype)

    def densities(chunk: Tensor) -> Tensor:
        squares = chunk.new_empty(len(chunk), len(means))
        for group in _groups(chunk, len(means)):
            apart = chunk - means[group, None]
            if mixture.kind == "full":
                apart = torch.bmm(apart, whiten[group])
            else:
                apart = apart @ whiten if mixture.kind == "tied" else apart * whiten[group, None]
            squares[:, group] = apart.square().sum(dim=2).T
        return constant - 0.5 * squares

    return densities


def _gather(data: Tensor, mixture: Mixture, share: Callable[[Tensor], tuple[Tensor, Tensor]]) -> tuple[_Moments, float]:
    """Return the moments of all samples about the mixture's means, and the sum of what share says beside."""
    count, size = mixture.means.shape
    shape = {"full": (count, size, size), "tied": (size, size)}.get(mixture.kind, (count, size))
    zeros = mixture.means.new_zeros
    moments, beside = _Moments(zeros(count), zeros(count, size), zeros(shape)), 0.0
    means = mixture.means.to(data.dtype)
    for chunk in _chunks(data):
        shares, said = share(chunk)
        beside += said.double().sum().item()
        moments.counts += shares.double().sum(dim=0)
        for group in _groups(chunk, count):
            apart = chunk - means[group, None]
            weighed = apart * shares.T[group, :, None]
            moments.first[group] += weighed.double().sum(dim=1)
            if mixture.kind == "full":
                moments.second[group] += torch.bmm(weighed.mT, apart)
            elif mixture.kind == "tied":
                moments.second += weighed.flatten(0, 1).T @ apart.flatten(0, 1)
            else:
                moments.second[group] += (weighed * apart).double().sum(dim=1)
    return moments, beside


def _maximise(mixture: Mixture, moments: _Moments, floor: float) -> Mixture:
    """Return the mixture that the moments ask for; a component without samples stays where it was."""
    counts = moments.counts + 10 * torch.finfo(torch.float64).eps
    moved = moments.first / counts[:, None]  # from the old means, about which the second moments are
    if mixture.kind == "full":
        covariances = moments.second / counts[:, None, None]
        covariances -= moved[:, :, None] * moved[:, None, :]
        covariances.diagonal(dim1=1, dim2=2).clamp_(min=0).add_(floor)
    elif mixture.kind == "tied":
        covariances = (moments.second - (moved * counts[:, None]).T @ moved) / counts.sum()
        covariances.diagonal().clamp_(min=0).add_(floor)
    else:
        variances = (moments.second / counts[:, None] - moved.square()).clamp(min=0) + floor
        covariances = variances if mixture.kind == "diag" else variances.mean(dim=1)
    return Mixture(mixture.kind, counts / counts.sum(), mixture.means + moved, covariances)


def _plus_plus(data: Tensor, components: int, generator: torch.Generator) -> Tensor:
    """Return the positions of k-means++ centres (components,): each far from those before it, by chance."""
    chosen = torch.randint(len(data), (1,), generator=generator, device=generator.device)
    distance = torch.cdist(data, data[chosen]).square().flatten()
    for _ in range(components - 1):
        # the cumulative sum in float64 has room for any number of samples
        total = distance.double().cumsum(dim=0)
        point = torch.rand(1, generator=generator, device=generator.device, dtype=torch.float64) * total[-1]
        following = torch.searchsorted(total, point).clamp(max=len(data) - 1)
        chosen = torch.cat([chosen, following])
        distance = torch.minimum(distance, torch.cdist(data, data[following]).square().flatten())
    return chosen


def _cholesky(covariances: Tensor) -> Tensor:
    """Return L with LLᵀ = Σ, one matrix at a time; rounding that left one indefinite is lifted, tenfold each time."""
    if covariances.ndim == 3:
        return torch.stack([_cholesky(covariance) for covariance in covariances])
    lift = 1e-12 * covariances.diagonal().mean()
    factor: Tensor
    factor, failed = torch.linalg.cholesky_ex(covariances)
    while failed:
        factor, failed = torch.linalg.cholesky_ex(covariances + lift * torch.eye(len(covariances)).to(covariances))
        lift = 10 * lift
    return factor


def _inverse(factors: Tensor) -> Tensor:
    """Return the inverses of lower triangular factors."""
    unit = torch.eye(factors.shape[-1]).to(factors)
    if factors.ndim == 3:
        return torch.stack([torch.linalg.solve_triangular(factor, unit, upper=False) for factor in factors])
    inverse: Tensor = torch.linalg.solve_triangular(factors, unit, upper=False)
    return inverse


def _chunks(data: Tensor) -> Iterator[Tensor]:
    rows = max(1, _CHUNK_BYTES // max(1, data.shape[1] * data.element_size()))
    return iter(torch.split(data, rows)) if len(data) else iter(())


def _groups(chunk: Tensor, components: int) -> Iterator[slice]:
    size = max(1, _GROUP_BYTES // max(1, chunk.numel() * chunk.element_size()))
    return (slice(first, first + size) for first in range(0, components, size))

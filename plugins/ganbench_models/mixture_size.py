"""How many Gaussians a mixture needs, by the Bayesian information criterion (Schwarz 1978) on its training data."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ganbench_models.mixture import Covariance
from ganbench_models.mixture_em import start, step

SAMPLES = (2_000, 10_000)  # of the training data that are looked at, from few dimensions to many
_SAMPLES_EACH = 20  # for each number of a component
MOST = 128  # components
_STEPS = 10  # of EM for each number that is tried
_TOLERANCE = 1e-3  # of the log-likelihood in nats a sample


def choose_components(data: Tensor, kind: Covariance, floor: float, generator: torch.Generator) -> int:
    """Return the number of components, 1 to 128, with the least BIC = p ln n - 2 ln L on n samples of data (N, d).

    n is 2,000 to 10,000, 20 for each number of a Gaussian, or N if that is less; p counts the numbers of such a
    mixture; L is its likelihood after a few steps of EM. Numbers are doubled while that helps, and the interval about
    the best of them is halved down to one: about a dozen short fits.
    """
    least, most = SAMPLES
    count = max(least, min(most, _SAMPLES_EACH * numbers(kind, 1, data.shape[1])))
    few = data[torch.randperm(len(data), generator=generator, device=data.device)[:count]]
    known: dict[int, float] = {}

    def criterion(components: int) -> float:
        if components not in known:
            known[components] = _criterion(few, kind, components, floor, generator)
        return known[components]

    most = max(1, min(MOST, len(few) // 2))
    best = 1
    while 2 * best <= most and criterion(2 * best) < criterion(best):
        best *= 2
    return _refined(best, min(most, 2 * best), criterion)


def _refined(best: int, most: int, criterion: Callable[[int], float]) -> int:
    """Halve the steps about the best number until they are one, as far as `most`."""
    width = best // 2
    while width:
        near = [number for number in (best - width, best, best + width) if 1 <= number <= most]
        best = min(near, key=criterion)
        width //= 2
    return best


def numbers(kind: Covariance, components: int, size: int) -> int:
    """Return how many free numbers a mixture in so many dimensions has."""
    triangle = size * (size + 1) // 2
    each = {"full": components * triangle, "tied": triangle, "diag": components * size, "spherical": components}
    return components - 1 + components * size + each[kind]


def _criterion(data: Tensor, kind: Covariance, components: int, floor: float, generator: torch.Generator) -> float:
    mixture, before, likelihood = start(data, kind, components, floor, generator), -math.inf, -math.inf
    for _ in range(_STEPS):
        mixture, likelihood = step(data, mixture, floor)
        if abs(likelihood - before) < _TOLERANCE:
            break
        before = likelihood
    return numbers(kind, components, data.shape[1]) * math.log(len(data)) - 2 * len(data) * likelihood

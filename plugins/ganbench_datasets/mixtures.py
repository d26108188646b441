"""Mixtures of Gaussians with modes to count: two in the plane (VEEGAN 2017, PacGAN 2018), and any number anywhere."""

import math
from typing import Annotated

import torch
from torch import Tensor

from ganbench import GaussianModes, Setting, Source, stream
from ganbench.torchkit.resident import Resident

_COUNTS = {"train": 100_000, "test": 10_000}
_CANDIDATES = 8  # drawn for each mean that is kept


class Mixture(Resident, GaussianModes):
    """Equal Gaussians with one standard deviation; labels are the modes that points were drawn from."""

    def __init__(self, name: str, means: Tensor, deviation: float) -> None:
        self._means, self._deviation = means, deviation
        super().__init__({split: self._draw(name, split) for split in _COUNTS}, classes=len(means))

    @property
    def means(self) -> Tensor:
        """The modes, (modes, dimensions) float32, on the CPU."""
        return self._means

    @property
    def deviation(self) -> float:
        """The standard deviation of every mode, in every direction."""
        return self._deviation

    def _draw(self, name: str, split: str) -> tuple[Tensor, Tensor]:
        # the data are the dataset's, not the run's: every seed trains on the same points
        generator = torch.Generator().manual_seed(stream(0, f"{name} {split}"))
        labels = torch.randint(len(self.means), (_COUNTS[split],), generator=generator)
        noise = torch.randn(_COUNTS[split], self.means.shape[1], generator=generator)
        return self.means[labels] + self.deviation * noise, labels


def ring8(source: Source) -> Mixture:  # noqa: ARG001  # every dataset is made from a source
    """Make 8 modes on the unit circle, standard deviation 0.01."""
    angles = torch.arange(8) * (2 * torch.pi / 8)
    return Mixture("ring8", torch.stack([angles.cos(), angles.sin()], dim=1), 0.01)


def grid25(source: Source) -> Mixture:  # noqa: ARG001
    """Make 25 modes at {-4, -2, 0, 2, 4} squared, standard deviation 0.05."""
    ticks = torch.arange(-4.0, 5.0, 2.0)
    return Mixture("grid25", torch.cartesian_prod(ticks, ticks), 0.05)


def gaussians(
    source: Source,  # noqa: ARG001
    modes: Annotated[int, Setting("Gaussians of equal weight", at_least=2, at_most=1_000)] = 100,
    dimensions: Annotated[int, Setting("of a point", at_least=1, at_most=1_024)] = 16,
) -> Mixture:
    """Make modes in [-4, 4]^dimensions that are apart, with one standard deviation.

    Each mean is the farthest from those before it among points drawn uniformly, eight for each mode. The deviation is
    the least distance of two means over 4 (sqrt(dimensions) + 3): all but e^-4.5 of a mode's points at most are within
    sqrt(dimensions) + 3 deviations of its mean, and so within a quarter of the way to the next.
    """
    name = f"gaussians {modes} {dimensions}"
    generator = torch.Generator().manual_seed(stream(0, f"{name} means"))
    means = _apart(8 * torch.rand(_CANDIDATES * modes, dimensions, generator=generator) - 4, modes)
    least = torch.pdist(means.double()).min().item()
    return Mixture(name, means, least / (4 * (math.sqrt(dimensions) + 3)))


def _apart(candidates: Tensor, count: int) -> Tensor:
    """Return `count` of the candidates (n, d), each the farthest from those chosen before it."""
    chosen = [0]
    distance = torch.full((len(candidates),), torch.inf)
    for _ in range(count - 1):
        distance = torch.minimum(distance, (candidates - candidates[chosen[-1]]).norm(dim=1))
        chosen.append(int(distance.argmax()))
    return candidates[chosen]

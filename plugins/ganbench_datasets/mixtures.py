"""Two mixtures of Gaussians in the plane whose modes can be counted (VEEGAN 2017, PacGAN 2018)."""

import torch
from torch import Tensor

from ganbench import GaussianModes, Source, stream
from ganbench.torchkit.resident import Resident

_COUNTS = {"train": 100_000, "test": 10_000}


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

"""Points in the plane on thin or broken supports, whose density is known: moons, a spiral, squares."""

import torch
from torch import Tensor

from ganbench import Source, stream
from ganbench.torchkit.resident import Resident

_COUNTS = {"train": 100_000, "test": 10_000}
_MOON_NOISE = 0.05
_ROLL_NOISE = 0.1
_SQUARE = 2.0  # the side of a square of the checkerboard
_SQUARES = 4  # in a row and in a column


def two_moons(source: Source) -> Resident:  # noqa: ARG001  # every dataset is made from a source
    """Make two interleaved half circles of radius 1, their labels 0 and 1, with normal noise of 0.05 in each direction.

    The upper one is (cos t, sin t), the lower one (1 - cos t, 1/2 - sin t), t uniform over [0, pi]: the curves of
    scikit-learn's make_moons, which places them at equal steps of t in place of at random.
    """
    return Resident({split: _moons(split) for split in _COUNTS}, classes=2)


def swiss_roll(source: Source) -> Resident:  # noqa: ARG001
    """Make a spiral of one and a half turns, with normal noise of 0.1 in each direction; no classes.

    (t cos t, t sin t) / 5 with t uniform over [3 pi / 2, 9 pi / 2]: the section of scikit-learn's make_swiss_roll.
    The division is that of flows for points in the plane (FFJORD, Grathwohl et al. 2019), whose noise is 0.2.
    """
    return Resident({split: (_roll(split), _no_labels(split)) for split in _COUNTS}, classes=0)


def checkerboard(source: Source) -> Resident:  # noqa: ARG001
    """Make points uniform over the eight dark squares, of side 2, of a board of 4 x 4 over [-4, 4] squared; no classes.

    The density is 1/32 on the dark squares and 0 on the light ones: the best log-likelihood is -ln 32 nats a point.
    """
    return Resident({split: (_squares(split), _no_labels(split)) for split in _COUNTS}, classes=0)


def _moons(split: str) -> tuple[Tensor, Tensor]:
    generator = _generator("two-moons", split)
    labels = torch.randint(2, (_COUNTS[split],), generator=generator)
    turn = torch.pi * torch.rand(_COUNTS[split], generator=generator)
    upper = torch.stack([turn.cos(), turn.sin()], dim=1)
    lower = torch.stack([1 - turn.cos(), 0.5 - turn.sin()], dim=1)
    noise = torch.randn(_COUNTS[split], 2, generator=generator)
    return torch.where(labels[:, None] == 1, lower, upper) + _MOON_NOISE * noise, labels


def _roll(split: str) -> Tensor:
    generator = _generator("swiss-roll", split)
    turn = 1.5 * torch.pi * (1 + 2 * torch.rand(_COUNTS[split], generator=generator))
    spiral = torch.stack([turn * turn.cos(), turn * turn.sin()], dim=1) / 5
    return spiral + _ROLL_NOISE * torch.randn(_COUNTS[split], 2, generator=generator)


def _squares(split: str) -> Tensor:
    generator = _generator("checkerboard", split)
    column = torch.randint(_SQUARES, (_COUNTS[split],), generator=generator)
    # every second square of a column is dark, the first of them by the column's parity
    row = 2 * torch.randint(_SQUARES // 2, (_COUNTS[split],), generator=generator) + column % 2
    corner = torch.stack([column, row], dim=1) - _SQUARES / 2
    return _SQUARE * (corner + torch.rand(_COUNTS[split], 2, generator=generator))


def _generator(name: str, split: str) -> torch.Generator:
    # the data are the dataset's, not the run's: every seed trains on the same points
    return torch.Generator().manual_seed(stream(0, f"{name} {split}"))


def _no_labels(split: str) -> Tensor:
    return torch.zeros(_COUNTS[split], dtype=torch.int64)

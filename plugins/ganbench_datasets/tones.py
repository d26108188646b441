"""Waveforms of a known law, for models of sound: one decaying tone each, with a little noise."""

import math

import torch
from torch import Tensor

from ganbench import Source, ToneDataset, ToneLaw, stream
from ganbench.torchkit.resident import Resident

LENGTH = 1_024
_COUNTS = {"train": 10_000, "test": 2_000}
_BANDS = 8
_LAW = ToneLaw(frequency=(16.0, 64.0), amplitude=(0.4, 0.9), decay=(0.0, 4.0), noise=0.01)


class Tones(Resident, ToneDataset):
    """Float waveforms in [-1, 1]; labels are eight equal bands of two octaves, each drawn as often."""

    def __init__(self) -> None:
        super().__init__({split: draw(_LAW, split) for split in _COUNTS}, classes=_BANDS)

    @property
    def law(self) -> ToneLaw:
        """Two octaves from 16 cycles up, amplitudes of 0.4 to 0.9, decays to e^-4 at most, noise of 0.01."""
        return _LAW


def tones(source: Source) -> Tones:  # noqa: ARG001  # every dataset is made from a source
    """Make 10,000 training and 2,000 test waveforms, 1 x 1,024."""
    return Tones()


def draw(law: ToneLaw, split: str) -> tuple[Tensor, Tensor]:
    """Return a split's waveforms (n, 1, length) float32 in [-1, 1] and their bands (n,), the same for every run."""
    n, generator = _COUNTS[split], torch.Generator().manual_seed(stream(0, f"tones {split}"))

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, 1, generator=generator)

    bands = torch.randint(_BANDS, (n,), generator=generator)
    low, high = map(math.log, law.frequency)
    frequency = (low + (high - low) * (bands[:, None] + uniform(0, 1)) / _BANDS).exp()
    amplitude, decay, phase = uniform(*law.amplitude), uniform(*law.decay), uniform(0, 2 * math.pi)
    times = torch.arange(LENGTH) / LENGTH
    waveforms = amplitude * (-decay * times).exp() * (2 * math.pi * frequency * times + phase).sin()
    noise = torch.randn(n, LENGTH, generator=generator)
    return waveforms.add_(noise, alpha=law.noise).clamp_(-1, 1)[:, None], bands

"""What is kept of waveforms besides a picture: a few of either side, and the mean spectra of all."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

_KEPT = 8  # waveforms of either side


def kept_waveforms(generated: "Tensor", real: "Tensor") -> "dict[str, np.ndarray]":
    """Return the first channel of a few waveforms and the mean power spectrum of all, of (n, channels, length) each.

    generated, real: (8 or fewer, length) float32. generated_power, real_power: (length // 2 + 1,) float32.
    """
    kept = {}
    for name, side in (("generated", generated), ("real", real)):
        kept[name] = side[:_KEPT, 0].float().cpu().numpy()
        kept[f"{name}_power"] = mean_power(side[:, 0]).float().cpu().numpy()
    return kept


def mean_power(waveforms: "Tensor") -> "Tensor":
    """Return the mean squared spectrum of waveforms (n, length) under a Hann window, (length // 2 + 1,) float64."""
    import torch

    window = torch.hann_window(waveforms.shape[1], dtype=torch.float64, device=waveforms.device)
    power: Tensor = torch.fft.rfft(waveforms.double() * window).abs().square().mean(dim=0)
    return power

"""Waveforms of tones against the law that they were drawn from: spectra, and fitted tones one by one."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from ganbench import Evidence, ToneDataset, UnfitError
from ganbench_metrics.tone_fit import fitted

_DEVIATIONS = 3.0
_FLOOR = 1e-12  # of power: a silent side is 120 decibels down, and no more


class Spectral:
    """Fulfils contracts.Metric on datasets that claim ganbench.ToneDataset."""

    def score(self, evidence: Evidence) -> Mapping[str, float]:
        """Return spectral_distance in decibels, tone_share, and the distances to the law of the fitted numbers."""
        if not isinstance(evidence.dataset, ToneDataset):
            raise UnfitError("spectral compares tones with their law, and this data has none; tones has one")
        law = evidence.dataset.law
        generated, real = evidence.fake.samples[:, 0].double(), evidence.real.samples[:, 0].double()
        if not bool(generated.isfinite().all()):
            raise UnfitError("the generated waveforms are not finite")
        tones = fitted(generated)
        low, high = map(math.log, law.frequency)
        return {
            "spectral_distance": spectral_distance(real, generated),
            "tone_share": float((tones.residue <= _DEVIATIONS * law.noise).double().mean()),
            "frequency_distance": distance_to_uniform(tones.frequency.log(), low, high),
            "amplitude_distance": distance_to_uniform(tones.amplitude, *law.amplitude),
            "decay_distance": distance_to_uniform(tones.decay, *law.decay),
            "phase_distance": distance_to_uniform(tones.phase, 0, 2 * math.pi),
        }


def spectral_distance(real: Tensor, generated: Tensor) -> float:
    """Return the decibels between the mean powers of (n, length) and (m, length), root mean square over frequencies."""
    window = torch.hann_window(real.shape[1], dtype=torch.float64, device=real.device)
    powers = [torch.fft.rfft(side.double() * window).abs().square().mean(dim=0) for side in (real, generated)]
    decibels = [10 * (power + _FLOOR).log10() for power in powers]
    return float((decibels[0] - decibels[1]).square().mean().sqrt())


def distance_to_uniform(values: Tensor, low: float, high: float) -> float:
    """Return the largest difference between the shares of values (n,) below a number and those of a uniform law."""
    shares = values.double().sub(low).div(high - low).clamp(0, 1).sort().values
    n = len(shares)
    steps = torch.arange(n + 1, dtype=torch.float64, device=values.device) / n
    return float(torch.maximum(steps[1:] - shares, shares - steps[:-1]).max())

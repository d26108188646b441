"""Decaying tones fitted to waveforms by least squares: Gauss-Newton from the peak of each spectrum."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

_STEPS = 12
_CHUNK = 250  # waveforms fitted side by side
_FASTEST = 30.0  # decay at most, either way


class Tones(NamedTuple):
    """Fitted tones, (n,) float64 each: a exp(-d t) sin(2 pi f t + p), t in [0, 1) over the waveform.

    frequency: cycles a waveform. phase: in [0, 2 pi). residue: root mean square of what is left.
    """

    frequency: Tensor
    amplitude: Tensor
    decay: Tensor
    phase: Tensor
    residue: Tensor


def fitted(waveforms: Tensor) -> Tones:
    """Fit a tone to each of (n, length) finite waveforms."""
    parts = [_fitted(chunk.double()) for chunk in torch.split(waveforms, _CHUNK)]
    return Tones(*(torch.cat(values) for values in zip(*parts, strict=True)))


def _fitted(waves: Tensor) -> Tones:
    length = waves.shape[1]
    times = torch.arange(length, dtype=torch.float64, device=waves.device) / length
    frequency, decay = _peak(waves), _falling(waves)
    best = _tones(waves, times, frequency, decay)
    for _ in range(_STEPS):
        frequency, decay = _step(waves, times, best)
        frequency = frequency.clamp(0.5, length / 2)
        tried = _tones(waves, times, frequency, decay.clamp(-_FASTEST, _FASTEST))
        # a step that leads away is not taken, which leaves that waveform where it was
        better = tried.residue < best.residue
        best = Tones(*(torch.where(better, new, old) for new, old in zip(tried, best, strict=True)))
    return best


def _tones(waves: Tensor, times: Tensor, frequency: Tensor, decay: Tensor) -> Tones:
    """Return the tones of given frequencies and decays whose amplitudes and phases fit best."""
    envelope = (-decay[:, None] * times).exp()
    angles = 2 * math.pi * frequency[:, None] * times
    sines, cosines = envelope * angles.sin(), envelope * angles.cos()
    parts = _least_squares(torch.stack([sines, cosines], dim=2), waves)
    left = waves - parts[:, :1] * sines - parts[:, 1:] * cosines
    amplitude, phase = parts.square().sum(1).sqrt(), torch.atan2(parts[:, 1], parts[:, 0]).remainder(2 * math.pi)
    return Tones(frequency, amplitude, decay, phase, left.square().mean(1).sqrt())


def _step(waves: Tensor, times: Tensor, tones: Tones) -> tuple[Tensor, Tensor]:
    """Return frequency and decay after one step of Gauss-Newton on all four numbers of each tone."""
    envelope = tones.amplitude[:, None] * (-tones.decay[:, None] * times).exp()
    angles = 2 * math.pi * tones.frequency[:, None] * times + tones.phase[:, None]
    sines, cosines = envelope * angles.sin(), envelope * angles.cos()
    slopes = torch.stack([sines, cosines, 2 * math.pi * times * cosines, -times * sines], dim=2)
    moves = _least_squares(slopes, waves - sines)
    return tones.frequency + moves[:, 2].clamp(-0.5, 0.5), tones.decay + moves[:, 3].clamp(-2, 2)


def _least_squares(columns: Tensor, values: Tensor) -> Tensor:
    """Return what times columns (n, length, k) comes nearest to values (n, length), (n, k); silence gives zeros."""
    products = columns.transpose(1, 2) @ columns
    ridge = 1e-12 * products.diagonal(dim1=1, dim2=2).sum(1) + 1e-30
    products = products + ridge[:, None, None] * torch.eye(columns.shape[2], dtype=columns.dtype, device=columns.device)
    solved: Tensor = torch.linalg.solve(products, columns.transpose(1, 2) @ values[:, :, None])[:, :, 0]
    return solved


def _peak(waves: Tensor) -> Tensor:
    """Return the frequency of the highest peak of each spectrum, between bins by a parabola through its logarithm."""
    window = torch.hann_window(waves.shape[1], dtype=torch.float64, device=waves.device)
    heights = (torch.fft.rfft(waves * window).abs() + 1e-30).log()
    places = heights[:, 1:-1].argmax(dim=1) + 1
    below, top, above = (heights.gather(1, (places + shift)[:, None])[:, 0] for shift in (-1, 0, 1))
    bend = below - 2 * top + above
    shift = torch.where(bend < 0, 0.5 * (below - above) / bend.clamp(max=-1e-30), torch.zeros_like(bend))
    peaks: Tensor = places + shift.clamp(-0.5, 0.5)
    return peaks


def _falling(waves: Tensor) -> Tensor:
    """Return the decay by which the second half of each waveform has less energy than the first."""
    first, second = (half.square().sum(dim=1) + 1e-30 for half in waves.chunk(2, dim=1))
    return (first / second).log().clamp(-_FASTEST / 2, _FASTEST / 2)

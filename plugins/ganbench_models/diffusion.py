"""Gaussian diffusion in closed form (Ho et al. 2020, Song et al. 2021): schedules, posterior, two ways to sample."""

import math
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

ScheduleName = Literal["linear", "cosine"]
# the noise in samples (n, *shape) of steps (n,), counted from 0
Denoise = Callable[[Tensor, Tensor], Tensor]
_PUBLISHED_STEPS = 1_000
_LARGEST_BETA = 0.999


class Schedule:
    """How much noise each step adds: x_t = sqrt(1 - beta_t) x_(t-1) + sqrt(beta_t) noise, t counted from 0.

    linear: beta from 1e-4 to 0.02, both times 1,000 / steps, so that any number of steps ends in noise.
    cosine: that of Nichol and Dhariwal (2021). All tensors are (steps,) float64.
    """

    def __init__(self, steps: int, name: ScheduleName = "linear") -> None:
        self.steps = steps
        if name == "linear":
            scale = _PUBLISHED_STEPS / steps
            betas = torch.linspace(1e-4 * scale, 0.02 * scale, steps, dtype=torch.float64)
        else:
            share = torch.arange(steps + 1, dtype=torch.float64) / steps
            kept = ((share + 0.008) / 1.008 * math.pi / 2).cos().square()
            betas = 1 - kept[1:] / kept[:-1]
        self.betas = betas.clamp(max=_LARGEST_BETA)
        self.signal = (1 - self.betas).cumprod(0)  # share of the sample's variance that is left at each step
        self.before = torch.cat([self.signal.new_ones(1), self.signal[:-1]])
        # of x_(t-1) given x_t and x_0
        self.variance = self.betas * (1 - self.before) / (1 - self.signal)
        self.share_of_start = self.before.sqrt() * self.betas / (1 - self.signal)
        self.share_of_now = (1 - self.betas).sqrt() * (1 - self.before) / (1 - self.signal)

    def noised(self, samples: Tensor, steps: Tensor, noise: Tensor) -> Tensor:
        """Return samples (n, *shape) with the noise of their steps (n,)."""
        signal = self.signal.to(samples.device, samples.dtype)[steps].reshape(-1, *[1] * (samples.ndim - 1))
        return signal.sqrt() * samples + (1 - signal).sqrt() * noise

    def start_of(self, noised: Tensor, step: int, noise: Tensor) -> Tensor:
        """Return the samples that became noised by this noise."""
        signal = float(self.signal[step])
        return (noised - math.sqrt(1 - signal) * noise) / math.sqrt(signal)

    def posterior(self, start: Tensor, noised: Tensor, step: int) -> tuple[Tensor, float]:
        """Return mean and variance of x_(t-1) given x_0 and x_t."""
        mean = float(self.share_of_start[step]) * start + float(self.share_of_now[step]) * noised
        return mean, float(self.variance[step])


def ancestral(schedule: Schedule, noise: Tensor, denoise: Denoise, generator: torch.Generator, *, clip: bool) -> Tensor:
    """Return samples from noise (n, *shape), step by step back, with the variance beta_t (Ho et al., algorithm 2).

    clip: whether what a step takes for the sample is brought into [-1, 1].
    """
    now = noise
    for step in reversed(range(schedule.steps)):
        start = _start(schedule, now, step, denoise, clip=clip)
        now, _ = schedule.posterior(start, now, step)
        if step:
            fresh = torch.randn(now.shape, generator=generator, device=now.device)
            now = now + math.sqrt(float(schedule.betas[step])) * fresh
    return now


def implicit(schedule: Schedule, noise: Tensor, denoise: Denoise, steps: int, *, clip: bool) -> Tensor:
    """Return samples from noise (n, *shape) by some of the steps, evenly apart, without further noise (DDIM).

    The map from noise to samples is a function. clip: as ancestral has it.
    """
    chosen = torch.linspace(0, schedule.steps - 1, steps).round().long().tolist() if steps > 1 else [schedule.steps - 1]
    now = noise
    for index in reversed(range(len(chosen))):
        step = chosen[index]
        start = _start(schedule, now, step, denoise, clip=clip)
        left = float(schedule.signal[step])
        towards = (now - math.sqrt(left) * start) / math.sqrt(1 - left)
        signal = float(schedule.signal[chosen[index - 1]]) if index else 1.0
        now = math.sqrt(signal) * start + math.sqrt(1 - signal) * towards
    return now


def _start(schedule: Schedule, now: Tensor, step: int, denoise: Denoise, *, clip: bool) -> Tensor:
    steps = torch.full((len(now),), step, dtype=torch.int64, device=now.device)
    start = schedule.start_of(now, step, denoise(now, steps))
    return start.clamp(-1, 1) if clip else start

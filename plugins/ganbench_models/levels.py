"""What models over a sequence of levels share: samples to levels in order and back, likelihood, drawing one by one."""

import math
from abc import abstractmethod
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from ganbench import Batch, Likelihood, Profile, Task
from ganbench.torchkit.descent import DescentModel, no_condition

LEVELS = 256
_CHUNK = 250  # samples judged or drawn side by side
_MU = LEVELS - 1  # of the companding of waveforms (ITU-T G.711)


class LevelNetwork(nn.Module):
    """Predicts each of a sequence of levels from those before it."""

    @abstractmethod
    def forward(self, levels: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the logits (n, length, levels) of a sequence (n, length) int64; the i-th sees those before i alone."""

    @abstractmethod
    def start(self, n: int, labels: Tensor | None = None) -> list[Tensor]:
        """Return the cache of n sequences of which nothing was drawn yet."""

    @abstractmethod
    def step(self, cache: list[Tensor], previous: Tensor | None, place: int) -> Tensor:
        """Return the logits (n, levels) at a place, and fill the cache; previous: (n,) levels before it, None at 0."""


class LevelModel(DescentModel, Likelihood):
    """Maximum likelihood of samples as sequences of 256 levels; a subclass brings the network.

    Images are read pixel by pixel in rows, the channels of a pixel one after another, as the levels that bytes
    have. Waveforms are read in time, in 256 levels of mu-law, which are finer near zero; their log_prob is the
    density of a level spread evenly over its width, and samples are the middles of levels.
    """

    network: LevelNetwork
    classes: int = 0  # of the labels that the network takes

    def profile(self) -> Profile:
        """Return the facts of the network; one evaluation, at one place, a dimension."""
        levels = LEVELS if self.task.images else None
        known = replace(super().profile(), levels=levels, condition=self.task.condition if self.classes else None)
        return replace(known, evaluations=self.task.dimensions)

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the mean negative log-likelihood of the levels in nats a sample, and in bits a dimension."""
        labels = batch.condition if self.classes else None
        loss = -self._level_log_prob(levels_of(batch.samples), labels).mean()
        return {
            "negative_log_likelihood_loss": loss,
            "bits_per_dimension": loss.detach() / (math.log(2) * self.task.dimensions),
        }

    @torch.no_grad()
    def log_prob(self, samples: Tensor) -> Tensor:
        """Return the exact log-likelihood, (n,) nats: of an image's 256 levels, or the density of a waveform.

        Of a conditional model it is that of the mixture of all classes in equal shares.
        """
        parts = [self._mixture_log_prob(chunk) for chunk in torch.split(levels_of(samples), _CHUNK)]
        nats = torch.cat(parts) if parts else samples.new_empty(0)
        return nats if self.task.images else nats - level_widths(samples).log().sum(dim=1)

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32, one level after another; condition: labels (n,) of a conditional model."""
        if not self.classes:
            no_condition(condition)
        elif condition is None:
            condition = torch.randint(self.classes, (n,), generator=generator, device=generator.device)
        drawn = [torch.empty(0, *self.task.shape, device=generator.device)]
        for start in range(0, n, _CHUNK):
            stop = min(n, start + _CHUNK)
            given = None if condition is None else condition[start:stop]
            drawn.append(samples_of(self._draw(stop - start, generator, given), self.task))
        return torch.cat(drawn)

    def _level_log_prob(self, levels: Tensor, labels: Tensor | None) -> Tensor:
        with self.precision():
            logits = self.network(levels, labels)
        return -cross_entropy(logits.float().flatten(0, 1), levels.flatten(), reduction="none").view_as(levels).sum(1)

    def _mixture_log_prob(self, levels: Tensor) -> Tensor:
        if not self.classes:
            return self._level_log_prob(levels, None)
        each = [self._level_log_prob(levels, levels.new_full((len(levels),), k)) for k in range(self.classes)]
        return torch.stack(each).logsumexp(dim=0) - math.log(self.classes)

    def _draw(self, n: int, generator: torch.Generator, labels: Tensor | None) -> Tensor:
        """Return (n, length) int64 levels."""
        levels = torch.empty(n, self.task.dimensions, dtype=torch.int64, device=generator.device)
        with self.precision():
            cache = self.network.start(n, labels)
            for place in range(self.task.dimensions):
                previous = levels[:, place - 1] if place else None
                logits = self.network.step(cache, previous, place).float()
                levels[:, place] = torch.multinomial(logits.softmax(dim=1), 1, generator=generator)[:, 0]
        return levels


def levels_of(samples: Tensor) -> Tensor:
    """Return samples (n, *shape) as (n, length) int64 levels in reading order; what is outside [-1, 1] is clipped."""
    if samples.ndim == 3:
        size = samples.clamp(-1, 1).abs().mul(_MU).log1p().div(math.log1p(_MU))
        samples = size.mul(samples.sign())
    levels = samples.movedim(1, -1).add(1).mul(_MU / 2)
    return levels.round().long().clamp(0, LEVELS - 1).flatten(1)


def samples_of(levels: Tensor, task: Task) -> Tensor:
    """Return the samples (n, *shape) that levels (n, length) stand for."""
    channels, *sides = task.shape
    samples = levels.reshape(-1, *sides, channels).movedim(-1, 1) / (_MU / 2) - 1
    return (samples if task.images else _expanded(samples)).contiguous()


def level_widths(samples: Tensor) -> Tensor:
    """Return the width in amplitude of the mu-law level that each number of waveforms (n, …) lies in, (n, length)."""
    middles = levels_of(samples) / (_MU / 2) - 1
    half = 1 / _MU
    edges = [_expanded((middles + side).clamp(-1, 1)) for side in (-half, half)]
    return edges[1] - edges[0]


def _expanded(companded: Tensor) -> Tensor:
    return companded.sign() * torch.expm1(companded.abs() * math.log1p(_MU)) / _MU

"""The floor: an independent Gaussian for every pixel, which no model should fall below."""

import math
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganbench import Batch, Likelihood, Profile, Profiled, Reconstructor, Resumable, Task
from ganbench.torchkit.descent import no_condition
from ganbench_models.playback import one_pass

_FLOOR, _ROUNDING = 1e-6, (2 / 255) ** 2 / 12  # of a variance, of points and of images


class PixelGaussian(Profiled, Resumable, Likelihood, Reconstructor):
    """Mean and deviation of every dimension over one pass of the training data.

    Its code has no dimensions: every sample comes back as the mean. Densities have, on top of each variance, what
    rounding to 256 levels adds to that of an image, 1e-6 for points, since pixels that never change have none.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.count = 0
        self.mean = torch.zeros(task.shape, dtype=torch.float64, device=task.device)
        self.squares = torch.zeros_like(self.mean)  # summed squared distances from the mean

    def profile(self) -> Profile:
        """Return how many numbers are fitted."""
        return Profile(parameters={"model": 2 * self.task.dimensions})

    @property
    def deviation(self) -> Tensor:
        """Standard deviation of every dimension, shape."""
        return (self.squares / max(1, self.count)).sqrt()

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Take in one pass, batch by batch (Chan et al. 1979); yield the mean deviation."""
        if self.count >= self.task.examples:
            return  # restored at its end
        for batch in one_pass(batches, self.task.examples - self.count):
            samples, count = batch.samples.double(), len(batch.samples)
            step = samples.mean(dim=0) - self.mean
            self.squares += samples.var(dim=0, correction=0) * count
            self.squares += step.square() * self.count * count / (self.count + count)
            self.mean += step * count / (self.count + count)
            self.count += count
            yield {"deviation": self.deviation.mean()}

    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32; images are clipped to [-1, 1]."""
        no_condition(condition)
        noise = torch.randn(n, *self.task.shape, generator=generator, device=generator.device)
        mean, deviation = (moment.float().to(generator.device) for moment in (self.mean, self.deviation))
        samples = mean + deviation * noise
        return samples.clamp(-1, 1) if self.task.images else samples

    def encode(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return codes without dimensions, (n, 0)."""
        no_condition(condition)
        return samples.new_empty(len(samples), 0)

    def reconstruct(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the mean for each sample, (n, *shape)."""
        no_condition(condition)
        return self.mean.to(samples).expand_as(samples).clone()

    def log_prob(self, samples: Tensor) -> Tensor:
        """Return the log-density of each sample (n, *shape), (n,) float64 nats."""
        mean, deviation = self.mean.to(samples.device), self.deviation.to(samples.device)
        variance = deviation.square() + (_ROUNDING if self.task.images else _FLOOR)
        nats = -0.5 * ((samples.double() - mean).square() / variance + variance.log() + math.log(2 * math.pi))
        return nats.flatten(1).sum(dim=1)

    def state_dict(self) -> dict[str, Tensor]:
        """Return what fitting goes on from, and sampling needs."""
        return {"mean": self.mean, "squares": self.squares, "count": torch.tensor(self.count)}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict gave."""
        self.mean, self.squares, self.count = state["mean"], state["squares"], int(state["count"])

    def checkpoint(self) -> dict[str, Tensor]:
        """Return the moments so far."""
        return self.state_dict()

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave; fitting then goes on to the bit."""
        self.load_state_dict({name: tensor.clone().to(self.task.device) for name, tensor in state.items()})

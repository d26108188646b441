"""Flow matching (Lipman et al. 2023): a velocity field along straight paths from noise to data, followed by an ODE."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

import torch
from torch import Tensor

from ganbench import Batch, LatentDecoder, Profile, Setting, Task
from ganbench.torchkit.descent import DescentModel, no_condition
from ganbench_models.unet import timed_network

SolverName = Literal["euler", "midpoint"]
# the velocity of samples (n, *shape) at times (n,)
Velocity = Callable[[Tensor, Tensor], Tensor]
_CHUNK = 500  # samples drawn side by side
_SPREAD = 1e-4  # the paper's sigma_min: what is left of the noise at the data
_EVALUATIONS = {"euler": 1, "midpoint": 2}


class FlowMatching(DescentModel, LatentDecoder):
    """A network predicts the velocity that carries noise to data along optimal-transport conditional paths.

    x_t = (1 - (1 - s) t) noise + t data with s = 1e-4, whose velocity data - (1 - s) noise is regressed on.
    Deviations: DDPM's network in small and its other deviations, as `describe model ddpm` has them; batches of
    128 where the paper has 256, at its learning rate 5e-4 without warm-up or decay; samples are drawn from a moving
    average of weights; the ODE is solved by fixed steps and not by an adaptive solver, so that a sample's cost is
    known. Points and waveforms have a perceptron for a network. A latent code is the noise itself.
    """

    def __init__(  # the settings of the model and of its training
        self,
        task: Task,
        width: Annotated[
            int, Setting("channels next to the image, or an eighth of the units of a layer on points", at_least=1)
        ] = 32,
        steps: Annotated[int, Setting("of the ODE's solver", at_least=1)] = 25,
        solver: Annotated[SolverName, Setting("midpoint evaluates the network twice a step")] = "midpoint",
        learning_rate: Annotated[float, Setting("of Adam", above=0)] = 5e-4,
        average: Annotated[float, Setting("decay of the moving average of weights", at_least=0, below=1)] = 0.999,
        batch: Annotated[int, Setting("training samples in a batch", at_least=1)] = 128,
    ) -> None:
        network = timed_network(task, width, "flow-matching")
        super().__init__(task, network, learning_rate=learning_rate, batch=batch, average=average)
        self.steps, self.solver = steps, solver

    def profile(self) -> Profile:
        """Return the facts of the network, the dimensions of the noise, and the solver's evaluations."""
        evaluations = self.steps * _EVALUATIONS[self.solver]
        return replace(super().profile(), latent=self.task.dimensions, evaluations=evaluations)

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the mean squared error of the velocity, over all numbers and uniform times."""
        samples, device = batch.samples, self.random.device
        times = torch.rand(len(samples), generator=self.random, device=device)
        noise = torch.randn(samples.shape, generator=self.random, device=device)
        where, velocity = path(samples, noise, times)
        with self.precision():
            predicted = self.network(where, times).float()
        return {"velocity_loss": (predicted - velocity).square().mean()}

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32; images are clipped to [-1, 1]."""
        no_condition(condition)
        return self.decode(torch.randn(n, self.task.dimensions, generator=generator, device=generator.device))

    @torch.no_grad()
    def decode(self, codes: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the samples (n, *shape) that noise (n, dimensions) flows to."""
        no_condition(condition)
        starts = torch.split(codes.reshape(-1, *self.task.shape), _CHUNK)
        samples = torch.cat([solved(self._velocity, start, self.steps, self.solver) for start in starts])
        return samples.clamp(-1, 1) if self.task.images else samples

    def _velocity(self, where: Tensor, times: Tensor) -> Tensor:
        with self.precision():
            predicted: Tensor = self.sampled(where, times).float()
        return predicted


def path(samples: Tensor, noise: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
    """Return where the paths from noise to samples (n, *shape) are at times (n,), and their velocities."""
    share = times.reshape(-1, *[1] * (samples.ndim - 1))
    return (1 - (1 - _SPREAD) * share) * noise + share * samples, samples - (1 - _SPREAD) * noise


def solved(velocity: Velocity, start: Tensor, steps: int, solver: SolverName) -> Tensor:
    """Return where a velocity field carries start (n, *shape) from time 0 to time 1, by equal steps."""
    where, length = start, 1 / steps
    for step in range(steps):
        times = start.new_full((len(start),), step * length)
        slope = velocity(where, times)
        if solver == "midpoint":
            slope = velocity(where + slope * (length / 2), times + length / 2)
        where = where + slope * length
    return where

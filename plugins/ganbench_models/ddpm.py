"""Denoising diffusion (Ho et al. 2020), sampled by all of its steps or by a few of them (DDIM, Song et al. 2021)."""

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from ganbench import BadOptionError, Batch, LatentDecoder, Profile, Setting, Task
from ganbench.torchkit.descent import DescentModel, no_condition
from ganbench_models.diffusion import Schedule, ScheduleName, ancestral, implicit
from ganbench_models.unet import timed_network

_CHUNK = 500  # samples drawn side by side
_WALK = 50  # steps by which codes are decoded where samples are drawn by all of them


class DDPM(DescentModel, LatentDecoder):
    """A network predicts the noise that was added to a sample; samples are denoised from noise, step by step.

    The published recipe: 1,000 steps, beta from 1e-4 to 0.02, the simple loss, Adam 2e-4, batches of 128, samples
    clipped to [-1, 1] in every step, a moving average of 0.9999.
    Deviations: a U-Net of width 32 with one block a size, where the paper's has 128 and two; attention at the
    smallest size alone; no dropout, warm-up or clipping of gradients; no flips of images. The moving average is
    shorter at first. Points and waveforms have a perceptron for a network, and are not clipped.
    A latent code is the noise that sampling starts from, decoded without further noise.
    """

    def __init__(  # the settings of the model and of its training
        self,
        task: Task,
        width: Annotated[
            int, Setting("channels next to the image, or an eighth of the units of a layer on points", at_least=1)
        ] = 32,
        steps: Annotated[int, Setting("of diffusion", at_least=1)] = 1_000,
        schedule: Annotated[ScheduleName, Setting("of the noise that each step adds")] = "linear",
        sampling_steps: Annotated[
            int, Setting("of DDIM by which samples are drawn; 0 for all steps, with fresh noise in each", at_least=0)
        ] = 0,
        learning_rate: Annotated[float, Setting("of Adam", above=0)] = 2e-4,
        average: Annotated[float, Setting("decay of the moving average of weights", at_least=0, below=1)] = 0.9999,
        batch: Annotated[int, Setting("training samples in a batch", at_least=1)] = 128,
    ) -> None:
        if sampling_steps > steps:
            raise BadOptionError(f"ddpm takes sampling_steps of 0 to its {steps} steps, not {sampling_steps}")
        network = timed_network(task, width, "ddpm")
        super().__init__(task, network, learning_rate=learning_rate, batch=batch, average=average)
        self.schedule, self.sampling_steps = Schedule(steps, schedule), sampling_steps

    def profile(self) -> Profile:
        """Return the facts of the network, the dimensions of the noise, and one evaluation a sampling step."""
        evaluations = self.sampling_steps or self.schedule.steps
        return replace(super().profile(), latent=self.task.dimensions, evaluations=evaluations)

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the mean squared error of the noise, over all numbers and uniform steps."""
        samples, device = batch.samples, self.random.device
        steps = torch.randint(self.schedule.steps, (len(samples),), generator=self.random, device=device)
        noise = torch.randn(samples.shape, generator=self.random, device=device)
        noised = self.schedule.noised(samples, steps, noise)
        with self.precision():
            predicted = self.network(noised, self._times(steps)).float()
        return {"noise_loss": (predicted - noise).square().mean()}

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32."""
        no_condition(condition)
        clip, drawn = self.task.images, [torch.empty(0, *self.task.shape, device=generator.device)]
        for start in range(0, n, _CHUNK):
            size = min(_CHUNK, n - start)
            noise = torch.randn(size, *self.task.shape, generator=generator, device=generator.device)
            if self.sampling_steps:
                drawn.append(implicit(self.schedule, noise, self._denoise, self.sampling_steps, clip=clip))
            else:
                drawn.append(ancestral(self.schedule, noise, self._denoise, generator, clip=clip))
        samples = torch.cat(drawn)
        return samples.clamp(-1, 1) if self.task.images else samples

    @torch.no_grad()
    def decode(self, codes: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the samples (n, *shape) that noise (n, dimensions) becomes by DDIM."""
        no_condition(condition)
        steps = self.sampling_steps or min(_WALK, self.schedule.steps)
        noise = codes.reshape(-1, *self.task.shape)
        samples = implicit(self.schedule, noise, self._denoise, steps, clip=self.task.images)
        return samples.clamp(-1, 1) if self.task.images else samples

    def _denoise(self, noised: Tensor, steps: Tensor) -> Tensor:
        with self.precision():
            predicted: Tensor = self.sampled(noised, self._times(steps)).float()
        return predicted

    def _times(self, steps: Tensor) -> Tensor:
        return steps / self.schedule.steps

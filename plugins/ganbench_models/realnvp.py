"""The RealNVP of Dinh et al. (2017): a map to a normal code that can be inverted, with an exact likelihood."""

import math
from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from ganbench import Batch, LatentDecoder, Likelihood, Profile, Setting, Task, UnfitError
from ganbench.torchkit.descent import DescentModel, no_condition
from ganbench_models.couplings import Flow, flow_of

_LEVELS = 256
_MARGIN = 0.05  # the paper's alpha: keeps the logit of black and white finite
_CHUNK = 500  # samples drawn or judged side by side


class RealNVP(DescentModel, Likelihood, LatentDecoder):
    """Couplings that move half of the numbers by an affine map that the other half chooses.

    The published layout on images: three couplings by checkerboard, a squeeze of 2 x 2 pixels to channels, three by
    channel, half of the channels set aside as codes, and so on; four by checkerboard at the end; pixels with uniform
    noise, in logits, alpha 0.05; Adam 1e-3 and batches of 64.
    Deviations: residual networks of 2 blocks in place of 8, 32 maps at every size, with weight norm and without any
    batch norm, neither in them nor between couplings; no penalty on weights; no flips of images. Sides that are not
    even are not squeezed. Points and waveforms have perceptrons, couplings that move every other number in turn, and
    a learnt scale and shift of each number at the data.
    """

    def __init__(  # the settings of the model and of its training
        self,
        task: Task,
        width: Annotated[
            int, Setting("maps of the coupling networks; four times as many units on points", at_least=1)
        ] = 32,
        blocks: Annotated[int, Setting("residual blocks of each network on images", at_least=1)] = 2,
        scales: Annotated[int, Setting("sizes of images at which couplings work, at most", at_least=1)] = 2,
        couplings: Annotated[int, Setting("on points", at_least=2)] = 8,
        learning_rate: Annotated[float, Setting("of Adam", above=0)] = 1e-3,
        batch: Annotated[int, Setting("training samples in a batch", at_least=1)] = 64,
    ) -> None:
        if task.dimensions < 2:
            raise UnfitError("realnvp moves one half of the numbers by the other; this data has one dimension alone")
        network = flow_of(task, width, blocks, scales, couplings)
        super().__init__(task, network, learning_rate=learning_rate, batch=batch)
        self.network: Flow = network

    def profile(self) -> Profile:
        """Return the facts of the network, and the dimensions of the code."""
        return replace(super().profile(), latent=self.task.dimensions)

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the mean negative log-likelihood in nats a sample; of images also in bits a dimension."""
        samples = batch.samples
        if not self.task.images:
            return {"negative_log_likelihood_loss": -self._log_density(samples).mean()}
        noise = torch.rand(samples.shape, generator=self.random, device=self.random.device)
        loss = -self._log_density(samples + (noise - 0.5) * (2 / (_LEVELS - 1))).mean()
        bits = loss.detach() / self.task.dimensions - math.log(2 / (_LEVELS - 1))
        return {"negative_log_likelihood_loss": loss, "bits_per_dimension": bits / math.log(2)}

    @torch.no_grad()
    def log_prob(self, samples: Tensor) -> Tensor:
        """Return the log-density of each sample (n, *shape) in its own space, (n,) nats.

        Images are half a grey level wider than [-1, 1], as the noise of levels makes them.
        """
        parts = [self._log_density(chunk) for chunk in torch.split(samples, _CHUNK)]
        return torch.cat(parts) if parts else samples.new_empty(0)

    @torch.no_grad()
    def encode(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """Return the codes (n, dimensions) of samples, and the log-determinant of the map's Jacobian, (n,)."""
        return self._encoded(samples)

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32; images are clipped to [-1, 1]."""
        no_condition(condition)
        return self.decode(torch.randn(n, self.task.dimensions, generator=generator, device=generator.device))

    @torch.no_grad()
    def decode(self, codes: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the samples (n, *shape) that codes (n, dimensions) stand for."""
        no_condition(condition)
        with self.precision():
            parts = [self.network.inverse(chunk) for chunk in torch.split(codes, _CHUNK)]
        samples = torch.cat(parts)
        return from_logits(samples).clamp(-1, 1) if self.task.images else samples

    def _log_density(self, samples: Tensor) -> Tensor:
        codes, determinant = self._encoded(samples)
        return determinant - 0.5 * (codes.square() + math.log(2 * math.pi)).sum(dim=1)

    def _encoded(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        determinant = samples.new_zeros(len(samples))
        if self.task.images:
            samples, determinant = to_logits(samples)
        with self.precision():
            codes, further = self.network(samples)
        return codes, determinant + further


def to_logits(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return logits of images with the noise of levels, and the log-determinant of that map, (n,).

    What is further out than half a level beyond [-1, 1] is taken for the edge.
    """
    scale = (_LEVELS - 1) / (2 * _LEVELS)
    shares = images.mul(scale).add(0.5).clamp(0, 1)
    odds = _MARGIN / 2 + (1 - _MARGIN) * shares
    slopes = math.log((1 - _MARGIN) * scale) - odds.log() - (-odds).log1p()
    return odds.log() - (-odds).log1p(), slopes.flatten(1).sum(dim=1)


def from_logits(logits: Tensor) -> Tensor:
    """Return the images whose logits these are."""
    shares = (logits.sigmoid() - _MARGIN / 2) / (1 - _MARGIN)
    return (shares - 0.5) * (2 * _LEVELS / (_LEVELS - 1))

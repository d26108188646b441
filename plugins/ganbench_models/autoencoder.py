"""An autoencoder: a bottleneck without a law of its own, sampled by a Gaussian fitted to its codes."""

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor, nn

from ganbench import Batch, LatentDecoder, Profile, Reconstructor, Setting, Task, UnfitError
from ganbench.torchkit.colours import in_grey
from ganbench.torchkit.descent import DescentModel, no_condition
from ganbench_models.perceptrons import two_hidden_layers

_DECAY = 0.99  # of the codes' moving moments, so that they belong to the encoder as it is now


class Autoencoder(DescentModel, LatentDecoder, Reconstructor):
    """Perceptrons down to a code and back; the mean squared error is minimised.

    Samples are decoded from a Gaussian with the mean and covariance of the training codes. With `noise` it is the
    denoising autoencoder of Vincent et al. (2008): each training sample is shown with noise drawn anew, and compared
    with itself as it was; the noise is normal, as in their later work (2010), where the paper sets inputs to 0, and one
    network is trained where the paper stacks several. With `grey` it learns to colour in the same way.
    """

    def __init__(
        self,
        task: Task,
        latent: Annotated[
            int | None, Setting("dimensions of the code; 32, or the data's own where they are fewer", at_least=1)
        ] = None,
        width: Annotated[int, Setting("units of both hidden layers", at_least=1)] = 500,
        noise: Annotated[
            float,
            Setting(
                "deviation of the normal noise that training samples are shown with, as a share of the range of "
                "levels, or in the data's own units for points",
                at_least=0,
            ),
        ] = 0.0,
        grey: Annotated[
            float, Setting("share of training pictures that are shown without their colours", at_least=0, at_most=1)
        ] = 0.0,
        learning_rate: Annotated[float, Setting("of Adam", above=0)] = 1e-3,
        batch: Annotated[int, Setting("training samples in a batch", at_least=1)] = 128,
    ) -> None:
        if grey and not (task.images and task.shape[0] == 3):
            raise UnfitError(f"pictures of 3 channels have colours to hide, and this data has shape {task.shape}")
        self.noise, self.grey = noise if len(task.shape) == 1 else 2 * noise, grey
        self.latent = min(32, task.dimensions) if latent is None else latent
        networks = _Networks(task, self.latent, width)
        super().__init__(task, networks, learning_rate=learning_rate, batch=batch)
        self.network: _Networks = networks

    def profile(self) -> Profile:
        """Return the facts of the network, and the dimensions of the code."""
        return replace(super().profile(), latent=self.latent)

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the mean squared error of reconstruction over all dimensions; follow the codes' moments."""
        with self.precision():
            codes = self.network.encoder(self._shown(batch.samples).flatten(1))
            decoded = self.network.decoder(codes).float()
        self.network.moments.follow(codes.detach().float())
        return {"reconstruction_loss": (decoded - batch.samples.flatten(1)).square().mean()}

    def _shown(self, samples: Tensor) -> Tensor:
        """Return training samples (n, *shape) as they are shown: some in grey, all under noise, where it is asked."""
        if self.grey:
            hidden = torch.rand(len(samples), generator=self.random, device=samples.device) < self.grey
            samples = torch.where(hidden[:, None, None, None], in_grey(samples), samples)
        if self.noise:
            noise = torch.randn(samples.shape, generator=self.random, device=samples.device)
            samples = samples + self.noise * noise
        return samples

    @torch.no_grad()
    def encode(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return each sample's code, (n, latent)."""
        no_condition(condition)
        with self.precision():
            codes: Tensor = self.network.encoder(samples.flatten(1)).float()
        return codes

    @torch.no_grad()
    def reconstruct(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return each sample through the bottleneck, (n, *shape)."""
        return self._decode(self.encode(samples, condition))

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32 from the Gaussian of the codes; images are clipped to [-1, 1]."""
        no_condition(condition)
        codes = torch.randn(n, self.latent, generator=generator, device=generator.device)
        return self.decode(codes)

    @torch.no_grad()
    def decode(self, codes: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the samples (n, *shape) that codes (n, latent), standard normal, stand for."""
        no_condition(condition)
        moments = self.network.moments
        return self._decode(moments.mean + codes @ moments.factor().T)

    def _decode(self, codes: Tensor) -> Tensor:
        with self.precision():
            decoded: Tensor = self.network.decoder(codes).float()
        samples = decoded.reshape(len(codes), *self.task.shape)
        return samples.clamp(-1, 1) if self.task.images else samples


class Moments(nn.Module):
    """Mean and covariance of codes, as a moving average over batches."""

    mean: Tensor
    covariance: Tensor
    batches: Tensor

    def __init__(self, latent: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(latent))
        self.register_buffer("covariance", torch.eye(latent))
        self.register_buffer("batches", torch.zeros(()))

    def follow(self, codes: Tensor) -> None:
        """Take in codes (n, latent); while batches are few, all of them count alike."""
        self.batches += 1
        share = torch.clamp(1 / self.batches, min=1 - _DECAY)
        step = codes.mean(dim=0) - self.mean
        self.mean += share * step
        centred = codes - self.mean
        self.covariance += share * (centred.T @ centred / len(codes) - self.covariance)

    def factor(self) -> Tensor:
        """Return L (latent, latent) with LLᵀ the covariance; directions without spread stay without."""
        values, vectors = torch.linalg.eigh(self.covariance.double())
        root: Tensor = vectors * values.clamp(min=0).sqrt()
        return root.float()


class _Networks(nn.Module):
    def __init__(self, task: Task, latent: int, width: int) -> None:
        super().__init__()
        self.encoder = two_hidden_layers(task.dimensions, width, latent)
        self.decoder = two_hidden_layers(latent, width, task.dimensions)
        self.moments = Moments(latent)

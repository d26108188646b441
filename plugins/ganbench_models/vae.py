"""The variational autoencoder of Kingma and Welling (2014)."""

import math
from dataclasses import replace
from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot

from ganbench import (
    BadOptionError,
    Batch,
    Captions,
    Condition,
    EvidenceBound,
    Labels,
    LatentDecoder,
    Profile,
    Reconstructor,
    Setting,
    Task,
    UnfitError,
)
from ganbench.torchkit.descent import DescentModel, no_condition
from ganbench_models.perceptrons import two_hidden_layers
from ganbench_models.text_encoder import TextEncoder

_TEXT = 128  # numbers that stand for a caption


class VAE(DescentModel, LatentDecoder, Reconstructor, EvidenceBound):
    """Perceptrons on both sides of a Gaussian code; the negative ELBO is minimised, in nats a sample.

    Encoder and decoder have two layers of ReLU, trained by Adam; the paper has one layer of 500 tanh units, trained by
    Adagrad in batches of 100. Captions are read by a recurrent network that is trained with both coders.
    """

    def __init__(  # the settings of the model and of its training
        self,
        task: Task,
        latent: Annotated[
            int | None, Setting("dimensions of the code; 20, or the data's own where they are fewer", at_least=1)
        ] = None,
        width: Annotated[int, Setting("units of both hidden layers", at_least=1)] = 500,
        likelihood: Annotated[
            Literal["bernoulli", "gaussian"] | None,
            Setting(
                "of samples given their code: for images bernoulli, of pixels scaled to [0, 1]; for points gaussian "
                "around the decoder's mean, with one learnt deviation for all dimensions"
            ),
        ] = None,
        conditional: Annotated[
            bool, Setting("whether labels or captions join the input of encoder and decoder")
        ] = False,
        learning_rate: Annotated[float, Setting("of Adam", above=0)] = 1e-3,
        batch: Annotated[int, Setting("training samples in a batch", at_least=1)] = 128,
    ) -> None:
        latent = min(20, task.dimensions) if latent is None else latent
        if likelihood is None:
            likelihood = "bernoulli" if task.images else "gaussian"
        if likelihood == "bernoulli" and not task.images:
            raise UnfitError("a bernoulli likelihood is for pixels; take vae:likelihood=gaussian for points")
        if conditional and not isinstance(task.condition, Labels | Captions):
            raise UnfitError("a conditional model needs data with classes or captions")
        self.latent, self.likelihood, self.conditional = latent, likelihood, conditional
        networks = _Networks(task, latent, width, task.condition if conditional else None)
        super().__init__(task, networks, learning_rate=learning_rate, batch=batch)
        self.network: _Networks = networks

    def profile(self) -> Profile:
        """Return the facts of the network, the dimensions of the code, and whether labels are taken.

        The bernoulli ELBO is of pixels that are black or white, in shares as bright as the sample's: of two levels.
        """
        levels = 2 if self.likelihood == "bernoulli" else None
        return replace(
            super().profile(),
            latent=self.latent,
            condition=self.task.condition if self.conditional else None,
            levels=levels,
        )

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the mean of -ELBO, and of its two parts: reconstruction and KL divergence, in nats."""
        noise = torch.randn(len(batch.samples), self.latent, generator=self.random, device=self.random.device)
        reconstruction, divergence = self._parts(batch.samples, batch.condition, noise)
        loss = (reconstruction + divergence).mean()
        return {
            "negative_elbo_loss": loss,
            "reconstruction_nats": reconstruction.mean(),
            "kl_nats": divergence.mean(),
        }

    @torch.no_grad()
    def elbo(self, samples: Tensor, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Return a lower bound of each sample's log-likelihood, (n,) nats, by one draw of the code.

        Of pixels in [0, 1] under the bernoulli likelihood, of samples as they are under the gaussian one.
        """
        noise = torch.randn(len(samples), self.latent, generator=generator, device=generator.device)
        reconstruction, divergence = self._parts(samples, condition, noise)
        return -(reconstruction + divergence)

    @torch.no_grad()
    def encode(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the mean of each sample's code, (n, latent)."""
        mean, _ = self._encoded(samples, condition)
        return mean

    @torch.no_grad()
    def reconstruct(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return what is decoded from the mean of each sample's code, (n, *shape)."""
        return self._shaped(self._decoded(self.encode(samples, condition), condition))

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32: of images the decoder's mean, as is usual, of points with its noise."""
        if not self.conditional:
            no_condition(condition)
        codes = torch.randn(n, self.latent, generator=generator, device=generator.device)
        if self.conditional and condition is None and self.task.classes:
            condition = torch.randint(self.task.classes, (n,), generator=generator, device=generator.device)
        samples = self.decode(codes, condition)
        if self.task.images:
            return samples
        noise = torch.randn(samples.shape, generator=generator, device=generator.device)
        return samples + noise * (0.5 * self.network.log_variance).exp()

    @torch.no_grad()
    def decode(self, codes: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the mean (n, *shape) of what codes (n, latent), standard normal, stand for."""
        samples = self._shaped(self._decoded(codes, condition))
        return samples.clamp(-1, 1) if self.task.images else samples

    def _parts(self, samples: Tensor, condition: Tensor | None, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Return -log p(x | z) at one draw of z, and KL(q(z | x) | p(z)), each (n,) nats."""
        mean, log_variance = self._encoded(samples, condition)
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1)
        decoded = self._decoded(mean + noise * (0.5 * log_variance).exp(), condition)
        flat = samples.flatten(1)
        if self.likelihood == "bernoulli":
            pixels = binary_cross_entropy_with_logits(decoded, flat.add(1).div(2), reduction="none")
            return pixels.sum(dim=1), divergence
        spread = self.network.log_variance
        squares = (flat - decoded).square() * (-spread).exp() + spread + math.log(2 * math.pi)
        return 0.5 * squares.sum(dim=1), divergence

    def _encoded(self, samples: Tensor, condition: Tensor | None) -> tuple[Tensor, Tensor]:
        with self.precision():
            both = self.network.encoder(self._joined(samples.flatten(1), condition)).float()
        mean, log_variance = both.chunk(2, dim=1)
        return mean, log_variance

    def _decoded(self, codes: Tensor, condition: Tensor | None) -> Tensor:
        with self.precision():
            decoded: Tensor = self.network.decoder(self._joined(codes, condition)).float()
        return decoded

    def _joined(self, values: Tensor, condition: Tensor | None) -> Tensor:
        if not self.conditional:
            return values
        if condition is None:
            raise BadOptionError("this model is conditional; give it labels or captions too")
        return torch.cat([values, self.network.embedded(condition).to(values.dtype)], dim=1)

    def _shaped(self, decoded: Tensor) -> Tensor:
        values = decoded.sigmoid().mul(2).sub(1) if self.likelihood == "bernoulli" else decoded
        return values.reshape(len(values), *self.task.shape)


class _Networks(nn.Module):
    def __init__(self, task: Task, latent: int, width: int, condition: Condition | None) -> None:
        super().__init__()
        self.classes = condition.classes if isinstance(condition, Labels) else 0
        joined = _TEXT if isinstance(condition, Captions) else self.classes
        self.encoder = two_hidden_layers(task.dimensions + joined, width, 2 * latent)
        self.decoder = two_hidden_layers(latent + joined, width, task.dimensions)
        self.log_variance = nn.Parameter(torch.zeros(()))  # of the gaussian likelihood
        self.text = TextEncoder(condition, _TEXT) if isinstance(condition, Captions) else None

    def embedded(self, condition: Tensor) -> Tensor:
        """Return labels (n,) as zeros and a one, captions (n, length) as vectors that both coders read."""
        if self.text is not None:
            vectors: Tensor = self.text(condition)
            return vectors
        return one_hot(condition, self.classes)

"""An autoencoder: a bottleneck without a law of its own, sampled by a Gaussian fitted to its codes."""

import torch
from torch import Tensor, nn

from ganbench.contracts import Batch, Task
from ganbench.torchkit.descent import DescentModel, no_labels
from ganbench.torchkit.sizes import at_least_one
from ganbench_models.perceptrons import two_hidden_layers

_DECAY = 0.99  # of the codes' moving moments, so that they belong to the encoder as it is now


class Autoencoder(DescentModel):
    """Perceptrons down to a code and back; the mean squared error is minimised.

    latent: dimensions of the code, 32, or the data's own where they are fewer. width: of both hidden layers.
    Samples are decoded from a Gaussian with the mean and covariance of the training codes.
    """

    def __init__(
        self,
        task: Task,
        latent: int | None = None,
        width: int = 500,
        learning_rate: float = 1e-3,
        batch: int = 128,
    ) -> None:
        latent = min(32, task.dimensions) if latent is None else latent
        at_least_one("autoencoder", latent=latent, width=width, batch=batch)
        self.latent = latent
        networks = _Networks(task, latent, width)
        super().__init__(task, networks, learning_rate=learning_rate, batch=batch)
        self.network: _Networks = networks

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the mean squared error of reconstruction over all dimensions; follow the codes' moments."""
        with self.precision():
            codes = self.network.encoder(batch.samples.flatten(1))
            decoded = self.network.decoder(codes).float()
        self.network.moments.follow(codes.detach().float())
        return {"reconstruction_loss": (decoded - batch.samples.flatten(1)).square().mean()}

    @torch.no_grad()
    def encode(self, samples: Tensor) -> Tensor:
        """Return each sample's code, (n, latent)."""
        with self.precision():
            codes: Tensor = self.network.encoder(samples.flatten(1)).float()
        return codes

    @torch.no_grad()
    def reconstruct(self, samples: Tensor) -> Tensor:
        """Return each sample through the bottleneck, (n, *shape)."""
        return self._decode(self.encode(samples))

    def anomaly(self, samples: Tensor) -> Tensor:
        """Return how badly each sample is reconstructed, (n,): its mean squared error over all dimensions."""
        return (self.reconstruct(samples) - samples).square().flatten(1).mean(dim=1)

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, labels: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32 from the Gaussian of the codes; images are clipped to [-1, 1]."""
        no_labels(labels)
        codes = torch.randn(n, self.latent, generator=generator, device=generator.device)
        return self.decode(codes)

    @torch.no_grad()
    def decode(self, codes: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the samples (n, *shape) that codes (n, latent), standard normal, stand for."""
        no_labels(labels)
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

"""VEEGAN (Srivastava et al. 2017): a reconstructor of the noise tells the generator which modes it misses."""

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Any

import torch
from torch import Tensor, nn

from ganbench import Batch, Profile, Reconstructor, Resumable, Scheduled, Setting, Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.modes import drawing
from ganbench.torchkit.precision import autocast
from ganbench_models import convolutions
from ganbench_models.perceptrons import default_sizes, perceptrons, two_hidden_layers


class VEEGAN(AdversarialModel, Reconstructor):
    """The discriminator judges pairs: data with their reconstructed code, against samples with the code that made them.

    Algorithm 1 of the paper: the generator minimises its adversarial loss plus |z - F(G(z))|², summed over the code
    and averaged over samples; the reconstructor F minimises the second alone. Codes of data are drawn from a normal
    about F, as in the authors' notebook: without noise they lie on a surface, where the discriminator tells them at
    sight. The default objective, `reverse-kl`, is the paper's. On points generator and discriminator are those of
    `vanilla`, and F has two layers of half as many ReLU units; the paper says no more of its networks than that all
    models shared them. The notebook, of the grid, has noise of 254 dimensions, half the distance of codes, layers of
    128 ReLU units without batch norm, two and in the discriminator one, and Adam at 1e-3 with batches of 500.
    Deviations: on images F is DCGAN's discriminator with layer norm, since it sees data and samples in turn, and the
    code joins the discriminator's last map under one more layer of 128 units; generator and reconstructor
    have one optimizer, with the recipe's rate for both.
    A sample's code is F of it, and its reconstruction what the generator makes of that.
    """

    plain = False

    def __init__(
        self,
        task: Task,
        latent: Annotated[
            int | None, Setting("dimensions of the noise; 100 for images, the data's own for points", at_least=1)
        ] = None,
        width: Annotated[
            int | None,
            Setting("channels next to the image, 64, or units of a generator's layer on points, 400", at_least=1),
        ] = None,
        norm: convolutions.JudgeNorm = "batch",
        reconstruction: Annotated[float, Setting("weight of the distance of codes", at_least=0)] = 1.0,
        deviation: Annotated[
            float, Setting("of the normal that codes of data are drawn from; 0 for codes without noise", at_least=0)
        ] = 1.0,
    ) -> None:
        latent, width = default_sizes(task, latent, width, images=(100, 64))
        generator, reconstructor, discriminator = _networks(task, latent, width, norm)
        coder = Coder(generator, reconstructor)
        apart = not task.images or norm != "batch"
        super().__init__(task, coder, discriminator, latent=latent, apart=apart)
        self.coder, self.reconstruction, self.deviation = coder, reconstruction, deviation

    def gives(self) -> Collection[type[Any]]:
        """Return what a loss of pairs may ask for: it is shown no samples alone, and has no say in what is shown."""
        return [Scheduled, Resumable]

    def profile(self) -> Profile:
        """Return the facts, with the reconstructor's parameters apart from the generator's."""
        known = super().profile()
        size = sum(weight.numel() for weight in self.coder.reconstructor.parameters())
        sizes = {**known.parameters, "generator": known.parameters["generator"] - size, "reconstructor": size}
        return replace(known, parameters=sizes)

    @torch.no_grad()
    def pack(self, samples: Tensor) -> Tensor:
        """Return real samples with codes drawn for them, (n, dimensions + latent); no gradient, as in algorithm 1."""
        with autocast(self.task):
            codes = self.coder.reconstructor(samples).float()
        if self.deviation:
            codes = codes + self.deviation * self._noise(len(samples))
        return _joined(samples, codes)

    def generator_terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the loss on pairs of sample and noise, and the distance of the noise to its reconstruction."""
        noise, empty = self._noise(len(batch.condition)), batch.samples.new_empty(0)
        with autocast(self.task):
            samples = self.generator(noise)
            fake = self._judge(_joined(samples, noise), batch.condition)
            codes = self.coder.reconstructor(samples).float()
            with torch.no_grad():
                real = self._judge(self.pack(batch.samples), batch.condition) if self.loss.paired else empty
        distance = (codes - noise).square().sum(dim=1).mean()
        return {
            "generator_loss": self.loss.generator(real, fake),
            "reconstruction_loss": self.reconstruction * distance,
        }

    @torch.no_grad()
    def encode(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return the codes (n, latent) float32 that samples (n, *shape) are reconstructed as."""
        network = self._average.module if self._average is not None and self._mode.average else self.coder
        assert isinstance(network, Coder)
        with drawing(network.reconstructor, self._mode) as reconstructor, autocast(self.task):
            codes: Tensor = reconstructor(samples)
        return codes.float()

    def reconstruct(self, samples: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return what the generator makes of each sample's code, (n, *shape)."""
        return self.decode(self.encode(samples))

    def _shown(self, noise: Tensor, condition: Tensor) -> Tensor:
        return _joined(self.generator(noise), noise)


class Coder(nn.Module):
    """A generator, which it passes noise to, and the reconstructor that is trained with it."""

    def __init__(self, generator: nn.Module, reconstructor: nn.Module) -> None:
        super().__init__()
        self.generator, self.reconstructor = generator, reconstructor

    def forward(self, noise: Tensor) -> Tensor:
        """Map noise (n, latent) to samples (n, *shape)."""
        samples: Tensor = self.generator(noise)
        return samples


class ImagePairs(nn.Module):
    """Judges images with their codes: convolutions of the one, joined to the other under a layer of 128 units."""

    def __init__(self, task: Task, latent: int, width: int, norm: convolutions.Norm) -> None:
        super().__init__()
        self.shape = torch.Size(task.shape)
        *trunk, last = convolutions.discriminator(task, width, norm).children()
        assert isinstance(last, nn.Linear)
        judge = nn.Sequential(
            nn.Linear(last.in_features + latent, 128), nn.LeakyReLU(0.2, inplace=True), nn.Linear(128, 1)
        )
        self.trunk, self.judge = nn.Sequential(*trunk), convolutions.initialised(judge)

    def forward(self, pairs: Tensor) -> Tensor:
        """Map pairs (n, dimensions + latent) to logits (n, 1)."""
        images, codes = pairs[:, : self.shape.numel()], pairs[:, self.shape.numel() :]
        logits: Tensor = self.judge(torch.cat([self.trunk(images.reshape(len(pairs), *self.shape)), codes], dim=1))
        return logits


def _networks(task: Task, latent: int, width: int, norm: convolutions.Norm) -> tuple[nn.Module, nn.Module, nn.Module]:
    """Return generator, reconstructor and discriminator of pairs."""
    if task.images:
        convolutions.require_images(task, "veegan")
        return (
            convolutions.generator(task, latent, width),
            convolutions.discriminator(task, width, "layer", outputs=latent),
            ImagePairs(task, latent, width, norm),
        )
    generator, _ = perceptrons(task, latent, width)
    _, discriminator = perceptrons(task, latent, width, joined=latent)
    reconstructor = nn.Sequential(nn.Flatten(), two_hidden_layers(task.dimensions, max(1, width // 2), latent))
    return generator, reconstructor, discriminator


def _joined(samples: Tensor, codes: Tensor) -> Tensor:
    return torch.cat([samples.flatten(1), codes], dim=1)

"""The conditional GAN of Mirza and Osindero (2014): labels join the input of both players."""

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor, nn

from ganbench import Setting, Task, UnfitError
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench_models import convolutions
from ganbench_models.perceptrons import Latent, Width, default_sizes, perceptrons


class CGAN(AdversarialModel):
    """An embedded label beside the noise and beside the sample: on DCGAN's networks, or perceptrons on points.

    A label is one more channel of an image. The paper's networks for digits are perceptrons; on MNIST those gave
    one picture a class with 50 numbers for a label, and hardly minded it with 10, after four passes.
    """

    def __init__(
        self,
        task: Task,
        latent: Latent = None,
        width: Width = None,
        embedding: Annotated[
            int,
            Setting("numbers that stand for a label beside noise and points, of each player's own", at_least=1),
        ] = 10,
    ) -> None:
        latent, width = default_sizes(task, latent, width, images=(100, 64))
        if task.classes < 1:
            raise UnfitError("cgan needs data with classes")
        generator: nn.Module
        discriminator: nn.Module
        if task.images:
            convolutions.require_images(task, "cgan")
            channels, *size = task.shape
            generator = Labelled(convolutions.generator(task, latent + embedding, width), task, (embedding,))
            joined = replace(task, shape=(channels + 1, *size))
            discriminator = Labelled(convolutions.discriminator(joined, width), task, (1, *size))
        else:
            networks = perceptrons(task, latent, width, joined=embedding)
            generator, discriminator = (Labelled(network, task, (embedding,)) for network in networks)
        super().__init__(task, generator, discriminator, latent=latent, conditional=True)


class Labelled(nn.Module):
    """A network with an embedded label joined to its input, along the first dimension of a sample."""

    def __init__(self, network: nn.Module, task: Task, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.network, self.shape = network, shape
        self.embedding = nn.Embedding(task.classes, torch.Size(shape).numel())

    def forward(self, values: Tensor, labels: Tensor) -> Tensor:
        """Map values (n, …) and labels (n,) int64 to what the network makes of both."""
        embedded = self.embedding(labels).reshape(len(values), *self.shape)
        flat = values.flatten(1) if len(self.shape) == 1 else values
        mapped: Tensor = self.network(torch.cat([flat, embedded], dim=1))
        return mapped

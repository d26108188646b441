"""The conditional GAN of Mirza and Osindero (2014): labels join the input of both players."""

import torch
from torch import Tensor, nn

from ganbench.contracts import Task
from ganbench.errors import UnfitError
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.sizes import at_least_one
from ganbench_models.perceptrons import default_sizes, perceptrons


class CGAN(AdversarialModel):
    """Vanilla's perceptrons, with the label embedded and joined to noise and sample.

    latent: dimensions of the noise; 100 for images, the data's own for points, unless given.
    width: as vanilla has it. embedding: numbers that stand for a label, learnt by each player for itself.
    """

    def __init__(self, task: Task, latent: int | None = None, width: int | None = None, embedding: int = 10) -> None:
        latent, width = default_sizes(task, latent, width)
        at_least_one("cgan", latent=latent, width=width, embedding=embedding)
        if task.classes < 1:
            raise UnfitError("cgan needs data with classes")
        networks = perceptrons(task, latent, width, joined=embedding)
        generator, discriminator = (Labelled(network, task.classes, embedding) for network in networks)
        super().__init__(task, generator, discriminator, latent=latent, conditional=True)


class Labelled(nn.Module):
    """A network of flat values with an embedded label joined to them."""

    def __init__(self, network: nn.Module, classes: int, embedding: int) -> None:
        super().__init__()
        self.network = network
        self.embedding = nn.Embedding(classes, embedding)

    def forward(self, values: Tensor, labels: Tensor) -> Tensor:
        """Map values (n, …) and labels (n,) int64 to what the network makes of both."""
        mapped: Tensor = self.network(torch.cat([values.flatten(1), self.embedding(labels)], dim=1))
        return mapped

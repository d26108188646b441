"""A small plain GAN: two hidden layers on both sides and nothing else, to see what an objective alone does."""

from typing import Annotated

from torch import nn

from ganbench import Setting, Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench_models.perceptrons import two_hidden_layers


class MLPGAN(AdversarialModel):
    """Perceptrons with two hidden layers of ReLU units on both sides, without any normalisation.

    No paper's network: it has nothing that would hide what the objective does, and goes with every objective.
    """

    def __init__(
        self,
        task: Task,
        latent: Annotated[
            int | None, Setting("dimensions of the noise; 64 for images, the data's own for points", at_least=1)
        ] = None,
        width: Annotated[int, Setting("units of each hidden layer", at_least=1)] = 128,
    ) -> None:
        latent = latent or (64 if task.images else task.dimensions)
        body = two_hidden_layers(latent, width, task.dimensions)
        shaped: list[nn.Module] = [nn.Tanh()] if task.images else []
        shaped += [nn.Unflatten(1, task.shape)] if len(task.shape) > 1 else []
        discriminator = nn.Sequential(nn.Flatten(), two_hidden_layers(task.dimensions, width, 1))
        super().__init__(task, nn.Sequential(body, *shaped), discriminator, latent=latent, apart=True)

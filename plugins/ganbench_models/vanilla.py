"""The fully connected GAN of Goodfellow et al. (2014), and its usual form for mixtures in the plane."""

from typing import Annotated

from ganbench import Setting, Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench_models.perceptrons import Latent, default_sizes, perceptrons


class Vanilla(AdversarialModel):
    """Multilayer perceptrons on both sides.

    On images the generator's width doubles three times, with batch norm and ReLU, against two layers of leaky ReLU:
    the form in which it is usually implemented, while the paper has ReLU and sigmoid units in the generator, maxout
    with dropout in the discriminator, and momentum. On points they are VEEGAN's networks: four layers of one width
    with batch norm, against three of half as many maxout units, their weights drawn from N(0, 0.02).
    """

    def __init__(
        self,
        task: Task,
        latent: Latent = None,
        width: Annotated[
            int | None, Setting("units of the generator's first layer; 128 for images, 400 for points", at_least=1)
        ] = None,
    ) -> None:
        latent, width = default_sizes(task, latent, width)
        generator, discriminator = perceptrons(task, latent, width)
        super().__init__(task, generator, discriminator, latent=latent, apart=True)

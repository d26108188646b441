"""The fully connected GAN of Goodfellow et al. (2014), and its usual form for mixtures in the plane."""

from ganbench.contracts import Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.sizes import at_least_one
from ganbench_models.perceptrons import default_sizes, perceptrons


class Vanilla(AdversarialModel):
    """Multilayer perceptrons on both sides.

    latent: dimensions of the noise; 100 for images, the data's own for points, unless given.
    width: of the generator's first layer on images (128, doubled three times), of all of its four layers on
    points (400), with half as many maxout units in the discriminator.
    """

    def __init__(self, task: Task, latent: int | None = None, width: int | None = None) -> None:
        latent, width = default_sizes(task, latent, width)
        at_least_one("vanilla", latent=latent, width=width)
        generator, discriminator = perceptrons(task, latent, width)
        super().__init__(task, generator, discriminator, latent=latent)

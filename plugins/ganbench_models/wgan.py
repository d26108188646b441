"""The WGAN of Arjovsky et al. (2017): DCGAN's networks, or perceptrons on points, with a critic in place of a judge."""

from typing import ClassVar

from ganbench.contracts import Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.sizes import at_least_one
from ganbench_models import convolutions
from ganbench_models.perceptrons import default_sizes, perceptrons


class WGAN(AdversarialModel):
    """Batch norm stays in the critic, as in the paper; it has no sigmoid, as no discriminator here has.

    latent: dimensions of the noise; 100 for images, the data's own for points, unless given.
    width: channels next to the image (64), or units of a generator's layer on points (400).
    """

    name: ClassVar[str] = "wgan"
    norm: ClassVar[str] = "batch"  # of the critic on images

    def __init__(self, task: Task, latent: int | None = None, width: int | None = None) -> None:
        latent, width = default_sizes(task, latent, width, images=(100, 64))
        at_least_one(self.name, latent=latent, width=width)
        if task.images:
            convolutions.require_images(task, self.name)
            generator = convolutions.generator(task, latent, width)
            critic = convolutions.discriminator(task, width, self.norm)
        else:
            generator, critic = perceptrons(task, latent, width)
        super().__init__(task, generator, critic, latent=latent)

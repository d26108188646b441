"""The WGAN of Arjovsky et al. (2017): DCGAN's networks, or perceptrons on points, as a clipped critic has them."""

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

    def __init__(self, task: Task, latent: int | None = None, width: int | None = None) -> None:
        latent, width = default_sizes(task, latent, width, images=(100, 64))
        at_least_one("wgan", latent=latent, width=width)
        if task.images:
            convolutions.require_images(task, "wgan")
            generator = convolutions.generator(task, latent, width)
            critic = convolutions.discriminator(task, width, "batch")
        else:
            generator, critic = perceptrons(task, latent, width)
        super().__init__(task, generator, critic, latent=latent)

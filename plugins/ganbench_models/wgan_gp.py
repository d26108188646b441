"""The WGAN-GP of Gulrajani et al. (2017): a critic without batch norm, so that each sample's slope is its own."""

from ganbench.contracts import Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.sizes import at_least_one
from ganbench_models import convolutions
from ganbench_models.perceptrons import default_sizes, perceptrons


class WGANGP(AdversarialModel):
    """DCGAN's networks with layer norm in the critic, as section 4 recommends; perceptrons on points.

    latent: dimensions of the noise; 100 for images, the data's own for points, unless given.
    width: channels next to the image (64), or units of a generator's layer on points (400).
    """

    def __init__(self, task: Task, latent: int | None = None, width: int | None = None) -> None:
        latent, width = default_sizes(task, latent, width, images=(100, 64))
        at_least_one("wgan-gp", latent=latent, width=width)
        if task.images:
            convolutions.require_images(task, "wgan-gp")
            generator = convolutions.generator(task, latent, width)
            critic = convolutions.discriminator(task, width, "layer")
        else:
            generator, critic = perceptrons(task, latent, width)
        super().__init__(task, generator, critic, latent=latent)

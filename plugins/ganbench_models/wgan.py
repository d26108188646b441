"""The WGAN of Arjovsky et al. (2017): DCGAN's networks, or perceptrons on points, with a critic in place of a judge."""

from typing import ClassVar

from ganbench import Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench_models import convolutions
from ganbench_models.perceptrons import Latent, Width, default_sizes, perceptrons


class WGAN(AdversarialModel):
    """Batch norm stays in the critic, as in the paper; it has no sigmoid, as no discriminator here has."""

    name: ClassVar[str] = "wgan"
    norm: ClassVar[convolutions.Norm] = "batch"  # of the critic on images

    def __init__(
        self,
        task: Task,
        latent: Latent = None,
        width: Width = None,
    ) -> None:
        latent, width = default_sizes(task, latent, width, images=(100, 64))
        if task.images:
            convolutions.require_images(task, self.name)
            generator = convolutions.generator(task, latent, width)
            critic = convolutions.discriminator(task, width, self.norm)
        else:
            generator, critic = perceptrons(task, latent, width)
        super().__init__(task, generator, critic, latent=latent, apart=self.norm != "batch" or not task.images)

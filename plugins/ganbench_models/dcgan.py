"""The deep convolutional GAN of Radford et al. (2016), its depth taken from the size of the images."""

from ganbench.contracts import Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.sizes import at_least_one
from ganbench_models import convolutions


class DCGAN(AdversarialModel):
    """Strided convolutions down, transposed ones up; batch norm but at the image and in front of the logit.

    latent: dimensions of the noise. width: channels next to the image, doubled with each halving.
    norm: of the discriminator; batch as published, layer or none for losses that penalise gradients.
    """

    def __init__(self, task: Task, latent: int = 100, width: int = 64, norm: str = "batch") -> None:
        convolutions.require_images(task, "dcgan")
        at_least_one("dcgan", latent=latent, width=width)
        generator = convolutions.generator(task, latent, width)
        discriminator = convolutions.discriminator(task, width, norm)
        super().__init__(task, generator, discriminator, latent=latent)

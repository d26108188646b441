"""The deep convolutional GAN of Radford et al. (2016), its depth taken from the size of the images."""

from typing import Annotated

from ganbench import Setting, Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench_models import convolutions


class DCGAN(AdversarialModel):
    """Strided convolutions down, transposed ones up; batch norm but at the image and in front of the logit."""

    def __init__(
        self,
        task: Task,
        latent: Annotated[int, Setting("dimensions of the noise", at_least=1)] = 100,
        width: Annotated[int, Setting("channels next to the image, doubled with each halving", at_least=1)] = 64,
        norm: Annotated[
            convolutions.Norm,
            Setting("of the discriminator; batch as published, layer or none for losses that penalise gradients"),
        ] = "batch",
    ) -> None:
        convolutions.require_images(task, "dcgan")
        generator = convolutions.generator(task, latent, width)
        discriminator = convolutions.discriminator(task, width, norm)
        super().__init__(task, generator, discriminator, latent=latent)

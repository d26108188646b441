"""The deep convolutional GAN of Radford et al. (2016), its depth taken from the size of the images."""

from typing import Annotated

from ganbench import Setting, Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench_models import convolutions


class DCGAN(AdversarialModel):
    """Strided convolutions down, transposed ones up; batch norm but at the image and in front of the logit.

    At 64 pixels the generator begins with 512 maps of 4 x 4, as the authors' code does, where the paper's figure has
    1,024; other sizes have as many halvings as bring them to 7 pixels or fewer. Noise is standard normal, where the
    paper's is uniform in [-1, 1].
    """

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
        super().__init__(task, generator, discriminator, latent=latent, apart=norm != "batch")

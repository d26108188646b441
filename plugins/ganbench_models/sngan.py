"""The SNGAN of Miyato et al. (2018): spectral normalisation holds every layer of the discriminator Lipschitz."""

from typing import Annotated

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ganbench import Setting, Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench_models import convolutions
from ganbench_models.perceptrons import Width, default_sizes, perceptrons


class SNGAN(AdversarialModel):
    """The plain convolutional networks of the paper's table 3; perceptrons on points.

    For 32 x 32 they have the table's layers: 512 maps of 4 x 4, doubled three times down to 64 and mapped to the image
    by 3 x 3, against seven convolutions; other sizes take as many doublings as they have halvings. Weights are drawn
    as DCGAN's are, on which the paper is silent.
    """

    def __init__(
        self,
        task: Task,
        latent: Annotated[
            int | None, Setting("dimensions of the noise; 128 for images, the data's own for points", at_least=1)
        ] = None,
        width: Width = None,
    ) -> None:
        latent, width = default_sizes(task, latent, width, images=(128, 64))
        if task.images:
            convolutions.require_images(task, "sngan")
            generator, discriminator = _generator(task, latent, width), _discriminator(task, width)
        else:
            generator, discriminator = perceptrons(task, latent, width)
        super().__init__(task, generator, normalised(discriminator), latent=latent)


def normalised(network: nn.Module) -> nn.Module:
    """Divide every weight of a linear or convolutional layer by its largest singular value; return the network."""
    for layer in list(network.modules()):
        if isinstance(layer, nn.Conv2d | nn.Linear):
            spectral_norm(layer)
    return network


def _generator(task: Task, latent: int, width: int) -> nn.Module:
    """Noise to the smallest map, doubled by 4 x 4 to `width` maps of the image's size, and mapped to it by 3 x 3."""
    sizes = convolutions.halvings(task.shape[1:])
    before = width * 2 ** (len(sizes) - 1)
    height, breadth = sizes[-1]
    layers: list[nn.Module] = [nn.Linear(latent, before * height * breadth), nn.Unflatten(1, (before, height, breadth))]
    for size in reversed(sizes[:-1]):
        after = before // 2
        layers.append(nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False))
        if any(side % 2 for side in size):
            layers.append(convolutions.Crop(size))
        layers += [nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
        before = after
    layers += [nn.Conv2d(before, task.shape[0], 3, padding=1), nn.Tanh()]
    return convolutions.initialised(nn.Sequential(*layers))


def _discriminator(task: Task, width: int) -> nn.Module:
    """At each size a convolution of 3 x 3 and one of 4 x 4 that halves; LeakyReLU 0.1 and no other norm."""
    sizes = convolutions.halvings(task.shape[1:])
    layers: list[nn.Module] = []
    before = task.shape[0]
    for step, size in enumerate(sizes[:-1]):
        after = width * 2**step
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.LeakyReLU(0.1, inplace=True)]
        if any(side % 2 for side in size):
            layers.append(nn.ZeroPad2d((0, size[1] % 2, 0, size[0] % 2)))
        layers += [nn.Conv2d(after, after, 4, stride=2, padding=1), nn.LeakyReLU(0.1, inplace=True)]
        before = after
    deepest = width * 2 ** (len(sizes) - 1)
    layers += [nn.Conv2d(before, deepest, 3, padding=1), nn.LeakyReLU(0.1, inplace=True)]
    height, breadth = sizes[-1]
    layers += [nn.Flatten(), nn.Linear(deepest * height * breadth, 1)]
    return nn.Sequential(*layers)

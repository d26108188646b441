"""The deep convolutional GAN of Radford et al. (2016), its depth taken from the size of the images."""

from torch import Tensor, nn

from ganbench.contracts import Task
from ganbench.errors import BadOptionError, UnfitError
from ganbench.torchkit.adversarial import AdversarialModel

_SMALLEST = 8


class DCGAN(AdversarialModel):
    """Strided convolutions down, transposed ones up; batch norm but at the image and in front of the logit.

    Images are halved, rounding up, at least twice and to seven pixels or fewer: 28 → 14 → 7, 32 → 16 → 8 → 4.
    latent: dimensions of the noise. width: channels next to the image, doubled with each halving.
    """

    def __init__(self, task: Task, latent: int = 100, width: int = 64) -> None:
        if not task.images:
            raise UnfitError(f"dcgan makes images; this data has shape {task.shape}")
        if min(task.shape[1:]) < _SMALLEST:
            raise UnfitError(f"dcgan makes images of {_SMALLEST} pixels a side or more, not {task.shape[1:]}")
        if min(latent, width) < 1:
            raise BadOptionError(f"dcgan takes latent and width of 1 or more, not {latent} and {width}")
        sizes = halvings(task.shape[1:])
        generator = _generator(task.shape[0], sizes, latent, width)
        discriminator = _discriminator(task.shape[0], sizes, width)
        for network in (generator, discriminator):
            network.apply(_initialise)
        super().__init__(task, generator, discriminator, latent=latent)


def halvings(size: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the sizes from the image's down to the smallest map's, each half of the one before, rounded up."""
    sizes = [size]
    while max(sizes[-1]) > 7 or len(sizes) < 3:
        sizes.append(tuple(-(-side // 2) for side in sizes[-1]))
    return sizes


def _generator(channels: int, sizes: list[tuple[int, ...]], latent: int, width: int) -> nn.Module:
    # noise to the smallest map
    deepest = width * 2 ** (len(sizes) - 2)
    height, breadth = sizes[-1]
    layers: list[nn.Module] = [
        nn.Linear(latent, deepest * height * breadth, bias=False),
        nn.Unflatten(1, (deepest, height, breadth)),
        nn.BatchNorm2d(deepest),
        nn.ReLU(inplace=True),
    ]

    # doubling up to the image; an odd size loses the row too many
    up = list(reversed(sizes[:-1]))
    for step, size in enumerate(up):
        before = deepest // 2**step
        last = step == len(up) - 1
        after = channels if last else before // 2
        layers.append(nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=last))
        if any(side % 2 for side in size):
            layers.append(_Crop(size))
        layers += [nn.Tanh()] if last else [nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


def _discriminator(channels: int, sizes: list[tuple[int, ...]], width: int) -> nn.Module:
    layers: list[nn.Module] = []
    for step, size in enumerate(sizes[:-1]):
        before, after = channels if step == 0 else width * 2 ** (step - 1), width * 2**step
        if any(side % 2 for side in size):
            layers.append(nn.ZeroPad2d((0, size[1] % 2, 0, size[0] % 2)))
        layers.append(nn.Conv2d(before, after, 4, stride=2, padding=1, bias=step == 0))
        layers += [] if step == 0 else [nn.BatchNorm2d(after)]
        layers.append(nn.LeakyReLU(0.2, inplace=True))
    height, breadth = sizes[-1]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(width * 2 ** (len(sizes) - 2) * height * breadth, 1))


def _initialise(layer: nn.Module) -> None:
    """Draw weights from N(0, 0.02), and batch norm's scales from N(1, 0.02), as the paper's code does."""
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.normal_(layer.weight, std=0.02)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, mean=1.0, std=0.02)


class _Crop(nn.Module):
    """Keeps the first rows and columns."""

    def __init__(self, size: tuple[int, ...]) -> None:
        super().__init__()
        self.height, self.width = size

    def forward(self, images: Tensor) -> Tensor:
        return images[:, :, : self.height, : self.width]

"""The residual GAN for 32 x 32 images of Gulrajani et al. (2017), with Miyato et al.'s (2018) spectral norm."""

from collections.abc import Callable
from typing import Annotated

from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from ganbench import Setting, Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench_models.convolutions import Size, halvings, require_images
from ganbench_models.sngan import normalised


class ResNetGAN(AdversarialModel):
    """Residual blocks of two convolutions, up in the generator, down in the discriminator.

    For 32 x 32 these are the published networks: from 4 x 4 in three blocks; down in two, and two more. Other
    sizes take as many blocks up as they have halvings. The learning rate stays what it is, where both papers bring it
    down to nothing over 100,000 updates: what is compared here ends at any budget.
    """

    def __init__(
        self,
        task: Task,
        latent: Annotated[int, Setting("dimensions of the noise", at_least=1)] = 128,
        width: Annotated[
            int, Setting("channels of every block of the discriminator, half of the generator's", at_least=1)
        ] = 128,
    ) -> None:
        require_images(task, "resnet-gan")
        generator = _generator(task, latent, 2 * width)
        super().__init__(task, generator, normalised(discriminator(task, width)), latent=latent)


class Up(nn.Module):
    """Batch norm, ReLU, doubling to a size, two convolutions; beside them one of 1 x 1.

    norm: makes what normalises so many channels, by the labels where it takes them.
    """

    def __init__(self, channels: int, size: Size, norm: Callable[[int], nn.Module] = nn.BatchNorm2d) -> None:
        super().__init__()
        self.height, self.width = size
        self.norms = nn.ModuleList(norm(channels) for _ in range(2))
        self.first, self.second = (convolution(channels, channels, 3) for _ in range(2))
        self.beside = convolution(channels, channels, 1)

    def forward(self, maps: Tensor, *labels: Tensor) -> Tensor:
        """Map (n, channels, …) to (n, channels, height, width)."""
        inner = self.first(self._double(self.norms[0](maps, *labels).relu()))
        inner = self.second(self.norms[1](inner, *labels).relu())
        summed: Tensor = inner + self.beside(self._double(maps))
        return summed

    def _double(self, maps: Tensor) -> Tensor:
        return interpolate(maps, scale_factor=2, mode="nearest")[:, :, : self.height, : self.width]


class Down(nn.Module):
    """ReLU and convolution twice, then halving by the mean; beside them a convolution of 1 x 1.

    first: whether its input is the image, which ReLU would spoil. halve: whether maps are halved, rounding up.
    """

    def __init__(self, before: int, after: int, *, halve: bool, first: bool = False) -> None:
        super().__init__()
        self.halve, self.is_first = halve, first
        self.first, self.second = convolution(before, after, 3), convolution(after, after, 3)
        self.beside = convolution(before, after, 1) if halve or before != after else nn.Identity()

    def forward(self, maps: Tensor) -> Tensor:
        """Map (n, before, height, width) to (n, after, …)."""
        inner = self.first(maps if self.is_first else maps.relu()).relu()
        summed: Tensor = self.second(inner) + self.beside(maps)
        if self.halve:
            return avg_pool2d(summed, 2, ceil_mode=True, count_include_pad=False)
        return summed


class Sum(nn.Module):
    """The sum over height and width."""

    def forward(self, maps: Tensor) -> Tensor:
        """Map (n, channels, height, width) to (n, channels)."""
        return maps.sum(dim=(2, 3))


def _generator(task: Task, latent: int, width: int) -> nn.Module:
    sizes = halvings(task.shape[1:])
    height, breadth = sizes[-1]
    return nn.Sequential(
        nn.Linear(latent, width * height * breadth),
        nn.Unflatten(1, (width, height, breadth)),
        *(Up(width, size) for size in reversed(sizes[:-1])),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
        convolution(width, task.shape[0], 3),
        nn.Tanh(),
    )


def discriminator(task: Task, width: int) -> nn.Module:
    """Return blocks that halve twice and two that do not, of images to logits (n, 1); not normalised."""
    return nn.Sequential(
        Down(task.shape[0], width, halve=True, first=True),
        Down(width, width, halve=True),
        Down(width, width, halve=False),
        Down(width, width, halve=False),
        nn.ReLU(),
        Sum(),
        nn.Linear(width, 1),
    )


def convolution(before: int, after: int, size: int) -> nn.Module:
    """Return a convolution that keeps the size, its weights drawn as the papers' code draws them."""
    layer = nn.Conv2d(before, after, size, padding=size // 2)
    nn.init.xavier_uniform_(layer.weight, gain=2**0.5 if size > 1 else 1.0)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer

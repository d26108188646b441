"""Fully connected pairs of networks, for images as vanilla GANs have them and for points as VEEGAN has."""

from itertools import pairwise
from typing import Annotated

from torch import Tensor, nn

from ganbench import Setting, Task

# what models of images and of points take alike; default_sizes has the numbers
Latent = Annotated[
    int | None, Setting("dimensions of the noise; 100 for images, the data's own for points", at_least=1)
]
Width = Annotated[
    int | None, Setting("channels next to the image, 64, or units of a generator's layer on points, 400", at_least=1)
]


def perceptrons(task: Task, latent: int, width: int, joined: int = 0) -> tuple[nn.Module, nn.Module]:
    """Return a generator of noise (n, latent) and a discriminator of samples, for the task's shape.

    width: of the generator's first layer on images, of all of its layers on points. joined: how many numbers,
    such as an embedded label, stand beside the noise and beside the flattened sample.
    """
    pair = _image_networks if task.images else _point_networks
    return pair(task, latent + joined, task.dimensions + joined, width)


def default_sizes(
    task: Task, latent: int | None, width: int | None, images: tuple[int, int] = (100, 128)
) -> tuple[int, int]:
    """Return latent and width as given, else those for images, else the data's dimensions and 400 for points."""
    usual = images if task.images else (task.dimensions, 400)
    return usual[0] if latent is None else latent, usual[1] if width is None else width


def for_waveforms(
    task: Task, generator: nn.Sequential, discriminator: nn.Sequential
) -> tuple[nn.Sequential, nn.Sequential]:
    """Return networks of flat samples as they are, or for waveforms (n, channels, length) if the task is of these."""
    if not task.waveforms:
        return generator, discriminator
    return nn.Sequential(*generator, nn.Unflatten(1, task.shape)), nn.Sequential(nn.Flatten(), *discriminator)


def two_hidden_layers(inputs: int, width: int, outputs: int) -> nn.Module:
    """Return a plain perceptron with ReLU, as the coders of autoencoders are."""
    return nn.Sequential(
        nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs)
    )


def _image_networks(task: Task, noise: int, inputs: int, width: int) -> tuple[nn.Module, nn.Module]:
    """Linear, batch norm, ReLU to 8 x width and the pixels; against 4 x width, 2 x width, 1 with LeakyReLU."""
    widths = [noise, width, 2 * width, 4 * width, 8 * width]
    pixels = nn.Linear(widths[-1], task.dimensions)
    generator = nn.Sequential(*_blocks(widths), pixels, nn.Tanh(), nn.Unflatten(1, task.shape))
    discriminator = nn.Sequential(
        nn.Flatten(),
        nn.Linear(inputs, 4 * width),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Linear(4 * width, 2 * width),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Linear(2 * width, 1),
    )
    return generator, discriminator


def _point_networks(task: Task, noise: int, inputs: int, width: int) -> tuple[nn.Module, nn.Module]:
    """VEEGAN's (2017): four layers with batch norm, and three of half as many maxout units with five pieces."""
    generator = nn.Sequential(*_blocks([noise] + [width] * 4), nn.Linear(width, task.dimensions))
    units = max(1, width // 2)
    judges = [Maxout(before, after) for before, after in pairwise([inputs, units, units, units])]
    discriminator = nn.Sequential(*judges, nn.Linear(units, 1))
    for layer in (*generator.modules(), *discriminator.modules()):
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return for_waveforms(task, generator, discriminator)


def _blocks(widths: list[int]) -> list[nn.Module]:
    return [
        layer
        for before, after in pairwise(widths)
        for layer in (nn.Linear(before, after, bias=False), nn.BatchNorm1d(after), nn.ReLU(inplace=True))
    ]


class Maxout(nn.Module):
    """The largest of several linear maps, unit by unit (Goodfellow et al. 2013)."""

    def __init__(self, inputs: int, outputs: int, pieces: int = 5) -> None:
        super().__init__()
        self.pieces = pieces
        self.linear = nn.Linear(inputs, outputs * pieces)

    def forward(self, values: Tensor) -> Tensor:
        """Map (n, inputs) to (n, outputs)."""
        mapped = self.linear(values).reshape(len(values), self.pieces, -1)  # pieces first: a third faster
        largest: Tensor = mapped.max(dim=1).values
        return largest

"""The fully connected GAN of Goodfellow et al. (2014), and its usual form for mixtures in the plane."""

from itertools import pairwise

from torch import Tensor, nn

from ganbench.contracts import Task
from ganbench.errors import BadOptionError
from ganbench.torchkit.adversarial import AdversarialModel


class Vanilla(AdversarialModel):
    """Multilayer perceptrons on both sides.

    latent: dimensions of the noise; 100 for images, the data's own for points, unless given.
    width: of the generator's first layer on images (128, doubled three times), of all of its four layers on
    points (400), with half as many maxout units in the discriminator.
    """

    def __init__(self, task: Task, latent: int | None = None, width: int | None = None) -> None:
        if latent is None:
            latent = 100 if task.images else task.dimensions
        if width is None:
            width = 128 if task.images else 400
        if min(latent, width) < 1:
            raise BadOptionError(f"vanilla takes latent and width of 1 or more, not {latent} and {width}")
        pair = image_networks if task.images else point_networks
        generator, discriminator = pair(task, latent, width)
        super().__init__(task, generator, discriminator, latent=latent)


def image_networks(task: Task, latent: int, width: int) -> tuple[nn.Module, nn.Module]:
    """Return the pair for images: linear, batch norm, ReLU to 1,024 wide; and 512-256-1 with LeakyReLU."""
    widths = [latent, width, 2 * width, 4 * width, 8 * width]
    blocks = [
        layer
        for before, after in pairwise(widths)
        for layer in (nn.Linear(before, after, bias=False), nn.BatchNorm1d(after), nn.ReLU(inplace=True))
    ]
    pixels = nn.Linear(widths[-1], task.dimensions)
    generator = nn.Sequential(*blocks, pixels, nn.Tanh(), nn.Unflatten(1, task.shape))
    discriminator = nn.Sequential(
        nn.Flatten(),
        nn.Linear(task.dimensions, 4 * width),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Linear(4 * width, 2 * width),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Linear(2 * width, 1),
    )
    return generator, discriminator


def point_networks(task: Task, latent: int, width: int) -> tuple[nn.Module, nn.Module]:
    """Return the pair for points, as VEEGAN (2017) has it: 4 x 400 with batch norm, and 3 x 200 maxout of 5."""
    widths = [latent] + [width] * 4
    blocks = [
        layer
        for before, after in pairwise(widths)
        for layer in (nn.Linear(before, after, bias=False), nn.BatchNorm1d(after), nn.ReLU(inplace=True))
    ]
    generator = nn.Sequential(*blocks, nn.Linear(width, task.dimensions))
    units = max(1, width // 2)
    judges = [Maxout(before, after) for before, after in pairwise([task.dimensions, units, units, units])]
    discriminator = nn.Sequential(*judges, nn.Linear(units, 1))
    for layer in (*generator.modules(), *discriminator.modules()):
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return generator, discriminator


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

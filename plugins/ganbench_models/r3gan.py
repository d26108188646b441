"""R3GAN of Huang et al. (2024) in small: a residual backbone without any normalisation."""

import math
from typing import Annotated, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, leaky_relu

from ganbench import Setting, Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench_models.convolutions import Size, halvings, require_images
from ganbench_models.perceptrons import for_waveforms

_EXPANSION = 2
_GROUP = 16  # channels of a grouped convolution
_SLOPE = 0.2
_GAIN = math.sqrt(2 / (1 + _SLOPE**2))  # of a leaky ReLU: what keeps the variance through it (He et al. 2015)

_Layer = TypeVar("_Layer", nn.Conv2d, nn.Linear)


class R3GAN(AdversarialModel):
    """Inverted bottlenecks with grouped convolutions, scaled at the start so that none needs normalising.

    Weights begin as published: each layer in front of an activation with the gain of a leaky ReLU, 1.387, the first two
    of a block damped by their number, its last at nothing. In small: one block at each size and no more than 32
    channels next to the image, where the paper has two and 768 at each; sizes go by nearest neighbours up and by means
    down, where it interpolates bilinearly; activations have no bias of their own apart from their layer's; learning
    rate, penalty and average stay constant, where it anneals them. On points the blocks are fully connected, twice as
    many.
    """

    def __init__(
        self,
        task: Task,
        latent: Annotated[int, Setting("dimensions of the noise; 64 as published", at_least=1)] = 64,
        width: Annotated[
            int,
            Setting(
                "channels next to the image, doubled with each halving; four times as many units on points", at_least=1
            ),
        ] = 32,
        blocks: Annotated[int, Setting("residual blocks at each size", at_least=1)] = 1,
    ) -> None:
        if task.images:
            require_images(task, "r3gan")
            generator, discriminator = _image_networks(task, latent, width, blocks)
        else:
            generator, discriminator = _point_networks(task, latent, 4 * width, 2 * blocks)
        super().__init__(task, generator, discriminator, latent=latent)


class Residual(nn.Module):
    """x + narrow(act(middle(act(widen(x))))): Fixup's start (Zhang et al. 2019), with depth blocks in all."""

    def __init__(self, channels: int, depth: int, *, image: bool) -> None:
        super().__init__()
        inner = _EXPANSION * channels
        make = _convolution if image else _linear
        self.widen = make(channels, inner)
        groups = inner // _GROUP if inner % _GROUP == 0 else 1
        self.middle = _convolution(inner, inner, 3, groups) if image else _linear(inner, inner)
        self.narrow = make(inner, channels)

        # two layers share the damping, the last begins at nothing
        with torch.no_grad():
            for layer in (self.widen, self.middle):
                layer.weight.mul_(_GAIN * depth**-0.25)
            self.narrow.weight.zero_()

    def forward(self, values: Tensor) -> Tensor:
        """Map (n, channels, …) to the same shape."""
        inner = leaky_relu(self.middle(leaky_relu(self.widen(values), _SLOPE)), _SLOPE)
        summed: Tensor = values + self.narrow(inner)
        return summed


class Double(nn.Module):
    """Nearest neighbours up to a size."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.height, self.width = size

    def forward(self, maps: Tensor) -> Tensor:
        """Map (n, channels, …) to (n, channels, height, width)."""
        return interpolate(maps, scale_factor=2, mode="nearest")[:, :, : self.height, : self.width]


class Halve(nn.Module):
    """Means of 2 x 2, rounding up."""

    def forward(self, maps: Tensor) -> Tensor:
        """Map (n, channels, height, width) to half of both."""
        return avg_pool2d(maps, 2, ceil_mode=True, count_include_pad=False)


class Modulate(nn.Module):
    """A learnt map whose channels the noise scales; the generator begins with it."""

    def __init__(self, latent: int, channels: int, size: Size) -> None:
        super().__init__()
        self.map = nn.Parameter(torch.randn(channels, *size))
        self.scale = _linear(latent, channels)

    def forward(self, noise: Tensor) -> Tensor:
        """Map (n, latent) to (n, channels, height, width)."""
        scaled: Tensor = self.map * self.scale(noise)[:, :, None, None]
        return scaled


def _image_networks(task: Task, latent: int, width: int, blocks: int) -> tuple[nn.Module, nn.Module]:
    sizes = halvings(task.shape[1:])
    channels = [width * 2**step for step in range(len(sizes))]
    depth = blocks * len(sizes)

    # from the smallest map up, and from the image down, through the same sizes
    up: list[nn.Module] = [Modulate(latent, channels[-1], sizes[-1])]
    down: list[nn.Module] = [_convolution(task.shape[0], channels[0])]
    for step in range(len(sizes)):
        down += [Residual(channels[step], depth, image=True) for _ in range(blocks)]
        if step < len(sizes) - 1:
            down += [_convolution(channels[step], channels[step + 1]), Halve()]
        back = len(sizes) - 1 - step
        up += [Residual(channels[back], depth, image=True) for _ in range(blocks)]
        if back:
            up += [_convolution(channels[back], channels[back - 1]), Double(sizes[back - 1])]
    up.append(_convolution(channels[0], task.shape[0]))

    # each channel of the last map is weighed by a filter of the map's size
    height, breadth = sizes[-1]
    judge = nn.Conv2d(channels[-1], channels[-1], (height, breadth), groups=channels[-1], bias=False)
    nn.init.normal_(judge.weight, std=1 / math.sqrt(height * breadth))
    return nn.Sequential(*up), nn.Sequential(*down, judge, nn.Flatten(), _linear(channels[-1], 1))


def _point_networks(task: Task, latent: int, width: int, blocks: int) -> tuple[nn.Module, nn.Module]:
    def stack(before: int, after: int) -> nn.Sequential:
        middle = [Residual(width, blocks, image=False) for _ in range(blocks)]
        return nn.Sequential(_linear(before, width), *middle, _linear(width, after))

    return for_waveforms(task, stack(latent, task.dimensions), stack(task.dimensions, 1))


def _convolution(before: int, after: int, size: int = 1, groups: int = 1) -> nn.Conv2d:
    layer = nn.Conv2d(before, after, size, padding=size // 2, groups=groups)
    return _scaled(layer, before // groups * size**2)


def _linear(before: int, after: int) -> nn.Linear:
    return _scaled(nn.Linear(before, after), before)


def _scaled(layer: _Layer, inputs: int) -> _Layer:
    nn.init.normal_(layer.weight, std=1 / math.sqrt(inputs))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer

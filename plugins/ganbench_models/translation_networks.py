"""Networks from pictures to pictures, and judges of patches, their depth taken from the pictures' size."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from ganbench import Task
from ganbench_models.convolutions import Crop, Size


def residual_generator(channels: tuple[int, int], size: Size, width: int, blocks: int | None = None) -> nn.Module:
    """Return Johnson et al.'s (2016) network as CycleGAN has it, (n, before, …) to (n, after, …), with tanh.

    channels: before and after. Pictures are halved twice from 64 pixels a side on, and once below. blocks: residual
    ones at the smallest size; the published 9 from 256 pixels on, 6 from 128, and 3 below. Every convolution but the
    last is instance normalised.
    """
    side = min(size)
    down = 2 if side >= 64 else 1
    blocks = (9 if side >= 256 else 6 if side >= 128 else 3) if blocks is None else blocks
    widths = [width * 2**step for step in range(down + 1)]
    layers: list[nn.Module] = [nn.ReflectionPad2d(3), nn.Conv2d(channels[0], width, 7), *_normed(width)]
    for before, after in pairwise(widths):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), *_normed(after)]
    layers += [Residual(widths[-1]) for _ in range(blocks)]
    for before, after in pairwise(reversed(widths)):
        up = nn.ConvTranspose2d(before, after, 3, stride=2, padding=1, output_padding=1)
        layers += [up, *_normed(after)]
    layers += [Crop(size), nn.ReflectionPad2d(3), nn.Conv2d(width, channels[1], 7), nn.Tanh()]
    return nn.Sequential(*layers)


class Residual(nn.Module):
    """Two convolutions of 3 x 3 with reflection padding and instance norm, onto what came in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        first = [nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), *_normed(width)]
        self.layers = nn.Sequential(*first, nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width))

    def forward(self, maps: Tensor) -> Tensor:
        """Map (n, width, …) to the same."""
        summed: Tensor = maps + self.layers(maps)
        return summed


def patch_discriminator(channels: int, task: Task, width: int) -> nn.Module:
    """Return a judge of overlapping patches, (n, channels, height, width) to logits (n, 1, …), LeakyReLU 0.2.

    Patches are the published 70 x 70 from 128 pixels a side on, 34 x 34 from 64, and 16 x 16 below: with three, two
    and one halvings. Every convolution but the first and the last is instance normalised.
    """
    side = min(task.shape[1:])
    halvings = 3 if side >= 128 else 2 if side >= 64 else 1
    widths = [width * 2**step for step in range(halvings + 1)]
    layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2, inplace=True)]
    for step, (before, after) in enumerate(pairwise(widths), start=2):
        stride = 2 if step <= halvings else 1
        layers += [nn.Conv2d(before, after, 4, stride=stride, padding=1), nn.InstanceNorm2d(after)]
        layers.append(nn.LeakyReLU(0.2, inplace=True))
    return nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, padding=1))


class UNet(nn.Module):
    """pix2pix's network: halvings down to a pixel or two a side, and doublings up with the maps of the way down beside.

    channels: before and after. width: channels after the first halving, doubled with each of the next three. Instance
    norm but at the picture and at the smallest map; dropout of one half in the deepest doublings, three of the
    published eight, at all times.
    """

    def __init__(self, channels: tuple[int, int], size: Size, width: int) -> None:
        super().__init__()
        depth = max(2, min(8, min(size).bit_length() - 1))
        widths = [width * min(8, 2**step) for step in range(depth)]
        sizes = [size]
        for _ in range(depth):
            sizes.append(tuple(-(-side // 2) for side in sizes[-1]))
        self.down = nn.ModuleList(
            _halving(before, after, around, first=step == 0, last=step == depth - 1)
            for step, ((before, after), around) in enumerate(zip(pairwise([channels[0], *widths]), sizes, strict=False))
        )
        self.dropouts = [Dropout() for _ in range(max(1, min(3, depth - 5)))]
        inner = [(2 * before, after) for before, after in pairwise(reversed(widths))]
        inner[0] = (widths[-1], inner[0][1])
        self.up = nn.ModuleList(
            nn.Sequential(
                nn.ReLU(),
                nn.ConvTranspose2d(before, after, 4, stride=2, padding=1),
                nn.InstanceNorm2d(after),
                *self.dropouts[step : step + 1],
                Crop(around),
            )
            for step, ((before, after), around) in enumerate(zip(inner, reversed(sizes[1:-1]), strict=True))
        )
        last = nn.ConvTranspose2d(2 * width, channels[1], 4, stride=2, padding=1)
        self.last = nn.Sequential(nn.ReLU(), last, nn.Tanh(), Crop(size))

    def forward(self, pictures: Tensor) -> Tensor:
        """Map (n, before, height, width) to (n, after, height, width) in [-1, 1]."""
        maps, kept = pictures, []
        for layer in self.down:
            maps = layer(maps)
            kept.append(maps)
        maps = kept.pop()
        for layer in self.up:
            maps = torch.cat([layer(maps), kept.pop()], dim=1)
        out: Tensor = self.last(maps)
        return out

    def draw_from(self, generator: torch.Generator) -> None:
        """Let dropout draw from this generator from now on."""
        for layer in self.dropouts:
            layer.random = generator


class Dropout(nn.Module):
    """Sets half of the numbers to 0 and doubles the others, in training and after it: the noise of pix2pix."""

    random: torch.Generator | None = None

    def forward(self, maps: Tensor) -> Tensor:
        """Map (n, channels, …) to the same."""
        kept = torch.rand(maps.shape, generator=self.random, device=maps.device) < 0.5
        return maps * kept * 2


def _halving(before: int, after: int, size: Size, *, first: bool, last: bool) -> nn.Module:
    layers: list[nn.Module] = [] if first else [nn.LeakyReLU(0.2)]
    if any(side % 2 for side in size):
        layers.append(nn.ZeroPad2d((0, size[1] % 2, 0, size[0] % 2)))
    layers.append(nn.Conv2d(before, after, 4, stride=2, padding=1))
    return nn.Sequential(*layers, *([] if first or last else [nn.InstanceNorm2d(after)]))


def _normed(width: int) -> tuple[nn.Module, nn.Module]:
    return nn.InstanceNorm2d(width), nn.ReLU(inplace=True)

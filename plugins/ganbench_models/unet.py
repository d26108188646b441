"""Networks that see a sample and a time: a small U-Net for images, a perceptron for points and waveforms."""

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, scaled_dot_product_attention

from ganbench import Task, UnfitError
from ganbench_models.convolutions import Size, halvings, require_images

_LARGEST = 64  # pixels a side: attention and memory are meant for small images
_GROUPS = 8


def timed_network(task: Task, width: int, model: str) -> nn.Module:
    """Return a network of samples (n, *shape) and times (n,) in [0, 1] to (n, *shape).

    width: channels next to the image, or an eighth of the units of each hidden layer. Raises UnfitError for images
    of fewer than 8 or more than 64 pixels a side.
    """
    if not task.images:
        return Perceptron(task.dimensions, 8 * width)
    require_images(task, model)
    if max(task.shape[1:]) > _LARGEST:
        raise UnfitError(f"{model} makes images of {_LARGEST} pixels a side or fewer, not {task.shape[1:]}")
    return UNet(task.shape[0], halvings(task.shape[1:]), width)


def time_features(times: Tensor, width: int) -> Tensor:
    """Return sines and cosines (n, width) of times (n,) in [0, 1], at frequencies from 1,000 down to 0.1."""
    rates = 1_000 * torch.exp(-math.log(10_000) * torch.arange(width // 2, device=times.device) / (width // 2))
    angles = times.float()[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Perceptron(nn.Module):
    """Three hidden layers; the time is added to each of them."""

    def __init__(self, dimensions: int, width: int) -> None:
        super().__init__()
        self.width = width
        self.first = nn.Linear(dimensions, width)
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(2))
        self.times = nn.ModuleList(nn.Linear(width, width) for _ in range(3))
        self.last = nn.Linear(width, dimensions)

    def forward(self, samples: Tensor, times: Tensor) -> Tensor:
        """Map (n, *shape) at times (n,) to (n, *shape)."""
        known = time_features(times, self.width)
        hidden = nn.functional.silu(self.first(samples.flatten(1)) + self.times[0](known))
        for layer, time in zip(self.layers, list(self.times)[1:], strict=True):
            hidden = nn.functional.silu(layer(hidden) + time(known))
        out: Tensor = self.last(hidden).reshape(samples.shape)
        return out


class UNet(nn.Module):
    """Two residual blocks at each size on the way down and on the way up, attention at the smallest.

    sizes: from the image's down, each about half of the one before. Channels double after the first halving.
    """

    def __init__(self, channels: int, sizes: list[Size], width: int) -> None:
        super().__init__()
        self.sizes, self.width = sizes, width
        depths = [width] + [2 * width] * (len(sizes) - 1)
        timed = 4 * width
        self.time = nn.Sequential(nn.Linear(timed, timed), nn.SiLU(), nn.Linear(timed, timed), nn.SiLU())
        self.first = nn.Conv2d(channels, width, 3, padding=1)
        self.down = nn.ModuleList(Block(before, after, timed) for before, after in pairwise([width, *depths]))
        self.halve = nn.ModuleList(nn.Conv2d(depth, depth, 3, stride=2, padding=1) for depth in depths[:-1])
        self.middle = nn.ModuleList([Block(depths[-1], depths[-1], timed) for _ in range(2)])
        self.attention = Attention(depths[-1])
        rising = list(reversed(depths))
        self.up = nn.ModuleList(
            Block(before + beside, beside, timed) for before, beside in zip([rising[0], *rising], rising, strict=False)
        )
        self.last = nn.Sequential(_norm(width), nn.SiLU(), nn.Conv2d(width, channels, 3, padding=1))
        nn.init.zeros_(self.last[-1].weight)  # type: ignore[arg-type]

    def forward(self, images: Tensor, times: Tensor) -> Tensor:
        """Map (n, channels, height, width) at times (n,) to the same shape."""
        known = self.time(time_features(times, 4 * self.width))
        maps, kept = self.first(images), []
        for index, block in enumerate(self.down):
            maps = block(maps, known)
            kept.append(maps)
            if index < len(self.halve):
                maps = self.halve[index](maps)
        maps = self.middle[1](self.attention(self.middle[0](maps, known)), known)
        for block, beside, size in zip(self.up, reversed(kept), reversed(self.sizes), strict=True):
            if maps.shape[-2:] != size:
                maps = interpolate(maps, size=size, mode="nearest")
            maps = block(torch.cat([maps, beside], dim=1), known)
        out: Tensor = self.last(maps)
        return out


class Block(nn.Module):
    """Two convolutions with group norm, the time added between them, onto what came in."""

    def __init__(self, before: int, after: int, timed: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList([_norm(before), _norm(after)])
        self.convolutions = nn.ModuleList(nn.Conv2d(depth, after, 3, padding=1) for depth in (before, after))
        self.time = nn.Linear(timed, after)
        self.short = nn.Conv2d(before, after, 1) if before != after else nn.Identity()
        nn.init.zeros_(self.convolutions[1].weight)  # type: ignore[arg-type]

    def forward(self, maps: Tensor, known: Tensor) -> Tensor:
        """Map (n, before, height, width) to (n, after, height, width)."""
        hidden = self.convolutions[0](nn.functional.silu(self.norms[0](maps)))
        hidden = hidden + self.time(known)[:, :, None, None]
        hidden = self.convolutions[1](nn.functional.silu(self.norms[1](hidden)))
        out: Tensor = self.short(maps) + hidden
        return out


class Attention(nn.Module):
    """Every place of a map looks at every other one, by one head."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.norm = _norm(depth)
        self.heads = nn.Conv2d(depth, 3 * depth, 1)
        self.out = nn.Conv2d(depth, depth, 1)
        nn.init.zeros_(self.out.weight)

    def forward(self, maps: Tensor) -> Tensor:
        """Map (n, depth, height, width) to the same."""
        queries, keys, values = self.heads(self.norm(maps)).flatten(2).transpose(1, 2).chunk(3, dim=-1)
        attended = scaled_dot_product_attention(queries, keys, values)
        out: Tensor = maps + self.out(attended.transpose(1, 2).reshape(maps.shape))
        return out


def _norm(depth: int) -> nn.GroupNorm:
    return nn.GroupNorm(math.gcd(_GROUPS, depth), depth)

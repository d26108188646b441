"""Affine couplings (Dinh et al. 2017): maps that are inverted as easily as they are applied, and their layout."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle
from torch.nn.utils.parametrizations import weight_norm

from ganbench import Task


class Coupling(nn.Module):
    """Numbers outside the mask are scaled and shifted by what a network makes of those inside.

    mask: broadcast over (n, …), 1 for what stays. network: maps (n, channels, …) to twice as many channels.
    """

    mask: Tensor

    def __init__(self, mask: Tensor, network: nn.Module) -> None:
        super().__init__()
        self.register_buffer("mask", mask, persistent=False)
        self.network = network
        self.size = nn.Parameter(torch.ones(()))  # of the log-scale, which tanh bounds

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return the moved values (n, …), and the log-determinant of the map, (n,)."""
        scale, shift = self._affine(values)
        return values * scale.exp() + shift, scale.flatten(1).sum(dim=1)

    def inverse(self, values: Tensor) -> Tensor:
        """Return what forward moved to these values."""
        scale, shift = self._affine(values)
        return (values - shift) * (-scale).exp()

    def _affine(self, values: Tensor) -> tuple[Tensor, Tensor]:
        scale, shift = self.network(values * self.mask).float().chunk(2, dim=1)
        moved = 1 - self.mask
        return scale.tanh() * self.size * moved, shift * moved


class Affine(nn.Module):
    """A learnt scale and shift of every number."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(dimensions))
        self.shift = nn.Parameter(torch.zeros(dimensions))

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Return the moved values (n, dimensions), and the log-determinant of the map, (n,)."""
        return values * self.scale.exp() + self.shift, self.scale.sum().expand(len(values))

    def inverse(self, values: Tensor) -> Tensor:
        """Return what forward moved to these values."""
        return (values - self.shift) * (-self.scale).exp()


class Scale(nn.Module):
    """Couplings at one size of images; what they are followed by squeezes, couples by channel, and sets half aside.

    squeezed: the couplings after the squeeze; none at the last size.
    """

    def __init__(self, couplings: list[Coupling], squeezed: list[Coupling]) -> None:
        super().__init__()
        self.couplings, self.squeezed = nn.ModuleList(couplings), nn.ModuleList(squeezed)


class Flow(nn.Module):
    """Samples to codes (n, dimensions) and back."""

    def __init__(self, shape: tuple[int, ...], scales: list[Scale], first: Affine | None = None) -> None:
        super().__init__()
        self.shape, self.first, self.scales = shape, first, nn.ModuleList(scales)

    def forward(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """Return the codes (n, dimensions) of samples (n, *shape), and the log-determinant, (n,)."""
        values, codes = samples if self.first is None else samples.flatten(1), []
        total = samples.new_zeros(len(samples))
        steps: list[nn.Module] = [] if self.first is None else [self.first]
        for scale in self._scales():
            values, total = _through([*steps, *scale.couplings], values, total)
            steps = []
            if scale.squeezed:
                values, total = _through(scale.squeezed, pixel_unshuffle(values, 2), total)
                aside, values = values.chunk(2, dim=1)
                codes.append(aside.flatten(1))
        return torch.cat([*codes, values.flatten(1)], dim=1), total

    def inverse(self, codes: Tensor) -> Tensor:
        """Return the samples (n, *shape) of codes (n, dimensions)."""
        # the codes that were set aside at each size, and the values of the last one
        shapes = self._shapes()
        flat = torch.split(codes, [math.prod(shape) for shape in shapes], dim=1)
        parts = [part.reshape(len(codes), *shape) for part, shape in zip(flat, shapes, strict=True)]
        values = parts.pop()
        for scale in reversed(self._scales()):
            if scale.squeezed:
                values = torch.cat([parts.pop(), values], dim=1)
                values = pixel_shuffle(_back(scale.squeezed, values), 2)
            values = _back(scale.couplings, values)
        if self.first is not None:
            values = self.first.inverse(values)
        samples: Tensor = values.reshape(len(codes), *self.shape)
        return samples

    def _scales(self) -> list[Scale]:
        return [scale for scale in self.scales if isinstance(scale, Scale)]

    def _shapes(self) -> list[tuple[int, ...]]:
        """Return the shapes of what each squeeze sets aside, and of what is left at the last size."""
        if self.first is not None:
            return [(math.prod(self.shape),)]
        shapes: list[tuple[int, ...]] = []
        channels, height, width = self.shape
        for scale in self._scales():
            if scale.squeezed:
                channels, height, width = 2 * channels, height // 2, width // 2
                shapes.append((channels, height, width))
        return [*shapes, (channels, height, width)]


def flow_of(task: Task, width: int, blocks: int, scales: int, couplings: int) -> Flow:
    """Return the couplings for a task, as RealNVP declares its settings."""
    if not task.images:
        count = task.dimensions
        turns = [torch.arange(count).add(turn).remainder(2).float() for turn in range(couplings)]
        return Flow(
            task.shape,
            [Scale([Coupling(mask, _perceptron(count, 4 * width)) for mask in turns], [])],
            Affine(count),
        )
    levels: list[Scale] = []
    channels, height, breadth = task.shape
    while len(levels) < scales - 1 and height % 2 == breadth % 2 == 0:
        by_board = [Coupling(mask, _convolutions(channels, width, blocks)) for mask in _boards(height, breadth, 3)]
        by_channel = [Coupling(mask, _convolutions(4 * channels, width, blocks)) for mask in _halves(4 * channels, 3)]
        levels.append(Scale(by_board, by_channel))
        channels, height, breadth = 2 * channels, height // 2, breadth // 2
    last = [Coupling(mask, _convolutions(channels, width, blocks)) for mask in _boards(height, breadth, 4)]
    return Flow(task.shape, [*levels, Scale(last, [])])


def _boards(height: int, breadth: int, count: int) -> list[Tensor]:
    """Return checkerboards (1, height, breadth), turned about each time."""
    fields = torch.arange(height)[:, None] + torch.arange(breadth)
    return [fields.add(turn).remainder(2).float()[None] for turn in range(count)]


def _halves(channels: int, count: int) -> list[Tensor]:
    """Return masks (channels, 1, 1) of one half of the channels and of the other in turn."""
    first = (torch.arange(channels) < channels // 2).float()[:, None, None]
    return [first if turn % 2 == 0 else 1 - first for turn in range(count)]


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(), weight_norm(nn.Conv2d(width, width, 3, padding=1)),
            nn.ReLU(), weight_norm(nn.Conv2d(width, width, 3, padding=1)),
        )  # fmt: skip

    def forward(self, maps: Tensor) -> Tensor:
        out: Tensor = maps + self.layers(maps)
        return out


def _convolutions(channels: int, width: int, blocks: int) -> nn.Module:
    last = nn.Conv2d(width, 2 * channels, 3, padding=1)
    _start_at_zero(last)
    first = weight_norm(nn.Conv2d(channels, width, 3, padding=1))
    return nn.Sequential(first, *(_Residual(width) for _ in range(blocks)), nn.ReLU(), last)


def _perceptron(dimensions: int, width: int) -> nn.Module:
    last = nn.Linear(width, 2 * dimensions)
    _start_at_zero(last)
    return nn.Sequential(nn.Linear(dimensions, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), last)


def _start_at_zero(layer: nn.Conv2d | nn.Linear) -> None:
    # a fresh coupling leaves its values as they are
    nn.init.zeros_(layer.weight)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)


def _through(steps: "list[nn.Module] | nn.ModuleList", values: Tensor, total: Tensor) -> tuple[Tensor, Tensor]:
    for step in steps:
        values, determinant = step(values)
        total = total + determinant
    return values, total


def _back(couplings: nn.ModuleList, values: Tensor) -> Tensor:
    for coupling in reversed(list(couplings)):
        assert isinstance(coupling, Coupling)
        values = coupling.inverse(values)
    return values

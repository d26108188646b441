"""The layers of StyleGAN2 (Karras et al. 2020): equalised weights, modulated convolutions, noise, a residual critic."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, interpolate, leaky_relu, linear

from ganbench_models.convolutions import Size

_GAIN = math.sqrt(2)  # of the leaky ReLU, so that variances stay


def activated(values: Tensor) -> Tensor:
    """Return the leaky ReLU 0.2 of values, times √2."""
    return leaky_relu(values, 0.2) * _GAIN


class EqualLinear(nn.Module):
    """A linear layer whose weights are drawn from N(0, 1) and scaled as they are used (Karras et al. 2018).

    rate: what its learning rate is multiplied by, 0.01 in the mapping network. bias: where its biases begin.
    """

    def __init__(self, inputs: int, outputs: int, *, rate: float = 1.0, bias: float = 0.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self.scale, self.rate = rate / math.sqrt(inputs), rate

    def forward(self, values: Tensor) -> Tensor:
        """Map (n, inputs) to (n, outputs)."""
        return linear(values, self.weight * self.scale, self.bias * self.rate)


class EqualConvolution(nn.Module):
    """A convolution of this kind, which keeps the size."""

    def __init__(self, before: int, after: int, kernel: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(after))
        self.scale, self.padding = 1 / math.sqrt(before * kernel**2), kernel // 2

    def forward(self, maps: Tensor) -> Tensor:
        """Map (n, before, height, width) to (n, after, height, width)."""
        return conv2d(maps, self.weight * self.scale, self.bias, padding=self.padding)


class ModulatedConvolution(nn.Module):
    """A convolution whose weights each sample's style scales, input channel by input channel.

    demodulate: whether the scaled weights of each output channel are then brought to length 1, sample by sample. What
    it does to weights is done to the maps before and behind one convolution of all samples: the same numbers, for a
    convolution is linear in both.
    """

    def __init__(self, before: int, after: int, kernel: int, styles: int, *, demodulate: bool = True) -> None:
        super().__init__()
        self.style = EqualLinear(styles, before, bias=1.0)
        self.weight = nn.Parameter(torch.randn(after, before, kernel, kernel))
        self.scale, self.padding, self.demodulate = 1 / math.sqrt(before * kernel**2), kernel // 2, demodulate

    def forward(self, maps: Tensor, styles: Tensor) -> Tensor:
        """Map (n, before, height, width) with styles (n, …) to (n, after, height, width)."""
        modulation: Tensor = self.style(styles).float()
        weight = self.weight * self.scale
        convolved = conv2d(maps * modulation[:, :, None, None], weight, padding=self.padding)
        if not self.demodulate:
            return convolved
        squares = modulation.square() @ weight.square().sum(dim=(2, 3)).t()  # of each sample's scaled weights
        return convolved * (squares + 1e-8).rsqrt()[:, :, None, None]


class StyledLayer(nn.Module):
    """A modulated convolution, noise of a learnt strength that begins at 0, a bias, and a leaky ReLU.

    The noise (1, 1, height, width) of the start is what samples are drawn with.
    """

    def __init__(self, before: int, after: int, styles: int, size: Size) -> None:
        super().__init__()
        self.convolution = ModulatedConvolution(before, after, 3, styles)
        self.strength, self.bias = nn.Parameter(torch.zeros(())), nn.Parameter(torch.zeros(after))
        self.register_buffer("noise", torch.randn(1, 1, *size))
        self.noise: Tensor

    def forward(self, maps: Tensor, styles: Tensor, noise: Tensor | None = None) -> Tensor:
        """Map (n, before, height, width) with styles (n, …) and noise (n, 1, height, width) to (n, after, …)."""
        noisy = self.convolution(maps, styles) + self.strength * (self.noise if noise is None else noise)
        return activated(noisy + self.bias[:, None, None])


class CriticBlock(nn.Module):
    """Two convolutions and a halving, beside a convolution of 1 x 1; their sum over √2."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.first, self.second = EqualConvolution(before, before, 3), EqualConvolution(before, after, 3)
        self.beside = EqualConvolution(before, after, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """Map (n, before, height, width) to (n, after, …), half of both, rounded up."""
        inner = halved(activated(self.second(activated(self.first(maps)))))
        summed: Tensor = (inner + self.beside(halved(maps))) / _GAIN
        return summed


class Activated(nn.Module):
    """A layer in front of a leaky ReLU."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, values: Tensor) -> Tensor:
        """Map values as the layer does, and activate them."""
        return activated(self.layer(values))


def doubled(maps: Tensor, size: Size) -> Tensor:
    """Return maps at twice the size, bilinearly, which is the filter (1, 3, 3, 1); an odd size loses the last row."""
    return interpolate(maps, scale_factor=2, mode="bilinear", align_corners=False)[:, :, : size[0], : size[1]]


def halved(maps: Tensor) -> Tensor:
    """Return means of 2 x 2, rounding up."""
    return avg_pool2d(maps, 2, ceil_mode=True, count_include_pad=False)

"""How alike two pictures are: peak signal-to-noise ratio and structural similarity, a number a picture."""

import math

import torch
from torch import Tensor
from torch.nn.functional import conv2d

RANGE = 2.0  # of levels, from -1 to 1
ROUNDING = (2 / 255) ** 2 / 12  # the squared error of rounding to 256 levels
HIGHEST_PSNR = 10 * math.log10(RANGE**2 / ROUNDING)  # decibels; what is closer is the same picture
_WINDOW, _DEVIATION = 11, 1.5  # pixels
_LUMINANCE, _CONTRAST = (0.01 * RANGE) ** 2, (0.03 * RANGE) ** 2


def squared_error(first: Tensor, second: Tensor) -> Tensor:
    """Return the mean squared error of each sample (n, *shape) over all its dimensions, (n,)."""
    return (first - second).square().flatten(1).mean(dim=1)


def psnr(first: Tensor, second: Tensor) -> Tensor:
    """Return 10 log₁₀(range² / squared error) of each picture in [-1, 1], (n,) decibels.

    Nothing is above HIGHEST_PSNR, 58.9 dB, where the error is that of rounding to bytes, so that equal pictures have a
    number too.
    """
    return 10 * torch.log10(RANGE**2 / squared_error(first, second).clamp(min=ROUNDING))


def ssim(first: Tensor, second: Tensor) -> Tensor:
    """Return the structural similarity of each picture (n, channels, height, width) in [-1, 1], (n,); 1 for equal ones.

    Wang et al. (2004): the mean over all places of a Gaussian window with a deviation of 1.5 pixels that lies within
    the picture, and over channels. The window has 11 x 11 pixels; in a picture that is smaller, the largest odd number
    that it has room for.
    """
    channels, height, width = first.shape[1:]
    side = min(_WINDOW, height - (height + 1) % 2, width - (width + 1) % 2)
    offsets = torch.arange(side, dtype=first.dtype, device=first.device) - side // 2
    line = torch.exp(-0.5 * (offsets / _DEVIATION).square())
    window = torch.outer(line, line)
    window = (window / window.sum()).expand(channels, 1, side, side)

    # both means, both mean squares and the mean product under every window
    stacked = torch.cat([first, second, first.square(), second.square(), first * second])
    x, y, xx, yy, xy = conv2d(stacked, window, groups=channels).chunk(5)
    alike = (2 * x * y + _LUMINANCE) * (2 * (xy - x * y) + _CONTRAST)
    apart = (x.square() + y.square() + _LUMINANCE) * (xx - x.square() + yy - y.square() + _CONTRAST)
    return (alike / apart).flatten(1).mean(dim=1)

"""Thickness, slant and size of handwritten digits, measured alike on real and on generated pictures.

Castro et al. (2019, Morpho-MNIST) measure thickness on a skeleton and slant by moments. Both are taken from the edges
of strokes here: no threshold between ink and paper is needed then, and what a six or a nine weighs on one side, which
moments take for a slant, is none.
"""

import torch
from torch import Tensor
from torch.nn.functional import pad

MEASURES = ("thickness", "slant", "size")
_PAPER = 0.2  # ink below that, of 1, is none: a generated picture's paper is seldom quite black
_FAINT = 10.0  # pixels of ink; the faintest of MNIST's digits has more
_CHUNK = 256  # pictures that a processor's cache holds


def measured(pictures: Tensor) -> Tensor:
    """Return the thickness, slant and size of pictures (n, 1, height, width) in [-1, 1], (n, 3) float64.

    thickness: of strokes, in pixels: their ink is length times width, and their edges are twice as long as they are.
    slant: of the shear that makes the most of all edges upright, by least squares, in degrees; positive to the right.
    size: how far ink lies from its centre, in pixels, root mean square.
    All are nan where there is next to no ink.
    """
    return torch.cat([_measured(chunk) for chunk in torch.split(pictures, _CHUNK)])


def _measured(pictures: Tensor) -> Tensor:
    ink = ((pictures[:, 0].double() + 1) / 2 - _PAPER).clamp(min=0) / (1 - _PAPER)
    total = ink.sum(dim=(1, 2))
    total = torch.where(total < _FAINT, torch.nan, total)
    return torch.stack([2 * total / _edge(ink), _slant(ink), _radius(ink, total)], dim=1)


def _edge(ink: Tensor) -> Tensor:
    """Return the length of the edges of ink (n, height, width), in pixels: the sum of its gradients' lengths."""
    padded = pad(ink, (1, 1, 1, 1))
    falling = padded[:, 1:, 1:] - padded[:, :-1, :-1]  # of Roberts's cross, which has no side that it likes better
    rising = padded[:, :-1, 1:] - padded[:, 1:, :-1]
    return ((falling.square() + rising.square()) / 2).sqrt().sum(dim=(1, 2))


def _slant(ink: Tensor) -> Tensor:
    """Return the angle whose tangent t makes the sum of (down - t right)² least, gradients by Sobel's filters."""
    padded = pad(ink, (2, 2, 2, 2))
    rows = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    columns = padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]
    right, down = rows[:, :, 2:] - rows[:, :, :-2], columns[:, 2:] - columns[:, :-2]
    return torch.rad2deg(torch.atan((right * down).sum(dim=(1, 2)) / right.square().sum(dim=(1, 2))))


def _radius(ink: Tensor, total: Tensor) -> Tensor:
    rows, columns = (torch.arange(side, dtype=ink.dtype, device=ink.device) - (side - 1) / 2 for side in ink.shape[1:])
    down, right = torch.meshgrid(rows, columns, indexing="ij")
    moments = torch.stack([down, right, down**2 + right**2]).flatten(1)
    first, second, squares = ((ink.flatten(1) @ moments.T) / total[:, None]).unbind(dim=1)
    return (squares - first**2 - second**2).sqrt()

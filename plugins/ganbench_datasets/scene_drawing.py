"""Pictures of objects from their factors: anti-aliased by the signed distance of each pixel to an object's edge."""

from typing import NamedTuple

import torch
from torch import Tensor

SHAPES = ("circle", "square", "triangle", "cross")
COLOURS = {
    "red": (230, 50, 50),
    "green": (50, 190, 70),
    "blue": (60, 90, 240),
    "yellow": (250, 220, 40),
    "purple": (170, 60, 210),
    "cyan": (60, 220, 230),
}
SIZES = {"small": 3.0, "large": 5.0}  # radius in pixels of a place of 16 x 16
SIDE = 16  # pixels of a place in a picture of 32 x 32
_BACKGROUND = 26
_ROOT3 = 3**0.5


class Figures(NamedTuple):
    """Objects to be drawn, (n,) each but for the last.

    shape: int64, the place in SHAPES. radius: pixels of a place of 16 x 16; an object reaches 1.15 times as far at
    most. centre: (n, 2) float32, right and down from the middle of the place. colour: (n, 3) float32, 0 to 255.
    """

    shape: Tensor
    radius: Tensor
    centre: Tensor
    colour: Tensor


def draw(figures: Figures, scale: int = 1) -> Tensor:
    """Draw each object on a place of its own: (n, 3, side, side) uint8, side 16 times scale."""
    half = SIDE / 2
    ticks = (torch.arange(SIDE * scale) + 0.5) / scale - half
    right = ticks[None, None, :] - figures.centre[:, 0, None, None]
    down = ticks[None, :, None] - figures.centre[:, 1, None, None]
    distance = _distance(right, down, figures.radius[:, None, None], figures.shape[:, None, None])
    covered = (0.5 - scale * distance).clamp(0, 1)[:, None]
    ground = torch.full_like(figures.colour, _BACKGROUND)[:, :, None, None]
    return (ground + covered * (figures.colour[:, :, None, None] - ground)).round().to(torch.uint8)


def empty(n: int, scale: int = 1) -> Tensor:
    """Return places without an object, (n, 3, side, side) uint8."""
    return torch.full((n, 3, SIDE * scale, SIDE * scale), _BACKGROUND, dtype=torch.uint8)


def _distance(right: Tensor, down: Tensor, radius: Tensor, shape: Tensor) -> Tensor:
    """Return how far each pixel is outside the edge, in pixels; below 0 inside. Areas are about equal."""
    across, along = right.abs(), down.abs()
    square = torch.maximum(across, along) - 0.9 * radius
    # equilateral, its corners 1.3 radii from its centre of mass, which lies below the middle of its height
    lower = down - 0.325 * radius
    triangle = torch.maximum(lower, 0.5 * _ROOT3 * across - 0.5 * lower) - 0.65 * radius
    reach, arm = 1.15 * radius, 0.4 * radius
    upright = torch.maximum(across - arm, along - reach)
    cross = torch.minimum(upright, torch.maximum(across - reach, along - arm))
    distance = torch.where(shape == 0, (right.square() + down.square()).sqrt() - radius, square)
    return torch.where(shape == 2, triangle, torch.where(shape == 3, cross, distance))

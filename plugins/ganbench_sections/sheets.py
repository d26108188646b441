"""Pictures in rows and columns with words beside them: one image to draw, however many pictures there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from PIL import Image

from ganbench_sections.figures import DOTS, headline

_LEFT, _RIGHT, _TOP, _BOTTOM = 0.25, 0.15, 0.85, 0.5  # inches
_COARSE = 3  # from this factor on pixels are shown as squares
_BESIDE = 0.07  # inches between a picture and its words


@dataclass(frozen=True)
class Sheet:
    """A figure of equal cells, side x side inches each, gap inches apart; rows and columns are counted from 0."""

    figure: Figure
    axes: Axes
    side: float
    gap: float

    def above(self, row: int, column: int, text: str, **style: Any) -> None:
        """Write above a cell, from its left edge on."""
        x, y = self._corner(row, column)
        self.axes.text(x, y - _BESIDE, text, ha="left", va="bottom", fontweight="bold", **style)

    def below(self, row: int, column: int, text: str) -> None:
        """Write below a cell, in the middle."""
        x, y = self._corner(row, column)
        self.axes.text(x + self.side / 2, y + self.side + _BESIDE, text, ha="center", va="top", fontsize=8)

    def _corner(self, row: int, column: int) -> tuple[float, float]:
        step = self.side + self.gap
        return _LEFT + column * step, _TOP + row * step


class _Pixels(AxesImage):
    """An image that is shown pixel by pixel where it has as many as its place: resampling takes most of the time."""

    def make_image(self, renderer: Any, magnification: float = 1.0, unsampled: bool = False) -> Any:
        """Return what is drawn, row by row from below, and where; as AxesImage does."""
        place = self.get_window_extent(renderer)
        pixels: Any = self.get_array()
        height, width = pixels.shape[:2]
        if unsampled or magnification != 1.0 or abs(place.width - width) >= 1 or abs(place.height - height) >= 1:
            return super().make_image(renderer, magnification, unsampled)
        return np.ascontiguousarray(pixels[::-1]), round(place.x0), round(place.y0), None


def sheet(pictures: Sequence[Sequence[Image.Image | None]], side: float, gap: float, title: str) -> Sheet:
    """Return the sheet of pictures, row by row; None leaves a cell empty.

    Each is as large as its cell allows, and stands in its upper left corner.
    """
    rows, columns = len(pictures), max(map(len, pictures))
    across, down = (count * (side + gap) - gap for count in (columns, rows))
    canvas = Image.new("RGB", (_dots(across), _dots(down)), "white")
    for row, line in enumerate(pictures):
        for column, picture in enumerate(line):
            if picture is not None:
                canvas.paste(_fitted(picture, _dots(side)), (_dots(column * (side + gap)), _dots(row * (side + gap))))
    figure = Figure(figsize=(_LEFT + across + _RIGHT, _TOP + down + _BOTTOM))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    pixels = _Pixels(axes, interpolation="none", origin="upper", extent=(_LEFT, _LEFT + across, _TOP + down, _TOP))
    pixels.set_data(np.asarray(canvas.convert("RGBA")))
    axes.add_image(pixels)
    axes.set(xlim=(0, figure.get_figwidth()), ylim=(figure.get_figheight(), 0))
    headline(figure, title)
    return Sheet(figure, axes, side, gap)


def _dots(inches: float) -> int:
    return round(inches * DOTS)


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    factor = side / max(picture.size)
    size = [max(1, round(factor * length)) for length in picture.size]
    coarse = factor >= _COARSE or factor == int(factor)
    return picture.resize((size[0], size[1]), Image.Resampling.NEAREST if coarse else Image.Resampling.BILINEAR)

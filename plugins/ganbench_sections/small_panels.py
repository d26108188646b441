"""Small panels, many to a figure, drawn in one Axes: an Axes for each takes several times as long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, ScalarFormatter
from matplotlib.transforms import Affine2D, Bbox, Transform, TransformedBbox

from ganbench_sections.figures import page_of

_TICK, _TO_LABEL, _TO_TITLE, _TO_NAME = 3.5 / 72, 7 / 72, 6 / 72, 0.28  # inches from the frame, as matplotlib has them
_OFFSET = 3 / 72  # inches of what multiplies an ordinate's labels, above the frame
_MARGIN = 0.05  # of what is shown, left free on each side
_INTERVALS = 5  # between ticks, at most
_SMALL, _LARGE = 8, 9  # points of ticks and names, of titles

Limits = tuple[float, float]
Segment = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """A frame at a place of a figure's only Axes, which counts inches; lines are in the panel's own units."""

    axes: Axes
    box: Bbox  # inches
    x: Limits
    y: Limits

    def line(self, x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray, **style: Any) -> Line2D:
        """Draw a line through points."""
        line = Line2D(x, y, transform=self._units(), **style)
        self._clip(line)
        return line

    def band(self, x: np.ndarray, low: np.ndarray, high: np.ndarray, **style: Any) -> None:
        """Fill what is between two lines."""
        corners = np.concatenate([np.column_stack([x, low]), np.column_stack([x, high])[::-1]])
        self._clip(PolyCollection([corners], transform=self._units(), **style))

    def title(self, text: str) -> None:
        """Write above the frame, in the middle."""
        middle = (self.box.x0 + self.box.x1) / 2
        _write(self.axes, middle, self.box.y1 + _TO_TITLE, text, ha="center", va="baseline", fontsize=_LARGE)

    def name(self, text: str) -> None:
        """Write what the abscissa is."""
        middle = (self.box.x0 + self.box.x1) / 2
        _write(self.axes, middle, self.box.y0 - _TO_NAME, text, ha="center", va="top", fontsize=_SMALL)

    def legend(self, lines: Sequence[Line2D]) -> None:
        """Name lines where they leave most room."""
        labels = [str(line.get_label()) for line in lines]
        legend = Legend(
            self.axes, lines, labels, loc="best", fontsize=7, frameon=False,
            bbox_to_anchor=self.box, bbox_transform=self.axes.transData,
        )  # fmt: skip
        self.axes.add_artist(legend)

    def _units(self) -> Transform:
        (left, right), (low, high) = self.x, self.y
        place = Affine2D().translate(-left, -low).scale(self.box.width / (right - left), self.box.height / (high - low))
        return place.translate(self.box.x0, self.box.y0) + self.axes.transData

    def _clip(self, artist: Artist) -> None:
        self.axes.add_artist(artist)
        artist.set_clip_path(None)
        artist.set_clip_box(TransformedBbox(self.box, self.axes.transData))


def small_panels(rows: int, columns: int, width: float, height: float, gap: float) -> tuple[Figure, Axes, list[Bbox]]:
    """Return a figure as figures.panels has it, its only Axes, and the frames' places in inches, row by row."""
    size, left, top = page_of(rows, columns, width, height, gap)
    figure = Figure(figsize=size)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(0, size[0]), ylim=(0, size[1]), autoscale_on=False)
    corners = [
        (left + column * (width + gap), size[1] - top - height - row * (height + gap))
        for row in range(rows) for column in range(columns)
    ]  # fmt: skip
    return figure, axes, [Bbox.from_bounds(*corner, width, height) for corner in corners]


def limits(values: Sequence[float] | np.ndarray) -> Limits:
    """Return what an axis shows of values: from the least to the greatest, with a margin; about 0 for no value."""
    ends = (float(np.min(values)), float(np.max(values))) if len(values) else (-np.inf, np.inf)
    low, high = MaxNLocator().nonsingular(*ends)
    slack = _MARGIN * (high - low)
    return float(low - slack), float(high + slack)


def frames(panels: Sequence[Panel]) -> None:
    """Draw the frames of panels, their grids, ticks and labels."""
    axes = panels[0].axes
    grid: list[Segment] = []
    ticks: list[Segment] = []
    for panel in panels:
        box = panel.box
        for value, label in _ticks(axes, panel, "x"):
            at = box.x0 + box.width * (value - panel.x[0]) / (panel.x[1] - panel.x[0])
            grid.append(((at, box.y0), (at, box.y1)))
            ticks.append(((at, box.y0), (at, box.y0 - _TICK)))
            _write(axes, at, box.y0 - _TO_LABEL, label, ha="center", va="top", fontsize=_SMALL)
        for value, label in _ticks(axes, panel, "y"):
            at = box.y0 + box.height * (value - panel.y[0]) / (panel.y[1] - panel.y[0])
            grid.append(((box.x0, at), (box.x1, at)))
            ticks.append(((box.x0, at), (box.x0 - _TICK, at)))
            _write(axes, box.x0 - _TO_LABEL, at, label, ha="right", va="center_baseline", fontsize=_SMALL)
    edges = [[(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1), (box.x0, box.y0)]
             for box in (panel.box for panel in panels)]  # fmt: skip
    style: dict[str, Any] = {"linewidths": 0.8, "transform": axes.transData, "clip_on": False}
    axes.add_artist(LineCollection(grid, colors="#b0b0b0", alpha=0.3, zorder=1.5, capstyle="butt", **style))
    axes.add_artist(LineCollection(ticks, colors="black", zorder=2.01, capstyle="butt", **style))
    axes.add_artist(
        LineCollection(edges, colors="black", zorder=2.5, capstyle="projecting", joinstyle="miter", **style)
    )


def _ticks(axes: Axes, panel: Panel, which: str) -> list[tuple[float, str]]:
    """Return an axis's ticks with their labels; writes what multiplies them beside it, where anything does."""
    low, high = panel.x if which == "x" else panel.y
    at = MaxNLocator(_INTERVALS, integer=which == "x").tick_values(low, high)
    formatter: Any = ScalarFormatter(useOffset=False)
    formatter.create_dummy_axis()
    formatter.axis.set_view_interval(low, high)
    labels = formatter.format_ticks(at)
    if factor := formatter.get_offset():
        x, y, side = (panel.box.x1, panel.box.y0 - 2 * _TO_LABEL, "right")
        if which == "y":
            x, y, side = panel.box.x0, panel.box.y1 + _OFFSET, "left"
        _write(axes, x, y, factor, ha=side, va="top" if which == "x" else "baseline", fontsize=_SMALL)
    near = 1e-9 * (high - low)
    return [(v, label) for v, label in zip(at, labels, strict=True) if low - near <= v <= high + near]


def _write(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    axes.add_artist(Text(x, y, text, transform=axes.transData, clip_on=False, **style))

"""Curves of both players over training, with the spread over seeds: losses, gradient norms, accuracy."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from ganbench import Results, RunFolder
from ganbench_sections.figures import COLOURS, FigureSection, boards, headline, stem
from ganbench_sections.small_panels import Panel, frames, limits, small_panels

_BINS = 120  # points of a curve, each the mean of the updates around it
_COLUMNS = 4
_SLACK = 1e-3  # of a value: keeps an axis from showing the rounding of a constant as if it moved

Seed = Mapping[str, np.ndarray]  # one run's curves by name, (updates,) each, and the numbers of the updates


@dataclass(frozen=True)
class Line:
    """A curve over seeds: its name, the updates where any seed was finite, and there the mean and both ends."""

    label: str
    at: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Curves(FigureSection):
    """One figure a board, a panel a model, for the columns whose names end alike.

    kind: what the files are called. ending: of the columns' names, left out of the legend. limits: of the ordinate,
    where the curves have any.
    """

    kind: str
    ending: str
    limits: tuple[float, float] | None = None

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw a panel for each model that left such curves, a line for each column."""
        for title, board, curves in self.curves_by_board(results):
            yield stem(self.kind, board), self.draw(curves, title)

    def curves_by_board(self, results: Results) -> Iterator[tuple[str, pd.DataFrame, dict[str, list[Seed]]]]:
        """Yield the title of each board with such curves, its rows, and the curves of each model's seeds."""
        for title, board in boards(results.tidy.drop_duplicates("run")):
            left = {str(who): self._seeds(rows["run"], results) for who, rows in board.groupby("who", sort=False)}
            if curves := {who: seeds for who, seeds in left.items() if seeds}:
                yield title, board, curves

    def draw(self, curves: Mapping[str, list[Seed]], title: str) -> Figure:
        """Return the figure for the curves of each model's seeds."""
        columns = min(_COLUMNS, len(curves))
        rows = -(-len(curves) // columns)
        figure, axes, places = small_panels(rows, columns, 3.0, 1.9, 0.78)
        drawn = [self._panel(axes, box, who, seeds) for box, (who, seeds) in zip(places, curves.items(), strict=False)]
        frames([panel for panel, _ in drawn])
        headline(figure, title)
        _legends(figure, drawn)
        return figure

    def lines(self, seeds: list[Seed]) -> list[Line]:
        """Return each column's mean over seeds, with the lowest and the highest seed."""
        last = max(float(seed["update"].max()) for seed in seeds)
        edges = np.linspace(0.5, last + 0.5, min(_BINS, int(last)) + 1)
        middles = (edges[1:] + edges[:-1]) / 2
        bins = [np.digitize(seed["update"], edges[1:-1]) for seed in seeds]
        found = []
        for name in dict.fromkeys(name for seed in seeds for name in seed if name != "update"):
            pairs = zip(seeds, bins, strict=True)
            rows = np.stack([binned(seed[name], where, len(middles)) for seed, where in pairs if name in seed])
            there = np.isfinite(rows).any(axis=0)
            label = name.removesuffix(self.ending).replace("_", " ") or name
            if not there.any():  # a run that diverged at once has its name and nothing to draw
                label = f"{label} (never finite)"
            rows = rows[:, there]
            middle, low, high = (over(rows, axis=0) for over in (np.nanmean, np.nanmin, np.nanmax))
            found.append(Line(label, middles[there], middle, low, high))
        return found

    def _panel(self, axes: Axes, box: Bbox, who: str, seeds: list[Seed]) -> tuple[Panel, list[Line2D]]:
        """Draw each line, and a band from the lowest seed to the highest."""
        lines = self.lines(seeds)
        shown = [line for line in lines if len(line.at)]
        across = [end for line in shown for end in (line.at[0], line.at[-1])]
        ends = [end for line in shown for end in (line.low.min(), line.high.max())]
        slack = [end + sign * _SLACK * abs(end) for end in ends for sign in (-1, 1)]
        panel = Panel(axes, box, limits(across), self.limits or limits(slack))
        panel.title(who.replace("\n", " + "))
        panel.name("update")
        drawn = []
        for line, colour in zip(lines, COLOURS, strict=False):
            drawn.append(panel.line(line.at, line.mean, color=colour, linewidth=1.2, label=line.label))
            if len(line.at):
                panel.band(line.at, line.low, line.high, color=colour, alpha=0.2, linewidth=0)
        return panel, drawn

    def _seeds(self, runs: Iterable[str], results: Results) -> list[Seed]:
        folders = (results.folders.get(run) for run in runs)
        found = (RunFolder(folder).curves(lambda name: name.endswith(self.ending)) for folder in folders if folder)
        return [seed for seed in found if seed]


def _legends(figure: Figure, drawn: list[tuple[Panel, list[Line2D]]]) -> None:
    """Name the curves in each panel where panels are few or differ, else once, on the right of the title."""
    named = [[str(line.get_label()) for line in lines] for _, lines in drawn]
    if len(named) > _COLUMNS and all(labels == named[0] for labels in named):
        width, height = figure.get_size_inches()
        at = (1 - 0.1 / width, 1 - 0.08 / height)
        style: dict[str, Any] = {"fontsize": 9, "frameon": False, "loc": "upper right", "borderaxespad": 0}
        figure.legend(drawn[0][1], named[0], bbox_to_anchor=at, **style)
        return
    for panel, lines in drawn:
        panel.legend(lines)


def losses() -> Curves:
    """Return the section of losses."""
    return Curves("losses", "_loss")


def gradients() -> Curves:
    """Return the section of gradient norms."""
    return Curves("gradients", "_gradient_norm")


def accuracy() -> Curves:
    """Return the section of the discriminator's accuracy: how often a real sample is ranked above a generated one."""
    return Curves("accuracy", "_accuracy", (0.0, 1.05))


def binned(values: np.ndarray, bins: np.ndarray, count: int) -> np.ndarray:
    """Return the means of values (updates,) in bins numbered from 0; missing where there is no finite one."""
    kept = np.isfinite(values)
    counts = np.bincount(bins[kept], minlength=count)
    sums = np.bincount(bins[kept], weights=values[kept], minlength=count)
    means: np.ndarray = np.divide(sums, counts, out=np.full(count, np.nan), where=counts > 0)
    return means

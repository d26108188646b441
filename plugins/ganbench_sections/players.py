"""Curves of both players over training, with the spread over seeds: losses, gradient norms, accuracy."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ganbench import Results, RunFolder
from ganbench_sections.figures import COLOURS, FigureSection, boards, headline, panels, stem

_BINS = 120  # points of a curve, each the mean of the updates around it
_COLUMNS = 4

Seed = Mapping[str, np.ndarray]  # one run's curves by name, (updates,) each, and the numbers of the updates


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
        figure, grid = panels(rows, columns, 3.0, 1.9, 0.78)
        for axes, (who, seeds) in zip(grid, curves.items(), strict=False):
            self._panel(axes, seeds)
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            axes.yaxis.set_major_locator(MaxNLocator(5))
            axes.ticklabel_format(axis="y", useOffset=False)
            axes.tick_params(labelsize=8)
            axes.set_title(who.replace("\n", " + "), fontsize=9)
        for axes in grid[len(curves) :]:
            axes.remove()
        headline(figure, title)
        _legends(figure)
        return figure

    def _panel(self, axes: Axes, seeds: list[Seed]) -> None:
        """Draw each column's mean over seeds, and a band from the lowest seed to the highest."""
        last = max(float(seed["update"].max()) for seed in seeds)
        edges = np.linspace(0.5, last + 0.5, min(_BINS, int(last)) + 1)
        middles = (edges[1:] + edges[:-1]) / 2
        names = dict.fromkeys(name for seed in seeds for name in seed if name != "update")
        for name, colour in zip(names, COLOURS, strict=False):
            lines = np.stack([binned(seed[name], seed["update"], edges) for seed in seeds if name in seed])
            there = np.isfinite(lines).any(axis=0)
            label = name.removesuffix(self.ending).replace("_", " ") or name
            if not there.any():  # a run that diverged at once has its name and nothing to draw
                axes.plot([], [], color=colour, label=f"{label} (never finite)")
                continue
            at, lines = middles[there], lines[:, there]
            axes.plot(at, np.nanmean(lines, axis=0), color=colour, linewidth=1.2, label=label)
            low, high = np.nanmin(lines, axis=0), np.nanmax(lines, axis=0)
            axes.update_datalim(
                [(at[0], value + slack) for value in (low.min(), high.max()) for slack in _slack(value)]
            )
            axes.fill_between(at, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.autoscale_view()
        axes.set_xlabel("update", fontsize=8)
        axes.grid(alpha=0.3)
        if self.limits:
            axes.set_ylim(self.limits)

    def _seeds(self, runs: Iterable[str], results: Results) -> list[Seed]:
        folders = (results.folders.get(run) for run in runs)
        found = (RunFolder(folder).curves(lambda name: name.endswith(self.ending)) for folder in folders if folder)
        return [seed for seed in found if seed]


def _slack(value: float) -> tuple[float, float]:
    """Return what keeps an axis from showing the rounding of a constant as if it moved."""
    return -1e-3 * abs(value), 1e-3 * abs(value)


def _legends(figure: Figure) -> None:
    """Name the curves in each panel where panels are few or differ, else once, on the right of the title."""
    named = [axes.get_legend_handles_labels() for axes in figure.axes]
    if len(named) > _COLUMNS and all(labels == named[0][1] for _, labels in named):
        width, height = figure.get_size_inches()
        at = (1 - 0.1 / width, 1 - 0.08 / height)
        figure.legend(*named[0], fontsize=9, frameon=False, loc="upper right", bbox_to_anchor=at, borderaxespad=0)
        return
    for axes in figure.axes:
        axes.legend(fontsize=7, frameon=False)


def losses() -> Curves:
    """Return the section of losses."""
    return Curves("losses", "_loss")


def gradients() -> Curves:
    """Return the section of gradient norms."""
    return Curves("gradients", "_gradient_norm")


def accuracy() -> Curves:
    """Return the section of the discriminator's accuracy: how often a real sample is ranked above a generated one."""
    return Curves("accuracy", "_accuracy", (0.0, 1.05))


def binned(values: np.ndarray, updates: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the mean of values (updates,) between edges (bins + 1,); missing where there is no finite one."""
    where = np.digitize(updates, edges[1:-1])
    kept = np.isfinite(values)
    counts = np.bincount(where[kept], minlength=len(edges) - 1)
    sums = np.bincount(where[kept], weights=values[kept], minlength=len(edges) - 1)
    means: np.ndarray = np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0)
    return means

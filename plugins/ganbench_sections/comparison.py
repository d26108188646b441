"""The comparison plot: who is better, and whether the seeds agree."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganbench import Results, merit
from ganbench_sections.figures import FigureSection, boards, looks_of, stem

# what says that a row of the leaderboard is about a row of the tidy frame
_SAME = [
    "suite", "budget", "standard", "precision", "device", "dataset", "model", "loss", "settings", "versions",
    "metric", "score", "better", "protocol",
]  # fmt: skip
_ROWS = 8  # of panels on one page
_COLUMNS = 4  # panels side by side; further scores go below


class Comparison(FigureSection):
    """One figure, comparison.png and .svg, or one for each board where it would be too tall for one page."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw one panel for each dataset and score, final models only; nothing if nothing was scored."""
        frame = results.tidy
        final = with_intervals(frame[(frame["fraction"] == 1.0) & frame["value"].notna()], results.leaderboard)
        if final.empty:
            return
        parts = list(boards(final))
        if sum(len(list(_rows(*part))) for part in parts) <= _ROWS:
            yield "comparison", draw(final)
            return
        for part in parts:
            yield stem("comparison", part[1]), draw(final, [part])


def with_intervals(final: pd.DataFrame, leaderboard: pd.DataFrame) -> pd.DataFrame:
    """Return final scores with the leaderboard's interval of the mean of each, low and high, beside them."""
    shared = [name for name in leaderboard if name in _SAME]
    ends = leaderboard[[*shared, "low", "high"]]
    return final.drop(columns=["low", "high"], errors="ignore").merge(ends, how="left", on=shared)


def draw(final: pd.DataFrame, parts: list[tuple[str, pd.DataFrame]] | None = None) -> Figure:
    """Return the figure for final scores, as with_intervals has them: a row of panels for each board, or several.

    parts: some of its boards, as figures.boards has them; all unless given.

    A board is what the leaderboard ranks together: one suite, budget, precision, device and dataset.
    """
    parts = parts or list(boards(final))
    rows = [row for title, board in parts for row in _rows(title, board)]
    columns = max(len(row.panels) for row in rows)
    heights = [1.5 + 0.5 * len(row.order) for row in rows]
    figure = Figure(figsize=(1.5 + 3.4 * columns, sum(heights)), layout="constrained")
    grid = figure.subplots(len(rows), columns, squeeze=False, height_ratios=heights)

    # one colour a model in every panel, and its name once a row
    colours = {who: look[0] for _, board in parts for who, look in looks_of(board).items()}
    for row, line in zip(rows, grid, strict=True):
        for column, axes in enumerate(line):
            if column < len(row.panels):
                _draw_panel(axes, row.panels[column], row.order, colours)
                axes.tick_params(labelleft=column == 0)
            else:
                axes.set_visible(False)
        line[0].set_title(row.title, loc="left", fontsize=10)
    return figure


@dataclass(frozen=True)
class _Row:
    """Panels side by side: a title for the first row of a board, a score's rows a panel, and everybody, best first."""

    title: str
    panels: list[pd.DataFrame]
    order: list[str]


def _rows(title: str, board: pd.DataFrame) -> Iterator[_Row]:
    panels = [part for _, part in board.groupby(["score", "protocol"], sort=False)]
    order = [who for _, who in sorted((_standing(part), str(who)) for who, part in panels[0].groupby("who"))]
    for start in range(0, len(panels), _COLUMNS):
        yield _Row("" if start else title, panels[start : start + _COLUMNS], order)


def _draw_panel(axes: Axes, part: pd.DataFrame, order: list[str], colours: dict[str, Any]) -> None:
    heights = part["who"].map({who: height for height, who in enumerate(order)})
    axes.scatter(part["value"], heights, c=[colours[who] for who in part["who"]], s=49, alpha=0.7, linewidths=0)
    means = part.groupby("who")["value"].mean().reindex(order)
    axes.plot(means, range(len(order)), color="black", marker="|", markersize=16, markeredgewidth=1.5, linestyle="none")
    ends = part.groupby("who")[["low", "high"]].max().astype(float).reindex(order)
    axes.hlines(range(len(order)), ends["low"], ends["high"], color="black", linewidth=1, alpha=0.6, zorder=1)
    name, better = part["score"].iloc[0].replace("_", " "), part["better"].iloc[0]
    reach = len(order) - 0.5  # the same rows in every panel, whether or not it has intervals
    axes.set(xlabel=f"{name}, mean and 95 % interval\n({better} is better)", ylim=(reach, -0.5))
    axes.set_yticks(range(len(order)), order)
    axes.grid(axis="x", alpha=0.3)


def _standing(part: pd.DataFrame) -> float:
    return merit(float(part["value"].mean()), part["better"].iloc[0])

"""What quality costs: each board's first score against costs of training and of sampling, with the Pareto frontier."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from ganbench import Results, merit
from ganbench_sections.figures import FigureSection, boards, clock_formatter, first_score, looks_of, stem

_COSTS = {
    "seconds": "seconds of training",
    "images": "images",
    "parameters": "parameters",
    "seconds_per_sample": "seconds to draw a sample",
    "network_evaluations": "network evaluations for a sample",
}
_PANEL = 3.6  # inches of one
_REFERENCE = "reference"  # the family that no frontier is drawn through


class TradeOffs(FigureSection):
    """One figure for each board of two models or more: trade-offs-*.png and .svg."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw each board's first score."""
        frame = results.leaderboard[results.leaderboard["mean"].notna()]
        for title, board in boards(frame):
            first = first_score(board)
            if len(first) > 1:
                yield stem("trade-offs", board), draw(first, title)


def draw(part: pd.DataFrame, title: str) -> Figure:
    """Return the figure for one score's rows of a leaderboard: a panel a cost that any row has, a mark a model."""
    costs = [cost for cost in _COSTS if (part[cost].astype(float) > 0).any()]
    figure = Figure(figsize=(_PANEL * len(costs) + 2.2, 4.2), layout="constrained")
    panels = list(figure.subplots(1, len(costs), sharey=True, squeeze=False).flat)
    looks = looks_of(part)
    for axes, cost in zip(panels, costs, strict=True):
        _panel(axes, part[part[cost].astype(float) > 0], cost, looks)
        axes.set_xlabel(_COSTS[cost])
    name, better = part["score"].iloc[0].replace("_", " "), part["better"].iloc[0]
    panels[0].set_ylabel(f"{name} ({better} is better)")
    panels[0].set_title(title, loc="left", fontsize=10)
    known = {label: handle for axes in panels for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    figure.legend(known.values(), known.keys(), loc="outside right center", fontsize=8, frameon=False)
    return figure


def frontier(costs: np.ndarray, merits: np.ndarray) -> np.ndarray:
    """Return which of costs (n,) and merits (n,), smaller is better in both, none betters in both; cheapest first."""
    order = np.lexsort((merits, costs))
    lowest = np.minimum.accumulate(merits[order])
    kept: np.ndarray = order[np.r_[True, lowest[1:] < lowest[:-1]]] if len(order) else order
    return kept


def _panel(axes: Axes, rows: pd.DataFrame, cost: str, looks: dict[str, tuple[str, str]]) -> None:
    for _, row in rows.iterrows():
        colour, marker = looks[row["who"]]
        reach = None if pd.isna(row["low"]) else [[row["mean"] - row["low"]], [row["high"] - row["mean"]]]
        axes.errorbar(
            row[cost], row["mean"], yerr=reach, color=colour, marker=marker, markersize=7, linestyle="none",
            label=row["who"].replace("\n", " + "),
        )  # fmt: skip
    racing = rows[rows["family"] != _REFERENCE]
    if len(racing):
        merits = np.array([merit(value, racing["better"].iloc[0]) for value in racing["mean"]])
        best = racing.iloc[frontier(racing[cost].to_numpy(float), merits)]
        axes.plot(best[cost], best["mean"], color="#57606a", linestyle=":", drawstyle="steps-post", zorder=0)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(clock_formatter(cost))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.3)

"""Ranks with their intervals: how sure the order is."""

from collections.abc import Iterator

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganbench import Results
from ganbench_sections.figures import COLOURS, FigureSection, boards


class Ranks(FigureSection):
    """One figure: ranks.png and .svg."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw a panel for each board by its first score; nothing where no two models have three seeds."""
        frame = results.leaderboard
        ranked = [(title, _first(board)) for title, board in boards(frame[frame["rank"].notna()])]
        ranked = [(title, board) for title, board in ranked if board["rank_low"].notna().any() and len(board) > 1]
        if ranked:
            yield "ranks", draw(ranked)


def draw(ranked: list[tuple[str, pd.DataFrame]]) -> Figure:
    """Return the figure for a title and a leaderboard's rows of one score each."""
    heights = [1.2 + 0.32 * len(board) for _, board in ranked]
    figure = Figure(figsize=(8, sum(heights)), layout="constrained")
    panels = figure.subplots(len(ranked), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (title, board) in zip(panels, ranked, strict=True):
        _panel(axes, board.sort_values("rank"))
        axes.set_title(title, loc="left", fontsize=10)
    return figure


def _first(board: pd.DataFrame) -> pd.DataFrame:
    first = board.iloc[0]
    rows: pd.DataFrame = board[(board["score"] == first["score"]) & (board["protocol"] == first["protocol"])]
    return rows


def _panel(axes: Axes, board: pd.DataFrame) -> None:
    """Draw the rank as a dot and its interval as a line; fewer than three seeds have no line."""
    for height, (_, row) in enumerate(board.iterrows()):
        if pd.notna(row["rank_low"]):
            axes.plot([row["rank_low"], row["rank_high"]], [height, height], color=COLOURS[0], linewidth=3, alpha=0.4)
        axes.plot(row["rank"], height, marker="o", color=COLOURS[0])
        shared = "=" if (board["place"] == row["place"]).sum() > 1 else ""
        place = "undecided" if pd.isna(row["place"]) else f"place {int(row['place'])}{shared}"
        axes.annotate(place, (1.01, height), xycoords=("axes fraction", "data"), va="center", fontsize=8)
    axes.set(
        yticks=range(len(board)),
        xlim=(0.7, len(board) + 0.3),
        ylim=(-0.6, len(board) - 0.4),
        xticks=range(1, len(board) + 1),
    )
    axes.set_yticklabels([who.replace("\n", " + ") for who in board["who"]], fontsize=9)
    axes.set_xlabel(
        f"rank by {board['score'].iloc[0].replace('_', ' ')}, 95 % interval for all ranks at once", fontsize=9
    )
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.3)

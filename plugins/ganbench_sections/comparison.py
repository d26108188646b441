"""The comparison plot: who is better, and whether the seeds agree."""

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganbench.contracts import Results
from ganbench.stats import merit
from ganbench.store import write_whole

_NAME = "comparison.png"
_BOARD = ["suite", "budget", "standard", "precision", "device", "dataset"]
_LINE = ["model", "loss", "settings"]
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")  # Okabe and Ito


class Comparison:
    """Writes comparison.png; fulfils contracts.Section."""

    def write(self, results: Results, folder: Path) -> Iterable[Path]:
        """Draw one panel for each dataset and score, final models only; nothing if nothing was scored."""
        frame = results.tidy
        final = frame[(frame["fraction"] == 1.0) & frame["value"].notna()]
        if final.empty:
            return []
        write_whole(folder / _NAME, lambda path: draw(final).savefig(path, format="png", dpi=150, bbox_inches="tight"))
        return [folder / _NAME]


def draw(final: pd.DataFrame) -> Figure:
    """Return the figure for the scored rows of a tidy frame: a row of panels for each board.

    A board is what the leaderboard ranks together: one suite, budget, precision, device and dataset.
    """
    boards = [board.assign(who=_names(board)) for _, board in final.groupby(_BOARD, sort=False)]
    panels = [[part for _, part in board.groupby(["score", "protocol"], sort=False)] for board in boards]
    heights = [1.5 + 0.5 * board["who"].nunique() for board in boards]
    columns = max(map(len, panels))
    figure = Figure(figsize=(1.5 + 3.4 * columns, sum(heights)), layout="constrained")
    grid = figure.subplots(len(boards), columns, squeeze=False, height_ratios=heights)

    # one colour a model in every panel, and its name once a row
    colours = dict(zip(pd.concat(boards)["who"].unique(), itertools.cycle(_COLOURS), strict=False))
    for row, parts in enumerate(panels):
        order = [who for _, who in sorted((_standing(part), str(who)) for who, part in parts[0].groupby("who"))]
        for column, axes in enumerate(grid[row]):
            if column < len(parts):
                _draw_panel(axes, parts[column], order, colours)
                axes.tick_params(labelleft=column == 0)
            else:
                axes.set_visible(False)
        grid[row][0].set_title(_title(parts[0].iloc[0]), loc="left", fontsize=10)
    return figure


def _draw_panel(axes: Axes, part: pd.DataFrame, order: list[str], colours: dict[str, Any]) -> None:
    import seaborn as sns

    where: dict[str, Any] = {"data": part, "x": "value", "y": "who", "order": order, "ax": axes}
    sns.stripplot(**where, hue="who", palette=colours, legend=False, size=7, alpha=0.7, jitter=False)
    mean: dict[str, Any] = {"color": "black", "marker": "|", "markersize": 16, "markeredgewidth": 1.5}
    sns.pointplot(**where, errorbar=None, linestyle="none", **mean)
    name, better = part["score"].iloc[0].replace("_", " "), part["better"].iloc[0]
    axes.set(xlabel=f"{name}\n({better} is better)", ylabel="")
    axes.grid(axis="x", alpha=0.3)


def _standing(part: pd.DataFrame) -> float:
    return merit(float(part["value"].mean()), part["better"].iloc[0])


def _names(board: pd.DataFrame) -> pd.Series:
    """Return each row's model and loss, with the recipe's settings where these tell two of them apart."""
    told = board.drop_duplicates(_LINE).duplicated(["model", "loss"]).any()
    parts = board[_LINE if told else ["model", "loss"]]
    return parts.apply(lambda row: "\n".join(filter(None, row)), axis=1)


def _title(row: pd.Series) -> str:
    mark = "" if row["standard"] else " (not the standard budget)"
    precision = "" if row["precision"] == "fp32" else f", {row['precision']}"
    return f"{row['dataset']} – {row['suite']}\n{row['budget']}{mark}{precision}, on {row['device']}"

"""The comparison plot: who is better, and whether the seeds agree."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from ganbench.contracts import Results
from ganbench.store import write_whole

_NAME = "comparison.png"


class Comparison:
    """Writes comparison.png; fulfils contracts.Section."""

    def write(self, results: Results, folder: Path) -> Iterable[Path]:
        """Draw one panel for each dataset and score, final models only; nothing if nothing was scored."""
        frame = results.tidy
        final = frame[(frame["fraction"] == 1.0) & frame["value"].notna()]
        if final.empty:
            return []
        write_whole(folder / _NAME, lambda path: draw(final).savefig(path, format="png", dpi=150))
        return [folder / _NAME]


def draw(final: pd.DataFrame) -> Figure:
    """Return the figure for the scored rows of a tidy frame: a row of panels for each suite and dataset."""
    import seaborn as sns

    final = final.assign(who=final.apply(_who, axis=1))
    boards = list(final.groupby(["suite", "dataset"], sort=False))
    scores = [list(board.groupby(["score", "protocol"], sort=False)) for _, board in boards]
    rows, columns = len(boards), max(map(len, scores))
    figure = Figure(figsize=(4.2 * columns + 0.8, 1.0 + sum(_height(board) for _, board in boards)))
    figure.set_layout_engine("constrained")
    heights = [_height(board) for _, board in boards]
    grid = figure.subplots(rows, columns, squeeze=False, height_ratios=heights)
    for row, ((suite, dataset), _) in enumerate(boards):
        for column, axes in enumerate(grid[row]):
            if column >= len(scores[row]):
                axes.set_visible(False)
                continue
            (score, _), part = scores[row][column]
            sns.pointplot(part, x="value", y="who", estimator="mean", errorbar=None, linestyle="none",
                          color="black", marker="|", markersize=18, ax=axes)
            sns.stripplot(part, x="value", y="who", hue="who", palette="colorblind", legend=False, size=7, ax=axes)
            axes.set(xlabel=f"{score.replace('_', ' ')} ({part['better'].iloc[0]} is better)", ylabel="")
            axes.set_title(f"{dataset}  ({suite})" if column == 0 else "", loc="left", fontsize=10)
            axes.grid(axis="x", alpha=0.3)
    return figure


def _who(row: pd.Series) -> str:
    name = f"{row['model']}\n{row['loss']}" if row["loss"] else str(row["model"])
    return name if row["standard"] else f"{name}\n({row['budget']})"


def _height(board: pd.DataFrame) -> float:
    return 0.9 + 0.55 * board["who"].nunique() if "who" in board else 2.0

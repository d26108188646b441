"""How strange each model finds a class that it was trained without: a row a model, a column a class."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ganbench import Choice, Results
from ganbench_sections.figures import FigureSection, names

_SCORE, _PARAMETER = "anomaly_auroc", "without"
_SAME = ["suite", "budget", "precision", "device", "data", "metric"]


class Anomalies(FigureSection):
    """One figure for each suite, device, dataset and way of judging: anomaly-*.png and .svg."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw the area under the ROC by the class that was left out, and its mean over classes."""
        for (suite, budget, precision, device, data, metric), part in parts(results.leaderboard):
            extra = "" if precision == "fp32" else f", {precision}"
            title = f"{metric}: area under the ROC, mean over seeds\n{data} – {suite}, {budget}{extra}, on {device}"
            yield f"anomaly {suite} {data} {metric} {budget} {device}{extra}", draw(table(part), title)


def parts(leaderboard: pd.DataFrame) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """Yield what a table has in common, and the rows of the leaderboard that are its numbers."""
    frame = leaderboard[(leaderboard["score"] == _SCORE) & leaderboard["mean"].notna()]
    if frame.empty:
        return
    choices = [Choice.parse(dataset) for dataset in frame["dataset"]]
    without = pd.Series([choice.to_dict().get(_PARAMETER) for choice in choices], index=frame.index)
    plain = [
        str(Choice.of(each.name, {k: v for k, v in each.to_dict().items() if k != _PARAMETER})) for each in choices
    ]
    frame = frame.assign(data=plain, without=without)
    for key, part in frame[frame["without"].notna()].groupby(_SAME, sort=False):
        yield tuple(map(str, key)), part


def table(part: pd.DataFrame) -> pd.DataFrame:
    """Return a row a model, a column a class and `mean` over those that all have; the best model first.

    The mean of a model that lacks a class is missing.
    """
    part = part.assign(who=names(part)).drop_duplicates(["who", _PARAMETER])
    by_class = part.pivot(index="who", columns=_PARAMETER, values="mean").sort_index(axis="columns")
    means = by_class.mean(axis="columns", skipna=False)
    return by_class.assign(mean=means).sort_values("mean", ascending=False, kind="stable")


def draw(values: pd.DataFrame, title: str) -> Figure:
    """Return the figure: the number in each cell, its colour from 0.5, a guess, to 1; below a guess in red."""
    rows, columns = values.shape
    figure = Figure(figsize=(2.6 + 0.62 * columns, 1.3 + 0.42 * rows), layout="constrained")
    axes = figure.add_subplot()
    numbers = values.to_numpy(dtype=float)
    shown = axes.imshow(numbers, vmin=0, vmax=1, cmap="RdBu", aspect="auto")
    for row, column in np.ndindex(rows, columns):
        if np.isfinite(numbers[row, column]):
            strong = abs(numbers[row, column] - 0.5) > 0.32
            colour = "white" if strong else "black"
            axes.text(column, row, f"{numbers[row, column]:.3f}", ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(columns), [str(name) for name in values.columns])
    axes.set_yticks(range(rows), [str(who).replace("\n", " + ") for who in values.index])
    axes.axvline(columns - 1.5, color="white", linewidth=3)
    axes.set_xlabel("class that training had none of")
    axes.tick_params(left=False, bottom=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    figure.colorbar(shown, ax=axes, label="0.5: a guess", ticks=[0, 0.5, 1])
    axes.set_title(title, loc="left", fontsize=10)
    return figure

"""Models against datasets at one glance: who stands where, by each board's first score."""

from collections.abc import Iterator

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ganbench import Results
from ganbench_sections.figures import FigureSection, first_score, names

_SAME = ["suite", "precision", "device"]


class HeatMap(FigureSection):
    """One figure for each suite and device with two datasets: heat-map-*.png and .svg."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw the places by the first score of each board, each with its value."""
        for (suite, precision, device), part in parts(results.leaderboard):
            extra = "" if precision == "fp32" else f", {precision}"
            yield f"heat-map {suite} {device}{extra}", draw(part, f"{suite}{extra}, on {device}")


def parts(leaderboard: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], pd.DataFrame]]:
    """Yield suite, precision and device, and the rows that are drawn: of standard budgets, of first scores."""
    frame = leaderboard[leaderboard["rank"].notna() & leaderboard["standard"]]
    for key, part in frame.groupby(_SAME, sort=False):
        first = pd.concat([first_score(board) for _, board in part.groupby("dataset", sort=False)])
        if first["dataset"].nunique() > 1:
            suite, precision, device = map(str, key)
            yield (suite, precision, device), first


def draw(part: pd.DataFrame, title: str) -> Figure:
    """Return the figure: a row a model, a column a dataset, the colour its place, the number its score."""
    import seaborn as sns

    part = part.assign(who=names(part))
    part = part.drop_duplicates(["who", "dataset"])
    order = part.groupby("who")["rank"].mean().sort_values(kind="stable").index
    places, values = (
        part.pivot(index="who", columns="dataset", values=name)  # keeps a column of which nothing is decided
        .loc[order, list(dict.fromkeys(part["dataset"]))]
        .astype(float)
        for name in ("place", "mean")
    )
    heads = [f"{dataset}\n{part[part['dataset'] == dataset]['score'].iloc[0].replace('_', ' ')}" for dataset in places]
    figure = Figure(figsize=(3.2 + 1.6 * places.shape[1], 1.6 + 0.42 * len(places)), layout="constrained")
    axes = figure.add_subplot()
    sns.heatmap(
        places, vmin=1, vmax=max(2, len(places)), cmap="viridis", ax=axes, xticklabels=heads, linewidths=1,
        yticklabels=[who.replace("\n", " + ") for who in places.index],
        cbar_kws={"label": "place (grey: undecided)", "ticks": MaxNLocator(integer=True)},
    )  # fmt: skip
    _annotate(axes, places, values)
    axes.set(xlabel="", ylabel="")
    axes.tick_params(left=False, bottom=False, labelrotation=0)
    axes.set_title(title, loc="left", fontsize=10)
    return figure


def _annotate(axes: Axes, places: pd.DataFrame, values: pd.DataFrame) -> None:
    """Write each value into its cell; a cell without a place is grey where there is a value, and empty elsewhere."""
    middle = (1 + len(places)) / 2
    for row, who in enumerate(places.index):
        for column, dataset in enumerate(places.columns):
            place, value = places.loc[who, dataset], values.loc[who, dataset]
            if pd.isna(value):
                continue
            if pd.isna(place):
                axes.add_patch(Rectangle((column, row), 1, 1, facecolor="0.85", edgecolor="white", linewidth=1))
            colour = "white" if place <= middle else "black"
            axes.text(column + 0.5, row + 0.5, f"{value:.3g}", ha="center", va="center", color=colour)

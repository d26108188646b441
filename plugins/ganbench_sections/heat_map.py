"""Models against datasets at one glance: who stands where, by each board's first score."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ganbench import Results
from ganbench_sections.figures import first_score, names, save

_SAME = ["suite", "precision", "device"]


class HeatMap:
    """Writes heat-map-*.png and .svg, one for each suite and device with two datasets; fulfils contracts.Section."""

    def write(self, results: Results, folder: Path) -> Iterable[Path]:
        """Draw the places by the first score of each board, each with its value."""
        paths: list[Path] = []
        frame = results.leaderboard[results.leaderboard["rank"].notna() & results.leaderboard["standard"]]
        for key, part in frame.groupby(_SAME, sort=False):
            first = pd.concat([first_score(board) for _, board in part.groupby("dataset", sort=False)])
            if first["dataset"].nunique() > 1:
                suite, precision, device = key
                extra = "" if precision == "fp32" else f", {precision}"
                paths += save(draw(first, f"{suite}{extra}, on {device}"), folder, f"heat-map {suite} {device}{extra}")
        return paths


def draw(part: pd.DataFrame, title: str) -> Figure:
    """Return the figure: a row a model, a column a dataset, the colour its place, the number its score."""
    import seaborn as sns

    part = part.assign(who=names(part))
    part = part.drop_duplicates(["who", "dataset"])
    order = part.groupby("who")["rank"].mean().sort_values(kind="stable").index
    places, values = (
        part.pivot_table(index="who", columns="dataset", values=name, sort=False).loc[order]
        for name in ("place", "mean")
    )
    said = values.map(lambda value: "" if pd.isna(value) else f"{value:.3g}")
    heads = [f"{dataset}\n{part[part['dataset'] == dataset]['score'].iloc[0].replace('_', ' ')}" for dataset in places]
    figure = Figure(figsize=(3.2 + 1.6 * places.shape[1], 1.6 + 0.42 * len(places)), layout="constrained")
    axes = figure.add_subplot()
    sns.heatmap(
        places, annot=said, fmt="", cmap="viridis", ax=axes, xticklabels=heads, linewidths=1,
        yticklabels=[who.replace("\n", " + ") for who in places.index],
        cbar_kws={"label": "place, shared where seeds support no lead", "ticks": MaxNLocator(integer=True)},
    )  # fmt: skip
    axes.set(xlabel="", ylabel="")
    axes.tick_params(left=False, bottom=False, labelrotation=0)
    axes.set_title(title, loc="left", fontsize=10)
    return figure

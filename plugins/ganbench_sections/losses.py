"""Loss curves of both players, with the spread over seeds."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganbench.contracts import Results
from ganbench_sections.figures import COLOURS, boards, save, stem

_BINS = 120  # points of a curve, each the mean of the updates around it
_COLUMNS = 4
_LOSSES = "_loss"


class Losses:
    """Writes losses-*.png and .svg, one for each board whose runs left curves; fulfils contracts.Section."""

    def write(self, results: Results, folder: Path) -> Iterable[Path]:
        """Draw a panel for each model, a line for each of its losses."""
        paths: list[Path] = []
        runs = results.tidy.drop_duplicates(["key", "device", "versions"])
        for title, board in boards(runs):
            curves = {
                str(who): found
                for who, rows in board.groupby("who", sort=False)
                if (found := [read for key in rows["key"] if (read := _read(results.folders.get(key))) is not None])
            }
            if curves:
                paths += save(draw(curves, title), folder, stem("losses", board))
        return paths


def draw(curves: Mapping[str, list[pd.DataFrame]], title: str) -> Figure:
    """Return the figure for the curves of each model's seeds: a frame a seed, a row an update."""
    columns = min(_COLUMNS, len(curves))
    rows = -(-len(curves) // columns)
    figure = Figure(figsize=(1 + 3.4 * columns, 0.6 + 2.6 * rows), layout="constrained")
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes, (who, seeds) in zip(panels, curves.items(), strict=False):
        _panel(axes, seeds)
        axes.set_title(who.replace("\n", " + "), fontsize=9)
    for axes in panels[len(curves) :]:
        axes.set_visible(False)
    figure.suptitle(title, x=0.01, ha="left", fontsize=10)
    return figure


def binned(values: np.ndarray, updates: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the mean of values (updates,) between edges (bins + 1,); missing where there is no finite one."""
    where = np.digitize(updates, edges[1:-1])
    kept = np.isfinite(values)
    counts = np.bincount(where[kept], minlength=len(edges) - 1)
    sums = np.bincount(where[kept], weights=values[kept], minlength=len(edges) - 1)
    means: np.ndarray = np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0)
    return means


def _panel(axes: Axes, seeds: list[pd.DataFrame]) -> None:
    """Draw each loss's mean over seeds, and a band from the lowest seed to the highest."""
    last = max(int(seed["update"].iloc[-1]) for seed in seeds)
    edges = np.linspace(0.5, last + 0.5, min(_BINS, last) + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    losses = [str(name) for name in seeds[0].columns if str(name).endswith(_LOSSES)]
    for name, colour in zip(losses, COLOURS, strict=False):
        found = [seed for seed in seeds if name in seed]
        lines = np.stack([binned(seed[name].to_numpy(float), seed["update"].to_numpy(float), edges) for seed in found])
        there = np.isfinite(lines).any(axis=0)
        at, lines = middles[there], lines[:, there]
        label = name.removesuffix(_LOSSES).replace("_", " ") or "loss"
        axes.plot(at, np.nanmean(lines, axis=0), color=colour, linewidth=1.2, label=label)
        axes.fill_between(at, np.nanmin(lines, axis=0), np.nanmax(lines, axis=0), color=colour, alpha=0.2, linewidth=0)
    axes.set_xlabel("update", fontsize=8)
    axes.tick_params(labelsize=8)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7, frameon=False)


def _read(folder: Path | None) -> pd.DataFrame | None:
    path = folder / "curves.parquet" if folder else None
    if path is None or not path.exists():
        return None
    frame = pd.read_parquet(path)
    return frame if len(frame) and any(str(name).endswith(_LOSSES) for name in frame) else None

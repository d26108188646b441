"""Which modes a model gives, beside the true shares: collapse as a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ganbench import Results, RunFolder
from ganbench_sections.figures import COLOURS, FigureSection, headline, panels, stem
from ganbench_sections.samples import pairs_by_board

_COLUMNS = 4
_LABELLED = 30  # modes that are still told apart by a number


@dataclass(frozen=True)
class Counted:
    """One run's counts (modes,) of generated and of real samples, as shares."""

    who: str
    generated: np.ndarray
    real: np.ndarray


class Histograms(FigureSection):
    """One figure for each board whose modes were counted: modes-*.png and .svg."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw a panel for each model's worst seed, where collapse shows first."""
        for title, board, counted in counted_by_board(results):
            yield stem("modes", board), draw(counted, title)


def counted_by_board(results: Results) -> Iterator[tuple[str, pd.DataFrame, list[Counted]]]:
    """Yield the title of each board whose modes were counted, its rows, and the counts of each model's worst seed."""
    for title, first, pairs in pairs_by_board(results):
        runs = [worst or best for best, worst in pairs]
        counted = [found for run in runs if (found := read(run.who, run.seed, run.picture.parent))]
        if counted:
            yield title, first, counted


def draw(counted: list[Counted], title: str) -> Figure:
    """Return the figure: bars of generated shares, a line of the true ones; many modes are sorted by their share."""
    columns = min(_COLUMNS, len(counted))
    rows = -(-len(counted) // columns)
    figure, grid = panels(rows, columns, 2.8, 1.6, 0.75)
    highest = 1.08 * max(float(max(each.generated.max(), each.real.max())) for each in counted)
    for axes, each in zip(grid, counted, strict=False):
        modes = np.arange(len(each.generated))
        few = len(modes) <= _LABELLED
        shares, truth = (side if few else np.sort(side)[::-1] for side in (each.generated, each.real))
        axes.bar(modes, shares, color=COLOURS[0], width=0.8 if few else 1.0, label="generated")
        axes.step(modes, truth, where="mid", color=COLOURS[1], linewidth=1.4, label="real")
        axes.set_title(each.who, fontsize=8)
        axes.set_xlabel("mode" if few else "mode, most frequent first", fontsize=8)
        axes.set_ylim(0, highest)
        axes.tick_params(labelsize=8)
    for axes in grid[len(counted) :]:
        axes.set_visible(False)
    grid[0].legend(fontsize=7, frameon=False)
    grid[0].set_ylabel("share of samples", fontsize=8)
    headline(figure, title)
    return figure


def read(who: str, seed: int, folder: Path) -> Counted | None:
    """Return the first counts in a run's folder, as shares; None where there are none that can be read."""
    try:
        counts = next(iter(RunFolder(folder).histograms().values()))
        generated, real = (np.array(counts[side], dtype=float) for side in ("generated", "real"))
    except (ValueError, LookupError, TypeError, StopIteration):  # nothing was counted, or the file is damaged
        return None
    name = f"{who.replace(chr(10), ' + ')}, seed {seed}"
    return Counted(name, generated / max(generated.sum(), 1), real / max(real.sum(), 1))

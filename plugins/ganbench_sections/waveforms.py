"""Waveforms that each model draws, and their mean spectrum beside the real one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganbench import Results, RunFolder
from ganbench_sections.figures import COLOURS, FigureSection, boards, first_score, headline, panels, stem
from ganbench_sections.samples import extremes

_SHOWN = 3  # waveforms of each model
_FLOOR = 1e-12  # of power, for silence


@dataclass(frozen=True)
class Heard:
    """One side: a few waveforms (n, length), and the mean power spectrum of all, (length // 2 + 1,)."""

    who: str
    waveforms: np.ndarray
    power: np.ndarray


class Waveforms(FigureSection):
    """One figure for each board whose samples are waveforms: waveforms-*.png and .svg."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw a row for the real side and one for each model's best seed, best models first."""
        final = results.tidy[(results.tidy["fraction"] == 1.0) & results.tidy["value"].notna()]
        for title, board in boards(final):
            best = [run for run, _ in extremes(first_score(board), results)]
            sides = [read(f"{run.who.replace(chr(10), ' + ')}, seed {run.seed}", run.picture.parent) for run in best]
            pairs = [pair for pair in sides if pair]
            if pairs:
                yield stem("waveforms", board), draw(pairs[0][1], [pair[0] for pair in pairs], title)


def read(who: str, folder: Path) -> tuple[Heard, Heard] | None:
    """Return the generated and the real side of a run; None where its folder keeps no waveforms."""
    kept = RunFolder(folder).waveforms()
    try:
        generated = Heard(who, kept["generated"], kept["generated_power"])
        return generated, Heard("real", kept["real"], kept["real_power"])
    except KeyError:
        return None


def draw(real: Heard, models: list[Heard], title: str) -> Figure:
    """Return the figure: a row a side, a few waveforms on one scale and the spectrum over the real one."""
    sides = [real, *models]
    figure, cells = panels(len(sides), _SHOWN + 1, 2.6, 1.0, 0.4)
    loudest = 1.1 * float(np.abs(real.waveforms).max())
    for row, side in enumerate(sides):
        beside = cells[row * (_SHOWN + 1) : (row + 1) * (_SHOWN + 1)]
        for axes in beside[:-1]:
            axes.set(xticks=[], yticks=[], ylim=(-loudest, loudest))
        for axes, waveform in zip(beside[:-1], side.waveforms, strict=False):
            axes.plot(waveform, color=COLOURS[0], linewidth=0.5)
        beside[0].set_title(side.who, fontsize=9, loc="left")
        _spectrum(beside[-1], side, real)
    cells[-1].set_xlabel("cycles a waveform", fontsize=8)
    headline(figure, title)
    return figure


def _spectrum(axes: Axes, side: Heard, real: Heard) -> None:
    frequencies = np.arange(1, len(real.power))
    for power, colour, label in ((real.power, COLOURS[1], "real"), (side.power, COLOURS[0], "generated")):
        if label == "real" or side is not real:
            axes.plot(frequencies, 10 * np.log10(power[1:] + _FLOOR), color=colour, linewidth=0.8, label=label)
    axes.set_xscale("log")
    axes.set_title("mean power, dB", fontsize=8, loc="left")
    axes.tick_params(labelsize=7)
    axes.legend(fontsize=6, frameon=False, loc="lower left")

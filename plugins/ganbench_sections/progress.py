"""How scores went over training: against images and against seconds, with every seed in sight."""

from collections.abc import Iterator

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from ganbench import Results, merit
from ganbench_sections.figures import FigureSection, boards, clock_formatter, first_score, looks_of, stem

_CLOCKS = {"images": "images", "seconds": "seconds of training"}
_FAR = 300.0  # a clock that spans more than this factor has a tick a decade
_WIDE = 100.0  # a score that spans more than this factor is drawn on a logarithmic axis


class Progress(FigureSection):
    """One figure for each board with several checkpoints: progress-*.png and .svg."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw each board's first score; nothing for boards that were scored once."""
        frame = results.tidy[results.tidy["value"].notna()]
        for title, board in boards(frame):
            first = first_score(board)
            if first["fraction"].nunique() > 1:
                yield stem("progress", board), draw(first, title)


def draw(part: pd.DataFrame, title: str) -> Figure:
    """Return the figure for one score's rows: the mean over seeds as a line, its seeds as a band and dots."""
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    panels = figure.subplots(1, len(_CLOCKS), sharey=True)
    looks = looks_of(part)
    lines = sorted(part.groupby("who", sort=False), key=lambda line: _standing(line[1]))
    for axes, clock in zip(panels, _CLOCKS, strict=True):
        for who, rows in lines:
            _line(axes, rows, clock, (str(who), *looks[str(who)]))
        axes.set(xlabel=_CLOCKS[clock], xscale="log")
        low, high = axes.get_xlim()
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if high > _FAR * low else (1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(clock_formatter(clock))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.grid(alpha=0.3)
    name, better = part["score"].iloc[0].replace("_", " "), part["better"].iloc[0]
    panels[0].set_ylabel(f"{name} ({better} is better)")
    if part["value"].min() > 0 and part["value"].max() > _WIDE * part["value"].min():
        panels[0].set_yscale("log")
    panels[0].set_title(title, loc="left", fontsize=10)
    panels[-1].legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8, frameon=False)
    return figure


def _standing(rows: pd.DataFrame) -> float:
    return merit(float(rows[rows["fraction"] == 1.0]["value"].mean()), rows["better"].iloc[0])


def _line(axes: Axes, rows: pd.DataFrame, clock: str, look: tuple[str, str, str]) -> None:
    """Draw one model; one that was scored once, such as real data played back, is a level to compare with."""
    who, colour, marker = look
    if rows["fraction"].nunique() == 1:
        axes.axhline(rows["value"].mean(), color=colour, linestyle="--", linewidth=1, label=who.replace("\n", " + "))
        return
    by_fraction = rows.groupby("fraction")
    middle, low, high = (by_fraction["value"].agg(kind) for kind in ("mean", "min", "max"))
    at = by_fraction[clock].mean().clip(lower=1e-3)
    axes.plot(at, middle, color=colour, marker=marker, markersize=5, label=who.replace("\n", " + "))
    if rows["seed"].nunique() > 1:
        axes.fill_between(at, low, high, color=colour, alpha=0.15, linewidth=0)

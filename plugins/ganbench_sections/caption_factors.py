"""How much of what captions say is in the pictures, factor by factor, between chance and what a recogniser reads."""

from collections.abc import Iterator

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganbench import Results
from ganbench_sections.figures import FigureSection, boards, headline, looks_of, panels, stem

_SCORES = {"alignment": "captions of pairs as in training", "composition": "captions of held-out pairs"}
_KINDS = ("digit", "thickness", "slant", "shape", "colour", "size", "relation", "count", "whole")
_ENDS = {"floor": ":", "ceiling": "--"}


class CaptionFactors(FigureSection):
    """One figure for each board with a score of captions: captions-*.png and .svg."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw a panel a score, a dot a model and factor, the mean of its seeds; the ends are those of all factors."""
        final = results.tidy[(results.tidy["fraction"] == 1.0) & results.tidy["value"].notna()]
        for title, board in boards(final):
            scores = [score for score in _SCORES if (board["score"] == score).any()]
            if scores:
                yield stem("captions", board), draw(board, scores, title)


def draw(board: pd.DataFrame, scores: list[str], title: str) -> Figure:
    """Return the figure of a board's final values."""
    figure, cells = panels(1, len(scores), 4.2, 2.8)
    for axes, score in zip(cells, scores, strict=True):
        _panel(axes, board, score)
    cells[0].set_ylabel("share found in the pictures")
    headline(figure, title)
    return figure


def _panel(axes: Axes, board: pd.DataFrame, score: str) -> None:
    looks, scores = looks_of(board), set(board["score"])
    kinds = [kind for kind in _KINDS if f"{score}_{kind}" in scores]
    people = [who for who in looks if ((board["who"] == who) & (board["score"] == score)).any()]
    for number, who in enumerate(people):
        rows = board[board["who"] == who].groupby("score")["value"].mean()
        colour, marker = looks[who]
        shift = 0.5 * ((number + 0.5) / len(people) - 0.5)
        columns = [score, *(f"{score}_{kind}" for kind in kinds)]
        there = [(place + shift, rows[column]) for place, column in enumerate(columns) if column in rows]
        axes.plot(*zip(*there, strict=True), marker, color=colour, label=who.replace("\n", " + "), markersize=6)
        for end, style in _ENDS.items():
            if (column := f"{score}_{end}") in rows:
                axes.plot([-0.4, 0.4], [rows[column]] * 2, style, color=colour, linewidth=1)
    axes.set_xticks(range(1 + len(kinds)), ["all", *kinds], fontsize=8)
    axes.set(ylim=(-0.03, 1.03), title=_SCORES[score])
    axes.title.set_fontsize(9)
    axes.grid(axis="y", linewidth=0.3)
    axes.legend(fontsize=7, frameon=False, loc="best")

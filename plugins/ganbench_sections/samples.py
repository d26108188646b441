"""Samples side by side: what each model draws from its best seed, and what from its worst."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from ganbench import Results, merit
from ganbench_sections.figures import FigureSection, boards, first_score, is_picture, picture, stem
from ganbench_sections.sheets import sheet

_SIDE = 2.4  # inches of a picture
_COLUMNS = 5  # models side by side; further ones go below
_PICTURE = "samples.png"


@dataclass(frozen=True)
class Drawn:
    """One run's picture: whose it is, which seed, and its value of the board's first score."""

    who: str
    seed: int
    value: float
    picture: Path


class Samples(FigureSection):
    """One figure for each board: samples-*.png and .svg."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw the best and the worst seed of each model, best models first; nothing where no pictures are."""
        for title, first, pairs in pairs_by_board(results):
            score = first["score"].iloc[0].replace("_", " ")
            yield stem("samples", first), draw(pairs, title, score)


def pairs_by_board(results: Results) -> Iterator[tuple[str, pd.DataFrame, list[tuple[Drawn, Drawn | None]]]]:
    """Yield the title of each board with pictures, the rows of its first score, and who is drawn."""
    final = results.tidy[(results.tidy["fraction"] == 1.0) & results.tidy["value"].notna()]
    for title, board in boards(final):
        first = first_score(board)
        if pairs := extremes(first, results):
            yield title, first, pairs


def extremes(part: pd.DataFrame, results: Results) -> list[tuple[Drawn, Drawn | None]]:
    """Return each model's best run and its worst, the models in the order of their means; None for a single seed."""
    better = str(part["better"].iloc[0])
    ranked = part.assign(merit=[merit(value, better) for value in part["value"]]).sort_values("merit", kind="stable")
    order = ranked.groupby("who")["merit"].mean().sort_values(kind="stable").index
    of = dict(iter(ranked.groupby("who")))
    pairs: list[tuple[Drawn, Drawn | None]] = []
    for who in order:
        rows = zip(of[who]["seed"], of[who]["value"], of[who]["run"], strict=True)
        runs = [
            Drawn(str(who), int(seed), float(value), results.folders[run] / _PICTURE)
            for seed, value, run in rows if run in results.folders
        ]  # fmt: skip
        best, worst = (next((run for run in line if is_picture(run.picture)), None) for line in (runs, runs[::-1]))
        if best and worst:
            pairs.append((best, worst if worst is not best else None))
    return pairs


def draw(pairs: list[tuple[Drawn, Drawn | None]], title: str, score: str) -> Figure:
    """Return the figure: a column a model, its best seed above its worst, in bands of a few models."""
    deep = 2 if any(worst for _, worst in pairs) else 1
    bands = [pairs[start : start + _COLUMNS] for start in range(0, len(pairs), _COLUMNS)]
    shown = [[pair[which] for pair in band] for band in bands for which in range(deep)]
    page = sheet([[picture(run.picture, _SIDE) if run else None for run in row] for row in shown], _SIDE, 0.5, title)
    for number, row in enumerate(shown):
        which = f"{('best', 'worst')[number % deep]} seed" if deep > 1 else "seed"
        for column, run in enumerate(row):
            if run and number % deep == 0:
                page.above(number, column, run.who.replace("\n", " + "), fontsize=9)
            if run:
                page.below(number, column, f"{which} ({run.seed}): {score} {run.value:.3g}")
    return page.figure

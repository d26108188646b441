"""What each model makes of held-out pictures: rows that metrics kept, a block a model."""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from ganbench import Results, RunFolder
from ganbench_sections.figures import FigureSection, boards, first_score, headline, stem
from ganbench_sections.samples import extremes

_INCHES = 0.5  # of a picture's side
_LEFT, _LETTERS = 1.3, 24  # inches for the names of rows, and letters that go into one of their lines
_ABOVE, _HEAD, _LINE = 0.75, 0.3, 0.15  # for the title, for the name of a model, and for each further line of that
_BOLD = 11  # letters of a model's name that go into an inch


@dataclass(frozen=True)
class Block:
    """A model's rows: each by its name, (n, channels, height, width) uint8."""

    who: str
    rows: Mapping[str, np.ndarray]


class Reconstructions(FigureSection):
    """One figure for each board and each metric that shows pictures: reconstructions-*.png and .svg."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw a block for each model's best seed, best models first; nothing where no rows were kept."""
        final = results.tidy[(results.tidy["fraction"] == 1.0) & results.tidy["value"].notna()]
        for title, board in boards(final):
            kept = {
                f"{run.who.replace(chr(10), ' + ')}, seed {run.seed}": RunFolder(run.picture.parent).picture_rows()
                for run, _ in extremes(first_score(board), results)
            }
            for metric in dict.fromkeys(metric for rows in kept.values() for metric in rows):
                blocks = [Block(who, rows[metric]) for who, rows in kept.items() if metric in rows]
                yield f"{stem('reconstructions', board)} {metric}", draw(blocks, f"{title}\n{metric}")


def draw(blocks: list[Block], title: str) -> Figure:
    """Return the figure: one block below the other, in each a row a stage, pictures as large as each other."""
    columns = max(len(next(iter(block.rows.values()))) for block in blocks)
    width = max(_LEFT + columns * _INCHES + 0.1, 4.5)
    names = [textwrap.wrap(block.who, int(width * _BOLD)) for block in blocks]
    heads = [_HEAD + _LINE * (len(name) - 1) for name in names]
    height = _ABOVE + sum(len(block.rows) for block in blocks) * _INCHES + sum(heads) + 0.1
    figure = Figure(figsize=(width, height))
    top = height - _ABOVE
    for block, name, head in zip(blocks, names, heads, strict=True):
        figure.text(0.1 / width, (top - 0.12) / height, "\n".join(name), fontsize=9, weight="bold", va="top")
        top -= head
        for stage, pictures in block.rows.items():
            top -= _INCHES
            middle = (top + _INCHES / 2) / height
            label = textwrap.fill(stage, _LETTERS)
            figure.text((_LEFT - 0.08) / width, middle, label, fontsize=7, ha="right", va="center")
            for column, picture in enumerate(pictures):
                _place(figure, picture, (_LEFT + column * _INCHES, top))
    headline(figure, title)
    return figure


def _place(figure: Figure, picture: np.ndarray, corner: tuple[float, float]) -> None:
    """Show (channels, height, width) bytes at a corner, in inches from the lower left, without smoothing."""
    width, height = figure.get_size_inches()
    side = _INCHES - 0.04
    axes = figure.add_axes((corner[0] / width, corner[1] / height, side / width, side / height))
    axes.set_axis_off()
    shown = picture.transpose(1, 2, 0)
    axes.imshow(shown if shown.shape[2] == 3 else shown[..., 0], cmap="gray", vmin=0, vmax=255, interpolation="nearest")

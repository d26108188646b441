"""Training seen from fixed latents: what each model drew at each checkpoint, as a strip and as an animation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from ganbench import Results, RunFolder, write_whole
from ganbench_sections.figures import FigureSection, boards, first_score, is_grey, is_picture, picture, slug, stem
from ganbench_sections.samples import extremes
from ganbench_sections.sheets import sheet

_SIDE = 1.7  # inches of a picture in a strip
_PIXELS = 240  # a side of a picture in an animation
_COLUMNS = 4
_CAPTION = 18  # pixels
_STEP, _END = 700, 2_500  # milliseconds


@dataclass(frozen=True)
class Course:
    """One model's pictures, by the share of the budget that was spent."""

    who: str
    frames: dict[float, Path]


class Strips(FigureSection):
    """One figure for each board with several checkpoints: training-*.png and .svg."""

    def figures(self, results: Results) -> Iterator[tuple[str, Figure]]:
        """Draw a row for each model's best seed, a column for each checkpoint."""
        for title, board, courses in _boards(results):
            yield stem("training", board), draw(courses, title)


class Animation:
    """Writes training-*.gif, one for each board with several checkpoints; fulfils contracts.Section."""

    def write(self, results: Results, folder: Path) -> Iterable[Path]:
        """Show each model's best seed side by side, a picture a checkpoint."""
        paths = []
        for _, board, courses in _boards(results):
            first, *others = animate(courses)
            path = folder / "plots" / f"{slug(stem('training', board))}.gif"
            durations = [_STEP] * len(others) + [_END]
            write_whole(
                path,
                lambda beside, first=first, others=others, durations=durations: first.save(  # type: ignore[misc]
                    beside, format="GIF", save_all=True, append_images=others, duration=durations, loop=0
                ),
            )
            paths.append(path)
        return paths


def draw(courses: list[Course], title: str) -> Figure:
    """Return the figure of strips."""
    fractions = _fractions(courses)
    rows = [
        [picture(course.frames[at], _SIDE) if at in course.frames else None for at in fractions] for course in courses
    ]
    page = sheet(rows, _SIDE, 0.28, title)
    for row, course in enumerate(courses):
        page.above(row, 0, course.who.replace("\n", " + "), fontsize=8)
    for column, fraction in enumerate(fractions):
        page.below(len(courses) - 1, column, f"{fraction:.0%}")
    return page.figure


def animate(courses: list[Course]) -> list[Image.Image]:
    """Return a picture a checkpoint: every model's samples by then, the last ones of a model that ended earlier."""
    shown = []
    for fraction in _fractions(courses):
        columns = min(_COLUMNS, len(courses))
        rows = -(-len(courses) // columns)
        page = Image.new("RGB", (columns * _PIXELS, rows * (_PIXELS + _CAPTION)), "white")
        pen = ImageDraw.Draw(page)
        for index, course in enumerate(courses):
            by_then = [there for there in course.frames if there <= fraction]
            if not by_then:
                continue
            x, y = index % columns * _PIXELS, index // columns * (_PIXELS + _CAPTION)
            drawn = picture(course.frames[max(by_then)], _SIDE)
            drawn.thumbnail((_PIXELS - 6, _PIXELS - 6), Image.Resampling.BOX)
            page.paste(drawn, (x + 3, y + _CAPTION))
            pen.text((x + 4, y + 3), f"{course.who.partition(chr(10))[0][:30]}  {fraction:.0%}", fill="black")
        shown.append(page.convert("L") if is_grey(np.asarray(page)) else page)  # whose palette is at hand
    return shown


def _boards(results: Results) -> Iterable[tuple[str, pd.DataFrame, list[Course]]]:
    """Yield each board of which several checkpoints were drawn, with its models' best seeds."""
    final = results.tidy[(results.tidy["fraction"] == 1.0) & results.tidy["value"].notna()]
    for title, board in boards(final):
        best = [run for run, _ in extremes(first_score(board), results)]
        courses = [Course(run.who, _frames(run.picture.parent)) for run in best]
        moving = [course for course in courses if len(course.frames) > 1]
        if moving:
            yield title, board, moving


def _frames(folder: Path) -> dict[float, Path]:
    frames = {}
    for path in filter(is_picture, RunFolder(folder).frames()):
        number = path.stem.rpartition("-")[2]
        frames[int(number) / 1000 if number.isdigit() else 1.0] = path
    return frames


def _fractions(courses: list[Course]) -> list[float]:
    return sorted({fraction for course in courses for fraction in course.frames})

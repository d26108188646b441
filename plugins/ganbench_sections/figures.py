"""What the plots share: colours that everybody can tell apart, names, boards, and files in two formats."""

import itertools
import re
from abc import ABC
from collections.abc import Iterable, Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, Formatter, FuncFormatter
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ganbench import Figures, Results, open_picture, split_by_board, write_whole

# what is one line of a board
LINE = ["model", "loss", "settings"]
# Okabe and Ito (2008), which colour-blind people can tell apart, with the markers that tell more than seven
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_MARGINS = (0.6, 0.15, 0.85, 0.5)  # inches: left, right, top, bottom
_FORMATS = (".png", ".svg")
DOTS = 150  # an inch


class FigureSection(Figures, ABC):
    """A section that writes each of its figures as PNG and SVG; fulfils contracts.Section."""

    def write(self, results: Results, folder: Path) -> Iterable[Path]:
        """Write every figure, as figures yields them."""
        return [path for name, figure in self.figures(results) for path in save(figure, folder, name)]


def boards(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield a title and a part of a frame, with the columns `who`, `colour` and `marker`, for each board.

    A model looks the same on every board.
    """
    parts = [(board, rows.assign(who=names(rows))) for board, rows in split_by_board(frame)]
    looks = styles(sorted({who for _, rows in parts for who in rows["who"]}))
    for board, rows in parts:
        colours, markers = ([looks[who][index] for who in rows["who"]] for index in (0, 1))
        yield plain(f"{board.dataset} – {board.suite}\n{board.conditions}"), rows.assign(colour=colours, marker=markers)


def names(board: pd.DataFrame) -> pd.Series:
    """Return each row's model and loss, with the recipe's settings where these tell two of them apart."""
    told = board.drop_duplicates(LINE).duplicated(["model", "loss"]).any()
    parts = zip(*(board[column] for column in (LINE if told else ["model", "loss"])), strict=True)
    return pd.Series([plain("\n".join(filter(None, row))) for row in parts], index=board.index, dtype=object)


def plain(text: str) -> str:
    """Return text as matplotlib shows it letter by letter: a dollar would begin a formula."""
    return text.replace("$", r"\$")


def first_score(board: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a board's first score by its first protocol."""
    same = (board["score"] == board["score"].iloc[0]) & (board["protocol"] == board["protocol"].iloc[0])
    kept: pd.DataFrame = board[same]
    return kept


def clock_formatter(clock: str) -> Formatter:
    """Return how the ticks of a logarithmic clock read: seconds plainly, so that no milli is taken for a million."""
    seconds = clock in ("seconds", "seconds_per_sample")
    return FuncFormatter(lambda value, _: f"{value:,g}") if seconds else EngFormatter(sep="")


def stem(kind: str, rows: pd.DataFrame) -> str:
    """Return a file's name for a board: the same one whatever other boards there are."""
    board, _ = next(split_by_board(rows))
    return f"{kind} {board.stem}"


def styles(everybody: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return a colour and a marker for each name, no two pairs alike below 49 names."""
    count = len(COLOURS)
    looks = ((COLOURS[index % count], MARKERS[(index + index // count) % count]) for index in itertools.count())
    return dict(zip(dict.fromkeys(everybody), looks, strict=False))


def looks_of(part: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return the colour and the marker of each name on a board, as boards gave them."""
    looks = zip(part["colour"].astype(str), part["marker"].astype(str), strict=True)
    return dict(zip(part["who"].astype(str), looks, strict=True))


def panels(rows: int, columns: int, width: float, height: float, gap: float = 0.55) -> tuple[Figure, list[Axes]]:
    """Return a figure of equal panels, width x height inches each, row by row, with room for a title above.

    gap: inches between them, for titles and ticks. It needs no layout engine, which takes longer than drawing.
    """
    size, left, top = page_of(rows, columns, width, height, gap)
    right, bottom = _MARGINS[1], _MARGINS[3]
    figure = Figure(figsize=size)
    where = {
        "left": left / size[0], "right": 1 - right / size[0], "top": 1 - top / size[1], "bottom": bottom / size[1],
        "wspace": gap / width, "hspace": gap / height,
    }  # fmt: skip
    cells = list(figure.subplots(rows, columns, squeeze=False, gridspec_kw=where).flat)
    for axes in cells:
        _fix_labels(axes, width, height)
    return figure, cells


def page_of(
    rows: int, columns: int, width: float, height: float, gap: float
) -> tuple[tuple[float, float], float, float]:
    """Return the size of a figure of equal panels, and how far they stay from its left and its top; inches."""
    left, right, top, bottom = _MARGINS
    across, down = columns * (width + gap) - gap, rows * (height + gap) - gap
    return (left + across + right, top + down + bottom), left, top


def _fix_labels(axes: Axes, width: float, height: float) -> None:
    """Give a panel's title and labels their places, which takes matplotlib as long to find as all else to draw."""
    axes.set_title("", y=1.0)
    axes.xaxis.set_label_coords(0.5, -0.28 / height)
    axes.yaxis.set_label_coords(-0.42 / width, 0.5)


def headline(figure: Figure, text: str) -> None:
    """Write a title into the room above the panels, on the left."""
    figure.text(0.1 / figure.get_figwidth(), 1 - 0.08 / figure.get_figheight(), text, ha="left", va="top", fontsize=10)


def save(figure: Figure, folder: Path, stem: str) -> list[Path]:
    """Write a figure as PNG and SVG into the folder `plots`; return both paths, the PNG first."""
    # lay it out once for both: that takes longer than drawing
    if (layout := figure.get_layout_engine()) is not None:
        layout.execute(figure)
        figure.set_layout_engine(None)
    paths = [folder / "plots" / f"{slug(stem)}{suffix}" for suffix in _FORMATS]
    pixels = drawn_pixels(figure)
    about = PngInfo()
    about.add_text("Software", f"Matplotlib version{mpl.__version__}, https://matplotlib.org/")
    # without alpha, for nothing shines through; by a level that takes half the time and leaves no larger a file
    write_whole(paths[0], lambda beside: pixels.save(beside, "png", compress_level=4, dpi=(DOTS, DOTS), pnginfo=about))
    write_whole(paths[1], lambda beside: figure.savefig(beside, format="svg", dpi=DOTS))
    return paths


def drawn_pixels(figure: Figure) -> Image.Image:
    """Return a figure as it is drawn at DOTS an inch: RGB, or L where it has no colour."""
    usual = figure.canvas, figure.dpi
    canvas = FigureCanvasAgg(figure)
    figure.dpi = DOTS
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    figure.canvas, figure.dpi = usual
    return Image.fromarray(pixels[..., 0]) if is_grey(pixels) else Image.fromarray(pixels).convert("RGB")


def is_grey(pixels: np.ndarray) -> bool:
    """Tell whether pixels (height, width, 3 or more) are without any colour, as those of digits are."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return bool((red == green).all() and (red == blue).all())


def picture(path: Path, inches: float) -> Image.Image:
    """Return a picture no finer than it can be shown at so many inches a side."""
    side = round(inches * DOTS)
    with open_picture(path) as opened:
        image = opened.convert("RGB")
    image.thumbnail((side, side), Image.Resampling.BOX)
    return image


def is_picture(path: Path) -> bool:
    """Tell whether a file is there that can be shown: a torn or an enormous one costs its own picture alone."""
    try:
        with open_picture(path) as opened:
            opened.verify()
    except OSError:
        return False
    return True


def slug(text: str) -> str:
    """Return text as a harmless file name: letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()[:120] or "board"

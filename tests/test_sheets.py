"""Sheets of pictures: each pixel where it belongs, in whatever resolution a figure is drawn."""

import numpy as np
import pytest
from PIL import Image

from ganbench_sections import figures, sheets

SIDE, FACTOR = 20, 3  # pixels of a picture, and dots of each
SHADES = np.random.default_rng(0).integers(0, 128, (SIDE, SIDE, 3), dtype=np.uint8)


@pytest.fixture
def page():
    upper = SHADES.copy()
    upper[: SIDE // 2] += 127
    return upper, sheets.sheet([[Image.fromarray(upper)]], SIDE * FACTOR / figures.DOTS, 0.1, "").figure


def test_each_pixel_is_shown_the_right_way_up(page, tmp_path):
    shades, figure = page
    png, _ = figures.save(figure, tmp_path, "sheet")
    with Image.open(png) as written:
        assert written.mode == "RGB"
        assert [round(dots) for dots in written.info["dpi"]] == [figures.DOTS, figures.DOTS]
        shown = np.asarray(written)
    left, below = round(0.25 * figures.DOTS), shown.shape[0] - round(0.5 * figures.DOTS)
    part = shown[below - SIDE * FACTOR : below, left : left + SIDE * FACTOR]
    assert np.array_equal(part, np.kron(shades, np.ones((FACTOR, FACTOR, 1), np.uint8)))


def test_another_resolution_shows_the_same_picture(page, tmp_path):
    shades, figure = page
    figure.savefig(tmp_path / "small.png", dpi=figures.DOTS / FACTOR)
    with Image.open(tmp_path / "small.png") as written:
        shown = np.asarray(written.convert("RGB")).astype(int)
    left, below = round(0.25 * figures.DOTS / FACTOR), shown.shape[0] - round(0.5 * figures.DOTS / FACTOR)
    part = shown[below - SIDE + 2 : below - 2, left + 2 : left + SIDE - 2]  # without its edges
    assert abs(part[:6].mean() - shades[2:8].mean()) < 10
    assert abs(part[-6:].mean() - shades[-8:-2].mean()) < 10


@pytest.mark.parametrize("colour", [False, True])
def test_sheets_of_either_kind_are_written_in_every_format(colour, tmp_path):
    shades = SHADES if colour else SHADES[..., :1].repeat(3, axis=2)
    figure = sheets.sheet([[Image.fromarray(shades)]], SIDE * FACTOR / figures.DOTS, 0.1, "").figure
    for suffix in ("pdf", "eps"):
        figure.savefig(tmp_path / f"sheet.{suffix}")
        assert (tmp_path / f"sheet.{suffix}").stat().st_size > 1_000
    png, _ = figures.save(figure, tmp_path, "sheet")
    with Image.open(png) as written:
        assert written.mode == ("RGB" if colour else "L")
        three = np.asarray(written.convert("RGB"))
    left, below = round(0.25 * figures.DOTS), three.shape[0] - round(0.5 * figures.DOTS)
    part = three[below - SIDE * FACTOR : below, left : left + SIDE * FACTOR]
    assert np.array_equal(part, np.kron(shades, np.ones((FACTOR, FACTOR, 1), np.uint8)))

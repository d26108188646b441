"""Samples that would harm who scores them: each one line, exit code 2, and less than a gigabyte of memory."""

import zipfile

import hostile
import numpy as np
import pytest
from hostile import LIMIT, run_limited

pytest_plugins = ["sampled"]

ARRAYS = {
    "compressed zeros": (lambda path: hostile.packed_zeros(path, 129), "write it without compression"),
    "an unknown method": (
        lambda path: hostile.marked(hostile.archive(path, name="samples.npy"), method=99), "as an array of numbers",
    ),
    "bzip2": (
        lambda path: hostile.archive(path, "samples.npy", bytes(2**20), zipfile.ZIP_BZIP2), "as an array of numbers",
    ),
    "encrypted": (
        lambda path: hostile.marked(hostile.archive(path, name="samples.npy"), flags=1), "as an array of numbers",
    ),
    "no array": (lambda path: hostile.archive(path, name="samples.npy"), "as an array of numbers"),
}  # fmt: skip


@pytest.mark.parametrize("name", ARRAYS)
def test_packed_arrays(tmp_path, refused, name):
    make, message = ARRAYS[name]
    make(tmp_path / "theirs.npz")
    assert message in refused("score", "theirs.npz", "digits:test", "--metric", "mmd")


@pytest.mark.parametrize("shape", [(10**12, 2), (2**62, 4), (-1, 2), (10**9, 10**9, 10**9)])
def test_an_array_that_claims_more_than_its_file_holds(tmp_path, refused, shape):
    with (tmp_path / "theirs.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": shape})
        file.write(bytes(64))
    assert "as an array of numbers" in refused("score", "theirs.npy", "digits:test", "--metric", "mmd")


@pytest.mark.slow
def test_bombs_among_samples_stay_below_a_gigabyte(tmp_path):
    hostile.packed_zeros(tmp_path / "theirs.npz", 2_000)
    for name, side in (("a", 10_000), ("b", 40_000)):
        hostile.wide_picture(tmp_path / name / "a.png", side)
    assert max(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 3 * 2**20
    lines, peak = run_limited(*(f"score {name} digits:test --metric mmd" for name in ("theirs.npz", "a", "b")))
    assert lines[1::2] == ["exit 2"] * 3, lines
    assert peak < LIMIT


def test_a_program_in_a_pictures_place_is_never_called(tmp_path, refused):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n")
    assert "can't read 1 of 1 pictures" in refused("score", "pictures", "digits:test")


def test_a_name_longer_than_any_file_has_is_one_line(command):
    answer = command("score", "x" * 5_000, "digits:test")
    assert answer.exit_code == 2
    assert "File name too long" in answer.stderr

"""Rows of pictures that metrics show: kept with a run, packed with it, and read with suspicion."""

import numpy as np
import pytest
from safetensors.numpy import save

from ganbench.schema.choice import Choice
from ganbench.storage.picture_rows import LARGEST_ROWS, read_picture_rows, write_picture_rows
from ganbench.storage.store import ROWS, RunFolder
from ganbench.storage.submission import pack, unpacked

METRICS = tuple(Choice.parse(name) for name in ("reconstruction", "denoising", "colouring", "likelihood"))


def test_a_run_keeps_what_its_metrics_show(run, make_spec, tmp_path):
    spec = make_spec(dataset="digits", model=Choice.parse("autoencoder:width=16"), loss=None, metrics=METRICS)
    record = run(spec)
    folder = RunFolder(tmp_path / "a" / "runs" / record.key)
    shown = folder.picture_rows()
    assert {metric: list(rows) for metric, rows in shown.items()} == {
        "reconstruction": ["source", "reconstruction"],
        "denoising": ["source", "noise of 25 %", "denoised"],
    }
    assert all(row.shape == (8, 1, 8, 8) for rows in shown.values() for row in rows.values())
    assert (shown["denoising"]["source"] == shown["reconstruction"]["source"]).all()
    assert ROWS in record.files or ROWS in folder.read_record().files
    pack([folder.path], tmp_path / "ours.zip")
    with unpacked(tmp_path / "ours.zip") as root:
        (found,) = (RunFolder(path) for path in (root / "runs").iterdir())
        assert found.picture_rows().keys() == shown.keys()


@pytest.mark.parametrize(
    "arrays",
    [
        {"000/source": np.zeros((2, 1, 4, 4), np.uint8)},
        {"000/source/m": np.zeros((2, 1, 4, 4), np.float32)},
        {"000/source/m": np.zeros((2, 2, 4, 4), np.uint8)},
        {"000/source/m": np.zeros((0, 1, 4, 4), np.uint8)},
        {"000/source/m": np.zeros((2, 1, 4, 4), np.uint8), "001/other/m": np.zeros((2, 1, 4, 5), np.uint8)},
        {"000/source/m": np.zeros(4, np.uint8)},
    ],
)
def test_rows_of_another_form_are_left_out(arrays, tmp_path):
    path = tmp_path / ROWS
    path.write_bytes(save(arrays))
    assert read_picture_rows(path) == {}
    path.write_bytes(path.read_bytes()[:-1])
    assert read_picture_rows(path) == {}


def test_rows_come_back_in_their_order_and_too_many_are_not_kept(tmp_path):
    path = tmp_path / ROWS
    rows = {"z:by=a/b": {"last": np.ones((2, 3, 4, 4), np.uint8), "first": np.zeros((2, 3, 4, 4), np.uint8)}}
    write_picture_rows(path, rows)
    found = read_picture_rows(path)
    assert [(metric, list(each)) for metric, each in found.items()] == [("z:by=a/b", ["last", "first"])]
    assert (found["z:by=a/b"]["last"] == 1).all()
    write_picture_rows(tmp_path / "large", {"m": {"r": np.zeros((1, 1, 4, LARGEST_ROWS), np.uint8)}})
    assert not (tmp_path / "large").exists()

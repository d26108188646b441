"""Files that would harm who reads them: each one line, exit code 2, no hanging, and less than a gigabyte of memory."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import hostile
import numpy as np
import pytest
from hostile import KEY, LIMIT, run_limited

from ganbench.storage.curves import read_curves
from ganbench.storage.digests import seal

pytest_plugins = ["sampled"]
OLD = Path(__file__).parent / "schema1" / "runs" / "2a71efed1cb3"


@pytest.fixture
def folder(tmp_path):
    """A run folder in the working directory's results, with the files of a real run of before digests."""
    path = tmp_path / "ganbench-results" / "runs" / OLD.name
    shutil.copytree(OLD, path)
    return path


SUBMISSIONS = {
    "an array of 250 MB": (hostile.array_of_records, "too large unpacked"),
    "a damaged stream": (hostile.damaged_stream, "can't read the submission"),
    "a name of no UTF-8": (lambda path: hostile.renamed(path, b"runs/\xff\xfe/x"), "can't read the submission"),
    "an unknown method": (lambda path: hostile.marked(hostile.archive(path), method=99), "a method other than deflate"),
    "bzip2": (lambda path: hostile.archive(path, method=zipfile.ZIP_BZIP2), "a method other than deflate"),
    "encrypted": (lambda path: hostile.marked(hostile.archive(path), flags=1), "can't read the submission"),
    "nested arrays": (lambda path: hostile.archive(path, data=b"[" * 100_000), "can't be read as a run record"),
    "a record of null": (lambda path: hostile.archive(path, data=b"null"), "record schema None"),
    "a name with a NUL": (lambda path: hostile.archive(path, name=f"runs/{KEY}/record.json\0x"), "is refused"),
}


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_submissions(tmp_path, refused, name):
    make, message = SUBMISSIONS[name]
    make(tmp_path / "theirs.zip")
    assert (tmp_path / "theirs.zip").stat().st_size < 2**19
    assert message in refused("report", "--results", "theirs.zip", "--out", "out")


def test_a_pipe_is_never_waited_for(tmp_path, refused):
    for name in ("pipe.zip", "pipe.npz", "pipe.npy", "pipe.toml"):
        os.mkfifo(tmp_path / name)
    for line in ("report --results pipe.zip", "score pipe.npz digits:test", "run --suite pipe.toml --dry-run"):
        assert "it is no regular file" in refused(*line.split())
    (tmp_path / "pictures").mkdir()
    os.mkfifo(tmp_path / "pictures" / "a.png")
    assert "can't read 1 of 1 pictures" in refused("score", "pictures", "digits:test")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[" * 100_000, "can't be read as a run record"),
        (b'{"a":' * 100_000, "can't be read as a run record"),
        (b"\xff\xfe{}", "can't be read as a run record"),
        (b'{"schema": 2, "spec": {}}', "is no run record: spec"),
        (b"1" * 5_000, "can't be read as a run record"),
        (b'{"schema": ' + b"[" * 150 + b"]" * 150 + b"}", "record schema [[[[[["),
        (b"[" + b"{}," * (3 * 2**20) + b"{}]", "it has more than 8,388,608 bytes"),
    ],
    ids=["arrays", "objects", "no UTF-8", "no spec", "a long number", "a schema of arrays", "9 MB"],
)
def test_one_bad_record_is_one_line_and_blocks_no_other(folder, refused, command, text, message):
    bad = folder.parent / KEY
    bad.mkdir()
    (bad / "record.json").write_bytes(text)
    answer = command("report", "--out", "out")
    assert answer.exit_code == 0
    (line,) = answer.stderr.splitlines()
    assert line.startswith(f"left out: ganbench-results/runs/{KEY}/record.json")
    assert message in line
    assert message in refused("show", KEY)


def edited(folder, where, value):
    """Put a value into a stored record at a path of keys, and give it a digest that fits."""
    data = json.loads((folder / "record.json").read_text())
    part = data
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value
    data["schema"] = 2
    (folder / "record.json").write_bytes(seal(json.dumps(data, indent=2).encode()))


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (("environment",), 5, "environment: Input should be"),
        (("environment", "plugins"), 5, "environment.plugins must be versions by name, not 5"),
        (("environment", "plugins", "ganbench"), [], "environment.plugins must be versions by name"),
        (("environment", "device"), {"a": 1}, "environment.device must be a text"),
        (("environment", "torch"), 2, "environment.torch must be a text, not 2"),
        (("spent", "images"), 10**30, "must be from 0 to 2^63"),
        (("spent", "seconds"), -1.0, "must be from 0 to 2^63"),
        (("spec", "seed"), -1, "must be from 0 to 2^63"),
        (("spec", "budget"), {}, "a budget needs at least one of"),
        (("spec", "budget"), {"updates": 10**400}, "is no run record"),
        (("spec", "model", "name"), "", "can't read '' as a name"),
        (("checkpoints", 0, "fraction"), 7, "must be above 0 and up to 1, not 7"),
        (("checkpoints", 0, "scores", 0, "better"), "closer to hell", "better must be higher, lower or closer to X"),
        (("checkpoints", 0, "scores", 0, "protocol", "fake"), "many", "fake in a protocol must be a whole number"),
        (("reason",), "\ud800", "can't be read as a run record"),
    ],
)
def test_values_of_no_sense_are_named(folder, command, where, value, message):
    edited(folder, where, value)
    answer = command("show", OLD.name)
    assert answer.exit_code == 2
    assert message in answer.stderr
    assert answer.stderr.count("\n") == 1
    answer = command("report", "--out", "out")
    assert message in answer.stderr


def test_waveforms_that_are_torn_or_too_large_are_left_out(folder):
    from ganbench.storage.store import WAVEFORMS, RunFolder
    from ganbench.storage.waveforms import LARGEST_WAVEFORMS

    (folder / WAVEFORMS).write_bytes(bytes(LARGEST_WAVEFORMS + 1))
    assert RunFolder(folder).waveforms() == {}
    (folder / WAVEFORMS).write_bytes(b"torn")
    assert RunFolder(folder).waveforms() == {}


def test_curves_that_are_no_numbers_are_left_out(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "curves.parquet"
    odd = {"update": [-1, 0], "a_loss": ["x", "y"], "b_loss": [1e300, np.nan], "c_loss": [[1.0], [2.0]]}
    pq.write_table(pa.table(odd), path)
    found = read_curves(path, lambda name: name.endswith("_loss"))
    assert sorted(found) == ["b_loss", "update"]
    assert found["update"].tolist() == [1.0, 2.0]
    assert np.isnan(found["b_loss"]).all()
    for data in (b"", b"PAR1", path.read_bytes()[:-9] + b"\xff" * 9):
        path.write_bytes(data)
        assert read_curves(path, lambda _: True) == {}


@pytest.mark.slow
def test_bombs_among_results_stay_below_a_gigabyte(tmp_path, folder):
    hostile.array_of_records(tmp_path / "theirs.zip")
    hostile.repeated_rows(folder / "curves.parquet", 60_000_000)
    hostile.wide_picture(folder / "samples.png", 10_000)
    assert max(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 3 * 2**20
    (folder.parent / KEY).mkdir()
    (folder.parent / KEY / "record.json").write_bytes(b"[" + b"{}," * (8 * 2**20 // 3 - 1) + b"{}]")

    lines, peak = run_limited("report --results theirs.zip --out out", "report --out out", "publish --out site")
    assert lines[1::2] == ["exit 2", "exit 0", "exit 0"], lines
    assert peak < LIMIT

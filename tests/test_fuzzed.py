"""Readers given whatever there is: every file is read, or refused in one line, and what was read can be shown.

The same cases every time, within seconds; FUZZ_EXAMPLES sets how many, for a longer search.
"""

import io
import json
import os
import warnings
import zipfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganbench.analysis.tables import leaderboard, tidy, write_tables
from ganbench.contracts.sections import Results
from ganbench.errors import GanbenchError
from ganbench.evaluation.arrays import read_array, samples_of
from ganbench.evaluation.picture_folder import read_folder
from ganbench.report.grid import grids
from ganbench.site.curves_data import curve_panels
from ganbench.storage.curves import read_curves
from ganbench.storage.digests import seal
from ganbench.storage.histograms import read_histograms
from ganbench.storage.records import read_record
from ganbench.storage.store import RunFolder, Store
from ganbench.storage.submission import unpacked
from ganbench.suites.toml import read_suite

OLD = Path(__file__).parent / "schema1" / "runs" / "2a71efed1cb3"
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
fuzzed = settings(
    max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from([2**63, -1, 10**30, "higher", "closer to nan", "a\nb", "$x^$", "\0", "../x", "=", ":"])
)  # fmt: skip
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def outcome(read, *arguments):
    """Call a reader; return what it read, and the text of its refusal: one of them is None."""
    try:
        return read(*arguments), None
    except GanbenchError as error:
        return None, str(error)


def is_line(refused):
    """Whether a refusal, if there was one, is a single line that a terminal shows."""
    return refused is None or (len(refused.splitlines()) == 1 and len(refused) < 1_000)


def places(value, where=()):
    """Return the path of every value within a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [where] + [place for key, each in inner for place in places(each, (*where, key))]


RECORD = json.loads((OLD / "record.json").read_text())
PLACES = places(RECORD)[1:]


def spoiled(changes):
    """Return the record with other values at some of its places."""
    data = json.loads(json.dumps(RECORD)) | {"schema": 2}
    for where, value in changes:
        part = data
        try:
            for key in where[:-1]:
                part = part[key]
            part[where[-1]] = value
        except (LookupError, TypeError):  # an earlier change took it away
            continue
    return data


@fuzzed
@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=3))
def test_a_record_of_other_values_is_refused_or_can_be_shown(tmp_path, changes):
    data = spoiled(changes)
    for key in (OLD.name, "0" * 12):
        path = tmp_path / "runs" / key / "record.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(seal(json.dumps(data, indent=2).encode("utf-8", "surrogatepass")))
    record, refused = outcome(read_record, tmp_path / "runs" / OLD.name / "record.json")
    assert is_line(refused)
    if record is None:
        return
    frame = tidy([record])
    board = leaderboard(frame)
    assert len(list(grids(board))) == 1
    write_tables(Results((record,), frame, board, {}), tmp_path / "tables")


@fuzzed
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_as_a_record_or_as_counts(tmp_path, data):
    path = tmp_path / "runs" / OLD.name / "record.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    record, refused = outcome(read_record, path)
    assert record is None
    assert is_line(refused)
    (line,) = Store(tmp_path).readable()[1]
    assert OLD.name in line
    path.write_bytes(data)
    counts = read_histograms(path)
    assert all(isinstance(count, int) for sides in counts.values() for side in sides.values() for count in side)


def harmed(data, changes, cut):
    """Return bytes with some of them changed, and the end cut off."""
    harmed = bytearray(data)
    for where, value in changes:
        harmed[where % len(harmed)] = value
    return bytes(harmed[: len(harmed) - cut % len(harmed)])


HARM = st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), min_size=1, max_size=8)
CUT = st.just(0) | st.integers(0, 2**20)


def packed_run():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in ("record.json", "modes.json"):
            packed.write(OLD / name, f"runs/{OLD.name}/{name}")
    return buffer.getvalue()


@fuzzed
@given(HARM, CUT)
def test_a_harmed_submission(tmp_path, changes, cut):
    path = tmp_path / "theirs.zip"
    path.write_bytes(harmed(packed_run(), changes, cut))

    def read():
        with unpacked(path) as root:
            return Store(root).readable()

    _, refused = outcome(read)
    assert is_line(refused)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["theirs.zip"]


@fuzzed
@given(HARM, CUT)
def test_harmed_curves(tmp_path, changes, cut):
    path = tmp_path / "curves.parquet"
    path.write_bytes(harmed((OLD / "curves.parquet").read_bytes(), changes, cut))
    columns = read_curves(path, lambda name: name.endswith("_loss"))
    assert all(len(values) == len(columns["update"]) for values in columns.values())
    with warnings.catch_warnings(action="error"):
        curve_panels(tmp_path)


def array_file(archive):
    buffer = io.BytesIO()
    samples = np.zeros((4, 1, 3, 3), np.uint8)
    (np.savez_compressed if archive else np.savez)(buffer, samples=samples, labels=np.arange(4))
    return buffer.getvalue()


@fuzzed
@given(st.booleans(), HARM, CUT)
def test_harmed_arrays(tmp_path, archive, changes, cut):
    path = tmp_path / "samples.npz"
    path.write_bytes(harmed(array_file(archive), changes, cut))
    found, refused = outcome(read_array, path)
    assert is_line(refused)
    if found is not None:
        samples, refused = outcome(samples_of, path, found[0])
        assert is_line(refused)
        assert samples is None or str(samples.dtype) == "torch.float32"


def picture_file(kind):
    from PIL import Image

    buffer = io.BytesIO()
    Image.effect_noise((12, 9), 50).convert("RGB").save(buffer, kind)
    return buffer.getvalue()


PICTURES = {kind: picture_file(kind) for kind in ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")}


@fuzzed
@given(st.sampled_from(sorted(PICTURES)), HARM, CUT)
def test_harmed_pictures(tmp_path, kind, changes, cut):
    (tmp_path / f"a.{kind.lower()}").unlink(missing_ok=True)
    for path in tmp_path.iterdir():
        path.unlink()
    (tmp_path / f"a.{kind.lower()}").write_bytes(harmed(PICTURES[kind], changes, cut))
    pictures, refused = outcome(read_folder, tmp_path)
    assert is_line(refused)
    assert pictures is None or pictures.ndim == 4


SUITE = (Path(__file__).parent.parent / "benchmarks" / "ganbench_suites" / "quickstart.toml").read_text()
WORDS = [
    "inf",
    "nan",
    "-1",
    "1e400",
    "[[]]",
    "{}",
    "''",
    "1979-05-27",
    "0x7fffffffffffffffffff",
    "true",
    '"a:b=1|2"',
    "\n",
]


@fuzzed
@given(st.lists(st.tuples(st.integers(0, len(SUITE)), st.sampled_from(WORDS) | st.text(max_size=4)), max_size=4), CUT)
def test_a_harmed_suite(tmp_path, changes, cut):
    text = SUITE
    for where, word in changes:
        text = text[:where] + word + text[where + len(word) :]
    path = tmp_path / "theirs.toml"
    path.write_bytes(text[: len(text) - cut % len(text)].encode("utf-8", "surrogatepass"))
    suite, refused = outcome(read_suite, path)
    assert is_line(refused)
    assert suite is None or suite.entries


@fuzzed
@given(HARM, CUT)
def test_harmed_weights(tmp_path, changes, cut):
    folder = RunFolder(tmp_path / "runs" / OLD.name)
    folder.path.mkdir(parents=True, exist_ok=True)
    (folder.path / "record.json").write_bytes((OLD / "record.json").read_bytes())
    (folder.path / "weights.safetensors").write_bytes(harmed((OLD / "weights.safetensors").read_bytes(), changes, cut))
    weights, refused = outcome(folder.read_weights)
    assert is_line(refused)
    assert weights is None or all(side > 0 for side in weights.shape)

"""Results from many places: merged, conflicts named, strangers' files refused."""

import json
import zipfile

import pytest
from hostile import rewritten

from ganbench.errors import BadOptionError, ResultsError
from ganbench.schema.spec import Budget
from ganbench.storage.merge import merged
from ganbench.storage.submission import Bounds, pack, unpacked

pytest_plugins = ["sampled"]


@pytest.fixture
def runs(run, make_spec, tmp_path):
    """Return a maker of finished runs in a folder of results: the record."""
    return lambda where="a", **changes: run(make_spec(**changes), where)


def keys(*places):
    with merged(places) as found:
        return sorted(record.key for record in found.records)


def test_runs_of_many_places_are_merged_and_each_counts_once(runs, tmp_path):
    first, second = runs("a"), runs("b", seed=1)
    runs("b")
    assert keys(tmp_path / "a", tmp_path / "b") == sorted([first.key, second.key])


def test_a_run_with_other_numbers_elsewhere_is_an_error_that_names_both(runs, tmp_path):
    record = runs("a")
    runs("b")
    path = tmp_path / "b" / "runs" / record.key / "record.json"
    data = json.loads(path.read_text())
    data["checkpoints"][0]["scores"][0]["value"] += 1
    rewritten(path, data)
    with pytest.raises(ResultsError, match=f"run {record.key} has different numbers in '.*a.*' and '.*b.*'"):
        keys(tmp_path / "a", tmp_path / "b")


def test_the_same_spec_on_another_device_is_another_run(runs, tmp_path):
    record = runs("a")
    runs("b")
    path = tmp_path / "b" / "runs" / record.key / "record.json"
    data = json.loads(path.read_text())
    data["environment"]["device"] = "H200"
    data["checkpoints"][0]["scores"][0]["value"] += 1
    rewritten(path, data)
    assert len(keys(tmp_path / "a", tmp_path / "b")) == 2


def test_the_same_spec_by_another_number_of_threads_is_the_same_run_up_to_rounding(runs, tmp_path):
    record = runs("a")
    runs("b")
    path = tmp_path / "b" / "runs" / record.key / "record.json"
    data = json.loads(path.read_text())
    data["environment"]["threads"] += 1
    data["checkpoints"][0]["scores"][0]["value"] *= 1 + 1e-7
    rewritten(path, data)
    assert keys(tmp_path / "a", tmp_path / "b") == [record.key]


def test_no_runs_at_all_are_said_so(tmp_path):
    with pytest.raises(BadOptionError, match="no runs in '.*nowhere'; make some with ganbench run"):
        keys(tmp_path / "nowhere")


def test_one_suite_can_be_chosen_with_or_without_its_version(runs, tmp_path):
    runs("a")
    runs("a", suite="other@2")
    with merged([tmp_path / "a"]) as found:
        assert [record.spec.suite for record in found.of_suite("other").records] == ["other@2"]
        assert [record.spec.suite for record in found.of_suite("test@1").records] == ["test@1"]
        assert len(found.of_suite(None).records) == 2
        with pytest.raises(BadOptionError, match="no runs of the suite 'third'; there are runs of other@2, test@1"):
            found.of_suite("third")


def test_a_submission_reads_as_the_folder_it_was_packed_from(runs, tmp_path):
    record = runs("a")
    assert pack([tmp_path / "a" / "runs" / record.key], tmp_path / "ours.zip") == 1
    with merged([tmp_path / "ours.zip"]) as found:
        assert found.records == (record,)
        assert {path.name for path in found.folders[0].iterdir()} == {
            "record.json", "curves.parquet", "samples.png", "interpolation.png",
        }  # fmt: skip
        folder = found.folders[0]
    assert not folder.exists()


def crooked(tmp_path, name, content=b"x"):
    path = tmp_path / "theirs.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name",
    ["../outside.json", "/etc/passwd", "runs/0123456789ab/../../record.json", "runs/0123456789ab/run.sh",
     "runs/0123456789ab/weights.safetensors", "runs/0123456789AB/record.json", "record.json", "runs\\..\\x"],
)  # fmt: skip
def test_members_of_other_names_are_refused_and_nothing_is_written(tmp_path, name):
    path = crooked(tmp_path, name)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ResultsError, match="is refused: .* is no file of a run"), unpacked(path):
        pytest.fail("it was unpacked")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_member_that_unpacks_to_too_much_is_refused(tmp_path):
    path = crooked(tmp_path, "runs/0123456789ab/samples.png", b"0" * 10_000_000)
    assert path.stat().st_size < 20_000
    with pytest.raises(ResultsError, match="too large unpacked"), unpacked(path, Bounds(picture=1_000)):
        pytest.fail("it was unpacked")


def test_all_together_are_bounded_too(tmp_path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for index in range(2):
            archive.writestr(f"runs/{index:012x}/samples.png", b"0" * 1_000)
    with pytest.raises(ResultsError, match="too large unpacked"), unpacked(path, Bounds(everything=1_500)):
        pytest.fail("it was unpacked")


def test_a_member_that_is_there_twice_is_refused(tmp_path):
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("runs/0123456789ab/record.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("runs/0123456789ab/record.json", "{}")
    with pytest.raises(ResultsError, match="is there twice"), unpacked(path):
        pytest.fail("it was unpacked")


def test_a_record_under_another_key_is_refused(runs, tmp_path):
    record = runs("a")
    text = (tmp_path / "a" / "runs" / record.key / "record.json").read_text()
    path = crooked(tmp_path, "runs/0123456789ab/record.json", text)
    with pytest.raises(ResultsError, match=f"is the record of run {record.key}, not of 0123456789ab"), unpacked(path):
        pytest.fail("it was unpacked")


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04torn"])
def test_what_is_no_archive_is_said_so(tmp_path, content):
    path = tmp_path / "theirs.zip"
    path.write_bytes(content)
    with pytest.raises(ResultsError, match="can't read the submission"), unpacked(path):
        pytest.fail("it was unpacked")


def test_a_missing_submission_is_said_so(tmp_path):
    with pytest.raises(ResultsError, match="no file '.*nowhere.zip'"):
        keys(tmp_path / "nowhere.zip")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("submit --to ours.zip", "or take --all"),
        ("submit --all --to ours.tar", "can't pack runs as 'ours.tar'; name a file that ends in .zip"),
        ("submit ffff --to ours.zip", "no run 'ffff'"),
        ("report third", "no runs of the suite 'third'"),
        ("report ganbench-results", "; folders are read by --results ganbench-results"),
        ("advise ganbench-results", "; folders are read by --results ganbench-results"),
        ("report --baseline dcgna", "no run is of the baseline 'dcgna'; there are runs of vanilla"),
        ("diff nowhere ganbench-results", "no runs in 'nowhere'"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_two(finished, command, line, message):
    finished()
    answer = command(*line.split())
    assert answer.exit_code == 2
    assert message in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_runs_are_submitted_and_reported_elsewhere(finished, command):
    record = finished(budget=Budget(updates=12))
    assert "1 run: ours.zip" in command("submit", record.key[:6], "--to", "ours.zip").stdout
    answer = command("report", "--results", "ours.zip", "--out", "elsewhere")
    assert answer.exit_code == 0
    assert "digits" in answer.stdout

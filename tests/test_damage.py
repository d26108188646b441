"""Damage: whatever of a finished run is not as it was left is named, and refused or made again."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ganbench.errors import ResultsError
from ganbench.schema.choice import Choice
from ganbench.schema.record import SCHEMA, Status
from ganbench.schema.spec import Budget
from ganbench.storage.digests import has_seal, is_sealed, seal
from ganbench.storage.records import read_record
from ganbench.storage.store import RunFolder, Store
from ganbench.storage.verify import verified

pytest_plugins = ["sampled"]
OLD = Path(__file__).parent / "schema1" / "runs" / "2a71efed1cb3"


@pytest.fixture
def done(finished, folder_of):
    """Return a finished run's record and its folder, in the working directory's results."""
    record = finished(dataset="ring8", model="vanilla:width=8", budget=Budget(updates=12), metrics=(Choice("modes"),))
    return record, folder_of(record).path


def flip(path, position=-1):
    """Turn over one bit of a file."""
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def edit(path, change):
    """Let change edit a record and write it without a digest that fits."""
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data, indent=2) + "\n")


def raise_score(data):
    data["checkpoints"][-1]["scores"][0]["value"] = 99.0


def test_a_record_has_the_digests_of_its_files_and_its_own(done):
    record, folder = done
    kept = read_record(folder / "record.json")
    assert kept == record
    assert kept.schema == SCHEMA == 2
    assert set(kept.files) == {path.name for path in folder.iterdir()} - {"record.json", "run.log"}
    assert is_sealed((folder / "record.json").read_bytes())
    assert verified(folder.parent.parent).damaged == ()


def test_a_digest_stands_whatever_fields_come_later(done):
    _, folder = done
    path = folder / "record.json"
    later = json.loads(path.read_text()) | {"a_field_of_tomorrow": [1, {"x": None}]}
    del later["digest"]
    path.write_bytes(seal(json.dumps(later, indent=2, ensure_ascii=False).encode()))
    assert read_record(path).status is Status.DONE


@pytest.mark.parametrize("text", ["{}", '{\n  "a": 1\n}', '{\n  "a": {\n    "b": []\n  }\n}\n'])
def test_every_flipped_bit_of_a_sealed_text_is_noticed(text):
    sealed = seal(text.encode())
    assert is_sealed(sealed)
    assert has_seal(sealed)
    for position in range(len(sealed)):
        for bit in range(8):
            damaged = bytearray(sealed)
            damaged[position] ^= 1 << bit
            assert not is_sealed(bytes(damaged))


@pytest.mark.parametrize("name", ["weights.safetensors", "curves.parquet", "samples.png", "modes.json"])
def test_a_flipped_bit_and_a_missing_file_are_named(done, command, name):
    _, folder = done
    flip(folder / name)
    answer = command("verify")
    assert answer.exit_code == 1
    assert f"{name} is damaged: its SHA-256 is not the one in the record" in answer.stderr
    assert "1 run, 1 damaged or missing" in answer.stdout
    (folder / name).unlink()
    assert f"{name} is missing; run it again" in command("verify").stderr


def test_all_that_is_well_is_said_in_one_line(done, command):
    answer = command("verify")
    assert (answer.exit_code, answer.stdout) == (0, "ganbench-results: 1 run, all files as they were\n")
    assert command("verify", "nowhere").exit_code == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: flip(folder / "weights.safetensors"),
        lambda folder: (folder / "weights.safetensors").unlink(),
        lambda folder: edit(folder / "record.json", raise_score),
        lambda folder: flip(folder / "record.json", 200),
    ],
    ids=["flipped weights", "no weights", "an edited score", "a flipped bit of the record"],
)
def test_a_damaged_run_is_made_again_by_name_and_is_the_same_again(harm, command, once, tmp_path):
    line = "run --model vanilla:width=8 --dataset ring8 --seeds 1 --budget updates=20 --metric modes --results"
    first = once("damaged", lambda folder: command(*line.split(), str(folder / "again")))
    shutil.copytree(first / "again", tmp_path / "again")
    line = f"{line} again"
    (again,) = Path("again/runs").iterdir()
    before = (again / "weights.safetensors").read_bytes()
    harm(again)
    answer = command(*line.split())
    assert answer.exit_code == 0
    assert f"run again: again/runs/{again.name}/" in answer.stderr
    assert (again / "weights.safetensors").read_bytes() == before
    assert command("verify", "again").exit_code == 0
    assert "run again" not in command(*line.split()).stderr


def test_another_runs_record_in_the_folder_is_no_record_of_this_run(done, finished, folder_of):
    record, folder = done
    other = finished(dataset="ring8", model="vanilla:width=8", budget=Budget(updates=12), seed=1)
    shutil.copy(folder_of(other).path / "record.json", folder / "record.json")
    store = Store(folder.parent.parent)
    assert store.done(record.spec) is None
    assert f"is the record of run {other.key}, not of {record.key}" in store.damage(record.spec)


def test_flipped_weights_are_not_drawn_from(done, sample):
    record, folder = done
    flip(folder / "weights.safetensors", -5)
    answer = sample(record.key)
    assert answer.exit_code == 2
    assert "weights.safetensors is damaged: its SHA-256 is not the one in the record; run it again" in answer.stderr


def test_a_damaged_run_is_not_submitted_and_an_edited_one_not_reported(done, command):
    record, folder = done
    assert command("submit", "--all", "--to", "good.zip").exit_code == 0
    flip(folder / "samples.png")
    answer = command("submit", "--all", "--to", "bad.zip")
    assert answer.exit_code == 2
    assert "samples.png is damaged" in answer.stderr
    assert not Path("bad.zip").exists()
    edit(folder / "record.json", raise_score)
    answer = command("report", "--results", "ganbench-results", "--results", "good.zip", "--out", "out")
    assert answer.exit_code == 0
    assert f"left out: ganbench-results/runs/{record.key}/record.json is damaged" in answer.stderr


def test_a_submission_whose_file_was_exchanged_is_refused_by_name(done, command):
    import zipfile

    record, _ = done
    assert command("submit", "--all", "--to", "good.zip").exit_code == 0
    with zipfile.ZipFile("good.zip") as good, zipfile.ZipFile("bad.zip", "w") as bad:
        for member in good.infolist():
            data = good.read(member)
            bad.writestr(member.filename, data[:-1] + b"!" if member.filename.endswith(".png") else data)
    assert command("verify", "good.zip").exit_code == 0
    answer = command("verify", "bad.zip")
    assert answer.exit_code == 1
    assert f"bad.zip/runs/{record.key}/samples.png is damaged" in answer.stderr
    answer = command("report", "--results", "bad.zip")
    assert answer.exit_code == 2
    assert f"'bad.zip' is refused: bad.zip/runs/{record.key}/samples.png is damaged" in answer.stderr


def test_a_record_of_before_digests_stays_readable_and_verify_says_what_it_cannot_check(tmp_path, command):
    shutil.copytree(OLD, tmp_path / "old" / "runs" / OLD.name)
    record = read_record(tmp_path / "old" / "runs" / OLD.name / "record.json")
    assert (record.schema, record.key, record.files) == (1, OLD.name, {})
    assert Store(tmp_path / "old").done(record.spec) == record
    answer = command("verify", "old")
    assert answer.exit_code == 0
    assert "1 run, all files as they were; 1 of an older ganbench, without digests to check files by" in answer.stdout
    assert command("report", "--results", "old").exit_code == 0
    assert command("sample", OLD.name, "--results", "old", "-n", "4", "--out", "old.npy").exit_code == 0


def test_a_digest_that_is_there_counts_whatever_schema_the_record_claims(done):
    _, folder = done
    path = folder / "record.json"
    path.write_bytes(path.read_bytes().replace(b'"schema": 2', b'"schema": 1'))
    with pytest.raises(ResultsError, match="is damaged: it is not what its digest was made of"):
        read_record(path)


def test_a_record_without_its_digest_is_damaged(done):
    _, folder = done
    edit(folder / "record.json", lambda data: data.pop("digest"))
    with pytest.raises(ResultsError, match="is damaged"):
        read_record(folder / "record.json")


def test_a_file_that_no_run_leaves_is_not_looked_at(done, tmp_path):
    record, folder = done
    (tmp_path / "secret").write_text("x")
    named = replace(record, files={"../../../secret": "0" * 64})
    (line,) = RunFolder(folder).damages(named)
    assert "names a file '../../../secret', which no run leaves" in line


def test_a_folder_in_the_records_place_is_refused_by_name(make_spec, tmp_path):
    spec = make_spec()
    (tmp_path / "runs" / spec.key / "record.json").mkdir(parents=True)
    with pytest.raises(ResultsError, match=r"record.json is a folder where a run's record belongs; move it away"):
        Store(tmp_path).done(spec)
    with pytest.raises(ResultsError, match="can't be read as a run record: it is a folder"):
        list(Store(tmp_path).records())

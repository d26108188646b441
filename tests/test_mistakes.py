"""Mistakes of users, each one line that says what was wrong and what would work, and never a traceback."""

import numpy as np
import pytest
from click.testing import CliRunner
from sites import make_record, write_results

from ganbench.analysis.tables import leaderboard, run_names, tidy
from ganbench.cli import main
from ganbench.errors import ResultsError
from ganbench.storage.merge import merged
from ganbench.storage.store import Store


@pytest.fixture
def folder(tmp_path):
    """Stand a folder of results, an empty one, a file and some arrays in the working directory."""
    write_results(tmp_path / "ganbench-results", [make_record("gmm", "digits", seed) for seed in range(2)])
    (tmp_path / "empty").mkdir()
    (tmp_path / "afile").write_text("x")
    np.savez(tmp_path / "text.npz", samples=np.zeros((4, 2), np.float32), labels=np.array(list("abcd")))
    np.savez(tmp_path / "few.npz", samples=np.zeros((4, 2), np.float32), labels=np.arange(3))
    np.save(tmp_path / "flat.npy", np.zeros((5, 3, 0, 8), np.float32))
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--nope", "No such option"),
        ("report --out afile/x", "choose another with --out"),
        ("publish --out afile/x", "choose another with --out"),
        ("report --results ganbench-results --results empty", "no runs in 'empty'"),
        ("diff ganbench-results nothere", "no runs in 'nothere'"),
        ("submit --all --to afile/y.zip", "choose another with --to"),
        ("submit --all --results empty --to y.zip", "no runs in 'empty'"),
        ("submit --to y.zip", "or take --all"),
        ("report --results nothere.zip", "no file 'nothere.zip'"),
        ("run --seeds 99999999999999999999 --dry-run", "from 1 to 10,000"),
        ("run --seeds 1-99999999999 --dry-run", "can't read the seeds"),
        ("run --seeds 4,1-2-3 --dry-run", "can't read the seeds '4,1-2-3'"),
        ("run --suite afile --dry-run", "'afile' is no suite; a suite's file ends in .toml"),
        ("run --stop patience=1.5 --dry-run", "a whole number for patience, not 1.5"),
        ("run --dataset image-folder:folder=empty,size=abc --model dcgan --dry-run", "not 'abc'"),
        ("score text.npz text.npz --metric mmd", "they should be whole numbers, one for each of the 4 samples"),
        ("score few.npz few.npz --metric mmd", "they should be whole numbers, one for each of the 4 samples"),
        ("score flat.npy flat.npy --metric mmd", "of shape (5, 3, 0, 8)"),
        ("score objects.npy objects.npy --metric mmd", "write it with numpy.save"),
    ],
)
def test_each_is_one_line(folder, line, message):
    result = CliRunner().invoke(main, line.split())
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("option", ["--seeds", "--budget", "--model", "--stop"])
def test_an_empty_word_is_a_mistake_and_not_the_default(folder, option):
    assert CliRunner().invoke(main, ["run", "--dry-run", option, ""]).exit_code == 2


def test_an_empty_side_is_not_the_working_directory(folder):
    result = CliRunner().invoke(main, ["score", "", "digits:test"])
    assert result.exit_code == 2
    assert "a side has no name" in result.stderr


def test_two_builds_of_one_torch_are_one_version_and_their_runs_are_no_further_seeds(tmp_path):
    for name, build in (("a", "2.11.0+cpu"), ("b", "2.11.0+cu130")):
        write_results(tmp_path / name, [make_record("gmm", "digits", 0, environment={"torch": build, "device": "cpu"})])
    with merged([tmp_path / "a", tmp_path / "b"]) as found:
        assert len(found.records) == 1


def test_a_conflict_names_the_places_that_the_user_named(tmp_path):
    write_results(tmp_path / "a", [make_record("gmm", "digits", 0)])
    other = make_record("gmm", "digits", 0, checkpoints=make_record("gmm", "digits", 1).checkpoints)
    write_results(tmp_path / "b", [other])
    assert CliRunner().invoke(main, ["submit", "--all", "--results", "b", "--to", "b.zip"]).exit_code == 0
    with (
        pytest.raises(ResultsError, match="different numbers") as caught,
        merged([tmp_path / "a", tmp_path / "b.zip"]),
    ):
        pass
    assert "b.zip" in str(caught.value)


def test_one_key_on_two_devices_keeps_both_folders(tmp_path):
    from dataclasses import replace

    from ganbench.analysis.tables import results

    here = make_record("gmm", "digits", 0)
    there = replace(here, environment={"device": "H200"})
    shown = results([here, there], [tmp_path / "here", tmp_path / "there"])
    at = dict(zip(shown.tidy["device"], shown.tidy["run"].map(shown.folders.get), strict=True))
    assert at == {"cpu": tmp_path / "here", "H200": tmp_path / "there"}
    assert run_names([here, there]) == [here.key, f"{here.key}-2"]


def test_a_rank_lies_inside_its_interval_even_where_all_are_equal(make_spec):
    records = [
        make_record(model, "digits", seed, checkpoints=make_record("gmm", "digits", 0).checkpoints)
        for model in ("dcgan", "cgan", "gmm")
        for seed in range(3)
    ]
    board = leaderboard(tidy(records))
    assert (board["rank"] == 1).all()
    assert (board["rank_low"] == 1).all()
    assert (board["rank_high"] == 3).all()


def test_what_is_no_record_is_said_so(tmp_path):
    path = tmp_path / "runs" / "abc" / "record.json"
    path.parent.mkdir(parents=True)
    path.write_text("[]")
    with pytest.raises(ResultsError, match="record schema None"):
        list(Store(tmp_path).records())

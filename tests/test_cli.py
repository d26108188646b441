"""The command line as a user types it: exit codes, one-line mistakes, nothing written by a mistake."""

import json
import re
import signal
import subprocess
import sys

import pytest

from ganbench.cli import main
from ganbench.contracts.cards import ModelCard
from ganbench.errors import BadOptionError
from ganbench.suites.overrides import parse_seeds

TINY = "--dataset digits --model vanilla --budget updates=3 --seeds 1"


def test_a_run_ends_with_a_leaderboard_and_the_path_of_the_results(ganbench, tmp_path):
    result = ganbench(f"run {TINY} --results out")
    assert result.exit_code == 0
    assert "[1/1] vanilla + non-saturating on digits, seed 0: done" in result.stderr
    assert "fid" in result.stdout
    assert "3 updates (not standard)" in result.stdout
    assert "results: out" in result.stdout
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "runs", "leaderboard.csv", "leaderboard.parquet", "leaderboard.md", "leaderboard.tex", "tidy.csv",
        "tidy.parquet", "plots", "leases",
    }  # fmt: skip


class Broken:
    """A model that can't be fitted."""

    def __init__(self, task):
        pass

    def fit(self, batches):
        raise ArithmeticError("no fit today")


class Interrupted(Broken):
    """A model whose user interrupts it."""

    def fit(self, batches):
        for batch in batches:
            signal.raise_signal(signal.SIGINT)
            yield {"loss": batch.samples.mean()}


def test_done_runs_are_not_repeated_unless_forced(ganbench, tmp_path):
    ganbench(f"run {TINY}")
    (path,) = tmp_path.glob("ganbench-results/runs/*/record.json")
    before = path.stat().st_mtime_ns
    again = ganbench(f"run {TINY}")
    assert path.stat().st_mtime_ns == before
    assert "fid" in again.stdout
    assert "[1/1] done already" in again.stderr
    assert "started" not in again.stderr
    ganbench(f"run {TINY} --force")
    assert path.stat().st_mtime_ns > before


def test_a_failed_run_exits_with_one_and_the_others_go_on(ganbench, offer):
    offer("broken", models=[ModelCard("broken", make=Broken, about="Can't be fitted.")])
    result = ganbench("run --dataset ring8 --model vanilla,broken,dcgan --budget updates=3 --seeds 1")
    assert result.exit_code == 1
    assert "1 failed: ArithmeticError: no fit today (broken)" in result.stdout
    assert "1 skipped: dcgan makes images" in result.stdout
    assert result.stderr.count("done in") == 1


def test_skipped_runs_alone_are_no_failure(ganbench):
    assert ganbench("run --dataset ring8 --model dcgan --budget updates=3 --seeds 1").exit_code == 0


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("run --suite mnist-al", "unknown suite 'mnist-al'; did you mean 'mnist-all'?"),
        ("run --suite no/such.toml", "can't read the suite 'no/such.toml': No such file or directory"),
        ("run --model dcgna", "unknown model 'dcgna'; did you mean 'dcgan'"),
        ("run --dataset mnits", "unknown dataset 'mnits'; did you mean 'mnist' or 'kmnist' or 'emnist'?"),
        ("run --loss minimx", "unknown loss 'minimx'; did you mean 'minimax'?"),
        ("run --budget images=-3", "a budget must be above zero, not images = -3"),
        ("run --budget 3", "can't read '3'"),
        ("run --seeds none", "can't read the seeds 'none'"),
        ("run --device tpu", "unknown device 'tpu'; there is auto, cpu, cuda, cuda:N, mps, xpu, xpu:N"),
        ("run --device cuda:99", "no device 'cuda:99'"),
        ("run --executor clud", "unknown executor 'clud'; there is "),
        ("run --model vanilla:latnt=3", "model 'vanilla' takes no parameter 'latnt'; did you mean 'latent'?"),
        ("run --model vanilla:latent=0", "model 'vanilla' takes a whole number of 1 or more for latent, not 0"),
        ("run --model gmm:covariance=round", "takes full, tied, diag or spherical for covariance, not 'round'"),
        ("run --loss minimax:lr=3", "loss 'minimax' takes no parameter 'lr'; there is optimizer, learning_rate"),
        ("run --dataset mnist --data-root .", "no MNIST in 'MNIST/raw'"),
        ("run --dataset image-folder", "dataset 'image-folder' needs folder; write image-folder:folder=…"),
        ("run --results pyproject/x --dataset image-folder:folder=nowhere", "no folder 'nowhere' for image-folder"),
        ("list modles", "unknown kind 'modles'; did you mean 'models'?"),
        ("describe modle dcgan", "unknown kind 'modle'; did you mean 'model'?"),
        ("describe model dcgna", "unknown model 'dcgna'; did you mean 'dcgan'"),
        ("report", "no runs in 'ganbench-results'"),
        ("show abc", "no run 'abc' in 'ganbench-results'"),
        ("run --modle x", "--modle"),
        ("run --precision fp8", "'fp8' is not one of 'fp32', 'bf16'. (see main run --help)"),
        ("show", "Missing argument 'RUN'."),
        ("sample abc", "no run 'abc' in 'ganbench-results'"),
        ("sample abc -n 0", "n must be 1 or more, not 0"),
        ("sample abc -n many", "'many' is not a valid integer. (see main sample --help)"),
        ("sample", "Missing argument 'RUN'."),
        ("rnu", "unknown command 'rnu'; did you mean 'run'?"),
    ],
)  # fmt: skip
def test_a_mistake_gets_one_line_exit_code_two_and_nothing_written(ganbench, tmp_path, line, message):
    result = ganbench(line)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_results_folder_that_cannot_be_written_is_a_mistake(ganbench, tmp_path):
    (tmp_path / "file").write_text("in the way")
    result = ganbench(f"run {TINY} --results file/inside")
    assert result.exit_code == 2
    assert "can't write results to 'file/inside'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_names_may_be_given_more_than_once(ganbench):
    plan = "run --budget images=5000 --seeds 1 --dry-run --dataset ring8"
    result = ganbench(f"{plan} --model vanilla:width=8,latent=2 --model mlp-gan,real")
    assert result.exit_code == 0, result.output
    assert all(name in result.output for name in ("vanilla:latent=2,width=8", "mlp-gan", "real"))


def test_a_dry_run_tells_the_cells_and_the_time_and_writes_nothing(ganbench, tmp_path):
    result = ganbench("run --dataset digits,ring8 --model vanilla,dcgan --budget images=5000 --seeds 2 --dry-run")
    assert result.exit_code == 0
    assert re.search(r"quickstart@\d+, 5,000 images", result.stdout)
    assert "skipped: dcgan makes images" in result.stdout
    assert {path.name for path in tmp_path.iterdir()} <= {"cache"}  # which kernels are fast here may be measured anew


def test_reports_and_single_runs_are_shown_from_the_store(ganbench, tmp_path):
    ganbench(f"run {TINY}")
    assert "fid" in ganbench("report").stdout
    (path,) = tmp_path.glob("ganbench-results/runs/*")
    text = ganbench(f"show {path.name[:5]}").stdout
    for part in (
        "vanilla + non-saturating on digits",
        "quickstart@",
        " (not the standard budget)",
        "images per second",
    ):
        assert part in text
    assert re.search(r"^plugins +ganbench [0-9.]+ *$", text, re.MULTILINE)
    assert json.loads(ganbench(f"show {path.name} --json").stdout)["status"] == "done"


def test_a_damaged_record_is_left_out_by_name_and_stops_no_report(ganbench, tmp_path):
    ganbench("run --dataset digits --model vanilla --budget updates=3 --seeds 2")
    first = min(tmp_path.glob("ganbench-results/runs/*/record.json"))
    first.write_text("{")
    result = ganbench("report")
    assert result.exit_code == 0
    assert f"left out: ganbench-results/runs/{first.parent.name}/record.json can't be read" in result.stderr
    assert "fid" in result.stdout


def test_the_lists_show_every_kind_and_every_plugin(ganbench, catalog):
    everything = ganbench("list").stdout
    assert all(name in everything for name in catalog.names("models"))
    assert ganbench("list suites").stdout.startswith("anomaly")
    assert "ganbench-models (ganbench 0.1.0)" in ganbench("plugins").stdout


def test_names_complete_also_after_a_comma(monkeypatch):
    from click.shell_completion import BashComplete

    complete = BashComplete(main, {}, "ganbench", "_GANBENCH_COMPLETE")
    found = {item.value for item in complete.get_completions(["run", "--model"], "vanilla,d")}
    assert "vanilla,dcgan" in found
    assert all(name.startswith("vanilla,d") for name in found)


@pytest.mark.parametrize(
    ("text", "seeds"), [("3", (0, 1, 2)), ("4,7", (4, 7)), ("10-12", (10, 11, 12)), ("1-2,9", (1, 2, 9)), ("5,", (5,))]
)
def test_seeds_are_a_number_or_a_list(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["0", "-1", "a", "1-2-3", "5-1", ","])
def test_seeds_of_no_sense_are_refused(text):
    with pytest.raises(BadOptionError, match="can't read the seeds"):
        parse_seeds(text)


def test_an_interrupt_says_what_is_kept_and_how_to_go_on(ganbench, offer):
    offer("interrupted", models=[ModelCard("interrupted", make=Interrupted, about="Is interrupted.")])
    result = ganbench("run --dataset digits --model interrupted --budget updates=3 --seeds 1")
    assert result.exit_code == 130
    assert "stopped by SIGINT; 0 of 1 runs are done; repeat the command to go on" in result.stderr


def test_the_module_is_the_command():
    done = subprocess.run([sys.executable, "-m", "ganbench", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("ganbench 0.")

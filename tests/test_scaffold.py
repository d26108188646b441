"""What `ganbench new` writes: packages that pass their own tests as they stand, and a line for what can't be."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from ganbench.cli import main

KINDS = ("model", "loss", "dataset", "feature", "metric", "suite", "executor", "section")


def new(*arguments):
    return CliRunner().invoke(main, ["new", *map(str, arguments)])


@pytest.mark.slow
def test_every_kind_of_package_is_installed_passes_its_tests_and_is_in_style(tmp_path):
    for kind in KINDS:
        written = new(kind, f"some-{kind}", "--into", tmp_path)
        assert written.exit_code == 0, written.output
        assert f"ganbench-some-{kind} is written" in written.stdout
    packages = sorted(tmp_path.glob("ganbench-some-*"))
    assert len(packages) == len(KINDS)

    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*install, "--target", tmp_path / "site", *packages], check=True)
    subprocess.run([sys.executable, "-m", "ruff", "check", "--isolated", "--line-length=120", *packages], check=True)
    paths = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    tests = [package / "tests" for package in packages]
    tried = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-c", os.devnull, *tests],
        env={**os.environ, "PYTHONPATH": paths}, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tried.returncode == 0, tried.stdout[-3000:]
    assert "failed" not in tried.stdout.splitlines()[-1]
    assert int(tried.stdout.splitlines()[-1].split(" passed")[0].split()[-1]) > 5 * len(KINDS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("model", "dcgan"), "has a model 'dcgan' already; choose another"),
        (("loss", ""), "the name of a loss is words in lower case joined by hyphens"),
        (("loss", "My Loss"), "not 'My Loss'"),
        (("loss", "none"), "not 'none'"),
        (("gan", "mine"), "unknown kind 'gan'"),
        (("suite", "models"), "a package ganbench_models is installed already"),
    ],
)
def test_what_can_be_no_plugin_is_one_line_and_leaves_nothing(arguments, message, tmp_path):
    result = new(*arguments, "--into", tmp_path)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_left_alone(tmp_path):
    (tmp_path / "ganbench-mine").mkdir()
    result = new("loss", "mine", "--into", tmp_path)
    assert result.exit_code == 2
    assert "exists already; choose another name, or another place with --into" in result.stderr
    assert list((tmp_path / "ganbench-mine").iterdir()) == []


def test_no_name_is_a_line_on_how_to_call_it():
    result = new("loss")
    assert result.exit_code == 2
    assert "Missing argument 'NAME'" in result.stderr

"""Threads: as many as were asked for, wherever a run is run, and in its record."""

import json

import pytest
import torch
from click.testing import CliRunner

from ganbench.cli import main
from ganbench.errors import BadOptionError
from ganbench.training.device import resolve_threads


@pytest.mark.parametrize(
    ("option", "variable", "threads"), [(None, None, None), (3, None, 3), (None, "2", 2), (3, "2", 3)]
)
def test_an_option_goes_before_the_variable(monkeypatch, option, variable, threads):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if variable:
        monkeypatch.setenv("OMP_NUM_THREADS", variable)
    assert resolve_threads(option) == threads


@pytest.mark.parametrize(("option", "variable"), [(0, None), (None, "0"), (None, "many")])
def test_threads_of_no_sense_are_refused(monkeypatch, option, variable):
    monkeypatch.setenv("OMP_NUM_THREADS", variable or "1")
    with pytest.raises(BadOptionError, match="threads must be 1 or more|OMP_NUM_THREADS is 'many'"):
        resolve_threads(option)


@pytest.mark.parametrize(
    ("executor", "arguments", "threads"),
    [
        ("local", [], 1),
        ("local", ["--threads", "2"], 2),
        pytest.param("processes:workers=1", ["--threads", "2"], 2, marks=pytest.mark.slow),
    ],
)
def test_a_run_has_the_threads_that_were_asked_for_and_says_so(monkeypatch, tmp_path, executor, arguments, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    torch.set_num_threads(3)
    command = [
        "run",
        "--model",
        "pixel-gaussian",
        "--dataset",
        "digits",
        "--seeds",
        "1",
        "--metric",
        "frechet",
        "--executor",
    ]
    result = CliRunner().invoke(main, [*command, executor, *arguments])
    assert result.exit_code == 0, result.output
    (record,) = (tmp_path / "ganbench-results" / "runs").glob("*/record.json")
    assert json.loads(record.read_text())["environment"]["threads"] == threads

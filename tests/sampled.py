"""Fixtures of what reads finished runs: some runs, one of a conditional model, and the command line itself."""

import os
from dataclasses import replace

import pytest
import torch
from click.testing import CliRunner

import ganbench
from ganbench.cli import main
from ganbench.evaluation.features import FeatureStore
from ganbench.evaluation.sampling import restore
from ganbench.registry.catalog import discover
from ganbench.storage.store import RunFolder

RESULTS = "ganbench-results"


class Shade(ganbench.Profiled):
    """A conditional model: images as bright as their class. It can't be built where SHADE is broken."""

    def __init__(self, task):
        if os.environ.get("SHADE") == "broken":
            raise LookupError("its\nparts are gone")
        self.task, self.scale = task, torch.zeros(())

    def profile(self):
        return ganbench.Profile(condition=self.task.condition)

    def fit(self, batches):
        for _ in batches:
            self.scale = torch.tensor(1 / self.task.classes)
            yield {"scale": self.scale}

    def sample(self, n, generator, labels=None):
        if labels is None:
            labels = torch.randint(self.task.classes, (n,), generator=generator)
        assert labels.dtype == torch.int64
        return (labels * self.scale).view(n, 1, 1, 1).repeat(1, *self.task.shape)

    def state_dict(self):
        return {"scale": self.scale}

    def load_state_dict(self, state):
        self.scale = state["scale"]


@pytest.fixture
def finished(run, make_spec):
    """Return a maker of finished runs in the working directory's results: their records."""
    return lambda **changes: run(make_spec(**changes), RESULTS)


@pytest.fixture
def shaded(run, make_spec, offer, factory):
    """The record of a finished run of Shade, which is installed until the test ends."""
    offer("shade", models=[ganbench.ModelCard("shade", make=Shade, about="As bright as its class.")])
    features = FeatureStore(replace(factory, catalog=discover()))
    return run(make_spec(model="shade", loss=None), RESULTS, features=features)


@pytest.fixture
def folder_of(tmp_path):
    """Return a finder of runs' folders."""
    return lambda record: RunFolder(tmp_path / RESULTS / "runs" / record.key)


@pytest.fixture
def sampler(factory, folder_of):
    """Return a restorer of finished runs."""
    return lambda record: restore(record, folder_of(record), factory)


@pytest.fixture
def command():
    """Return a caller of the command line that lets bugs through."""

    def call(*arguments):
        result = CliRunner().invoke(main, list(arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def sample(command):
    """Return a caller of ganbench sample."""
    return lambda line: command("sample", *line.split())


@pytest.fixture
def mistake(sample, tmp_path):
    """Return a caller of the command that gives the one line of a mistake, which writes nothing."""

    def call(line):
        before = sorted(tmp_path.rglob("*"))
        result = sample(line)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr.count("\n") == 1
        assert sorted(tmp_path.rglob("*")) == before
        return result.stderr

    return call


@pytest.fixture
def refused(command):
    """Return a caller of commands that must refuse: their one line."""

    def call(*arguments):
        answer = command(*arguments)
        assert answer.exit_code == 2, answer.output
        assert answer.stderr.count("\n") == 1
        assert len(answer.stderr) < 600
        return answer.stderr

    return call

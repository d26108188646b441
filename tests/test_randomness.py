"""Strangers who draw from the global streams: they still repeat, resume and leave each other alone."""

import signal

import pytest
import torch
from safetensors.torch import load_file

import ganbench
from ganbench.evaluation.features import FeatureStore
from ganbench.schema.choice import Choice
from ganbench.schema.events import Progressed
from ganbench.training.interruption import InterruptedRunError


class Restless(ganbench.Resumable):
    """A model whose every update is a draw from torch's global stream, as dropout's are."""

    def __init__(self, task):
        self.shape, self.level = task.shape, torch.zeros(3)

    def fit(self, batches):
        for _ in batches:
            self.level = 0.5 * self.level + 0.5 * torch.rand(3)
            yield {"level_loss": self.level.sum()}

    def sample(self, n, generator, labels=None):
        return torch.rand(n, *self.shape, generator=generator) * self.level.mean()

    def state_dict(self):
        return {"level": self.level}

    def load_state_dict(self, state):
        self.level = state["level"]

    def checkpoint(self):
        return self.state_dict()

    def restore(self, state):
        self.load_state_dict(state)


class Dice:
    """A metric that draws from the global stream."""

    def score(self, evidence):
        return {"dice": torch.rand(1).item()}


@pytest.fixture
def restless(factory_with):
    model = ganbench.ModelCard("restless", make=Restless, about="Draws from the global stream.")
    column = ganbench.Column("dice", "Luck.")
    metric = ganbench.MetricCard("dice", make=Dice, about="Draws, too.", columns=(column,))
    return FeatureStore(factory_with("restless", models=[model], metrics=[metric]))


def level(tmp_path, where, spec):
    return load_file(tmp_path / where / "runs" / spec.key / "weights.safetensors")["level"].tolist()


def test_scoring_moves_no_stream_that_training_draws_from(run, make_spec, restless, tmp_path):
    specs = [
        make_spec(model="restless", loss=None, metrics=(Choice("dice"),), checkpoints=checkpoints)
        for checkpoints in ((1.0,), (0.2, 0.4, 0.6, 1.0))
    ]
    for spec in specs:
        run(spec, features=restless)
    assert level(tmp_path, "a", specs[0]) == level(tmp_path, "a", specs[1])


def test_a_score_does_not_depend_on_how_much_training_drew(run, make_spec, restless):
    spec = make_spec(model="restless", loss=None, metrics=(Choice("dice"),), checkpoints=(0.5, 1.0))
    early, late = (checkpoint.scores[0].value for checkpoint in run(spec, features=restless).checkpoints)
    assert early == late


def test_a_killed_run_takes_the_global_stream_up_where_it_was(run, make_spec, restless, tmp_path):
    spec = make_spec(model="restless", loss=None, metrics=(Choice("dice"),))
    run(spec, "whole", features=restless)

    def kill_at_seven(event):
        if isinstance(event, Progressed) and event.fraction >= 0.7:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(InterruptedRunError):
        run(spec, "killed", kill_at_seven, restless, save_seconds=0.0, tick_seconds=0.0)
    run(spec, "killed", features=restless)
    assert level(tmp_path, "killed", spec) == level(tmp_path, "whole", spec)

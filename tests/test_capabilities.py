"""What a model can do beyond learning and sampling is what it claims by a base class, not what its names suggest."""

import pytest
import torch

import ganbench
from ganbench.contracts.capabilities import PLAIN, profile_of
from ganbench.evaluation.features import FeatureStore
from ganbench.schema.choice import Choice
from ganbench.schema.record import Status
from ganbench.storage.store import INTERPOLATION


class Plain:
    """The least that a model can be: grey images."""

    def __init__(self, task):
        self.task = task

    def fit(self, batches):
        for _ in batches:
            yield {"a_loss": torch.zeros(())}

    def sample(self, n, generator, labels=None):
        assert labels is None, "labels are for those whose profile says conditional"
        return torch.rand(n, *self.task.shape, generator=generator)

    def state_dict(self):
        return {"nothing": torch.zeros(1)}

    def load_state_dict(self, state):
        pass


def private(self, *arguments):
    raise AssertionError("a class that inherits nothing keeps its methods to itself")


class Namesakes(Plain):
    """Has attributes of every name that could be taken for a capability, for reasons of its own."""

    batch, conditional, average, latent, levels = "many", True, "often", "hidden", None
    parameters = parameter_counts = recipe = spent = "none of yours"
    profile = steps_by_player = checkpoint = restore = log_prob = decode = encode = reconstruct = elbo = private


class Counting(Plain, ganbench.Profiled, ganbench.StepCounter):
    """Claims facts and counts."""

    def profile(self):
        return ganbench.Profile(batch=10, parameters={"first": 3, "second": 4}, average=0.5)

    def steps_by_player(self):
        return {"first": 1, "second": 2}


class Mistaken(Plain, ganbench.Profiled):
    def profile(self):
        return {"batch": 10}


@pytest.fixture
def run_one(run, make_spec, factory_with):
    """Return a runner of one of the models above on digits, saved as often as can be."""

    def run_model(model):
        card = ganbench.ModelCard("claimant", make=model, about="For one test.")
        features = FeatureStore(factory_with("claimant", models=[card]))
        metrics = (Choice("frechet"), Choice("likelihood"))
        return run(make_spec(model="claimant", loss=None, metrics=metrics), features=features, save_seconds=0.0)

    return run_model


def test_attributes_of_the_right_name_are_no_claim(run_one, tmp_path):
    record = run_one(Namesakes)
    assert (record.status, record.reason) == (Status.DONE, "")
    assert (record.batch, record.conditional, dict(record.parameters)) == (PLAIN.batch, False, {})
    assert record.spent.by_player == {"model": 10}
    scores = {score.metric: score for score in record.checkpoints[-1].scores}
    assert scores["frechet"].protocol["average"] == "none"
    assert scores["likelihood"].reason == "likelihood needs a model that tells likelihoods"
    assert not (tmp_path / "a" / "runs" / record.key / INTERPOLATION).exists()


def test_what_a_model_says_of_itself_stands_in_its_record(run_one):
    record = run_one(Counting)
    assert (record.batch, record.spent.images, dict(record.parameters)) == (10, 100, {"first": 3, "second": 4})
    assert record.spent.by_player == {"first": 1, "second": 2}
    assert record.checkpoints[-1].scores[0].protocol["average"] == 0.5


def test_a_profile_that_is_none_fails_the_run_with_what_it_should_be(run_one):
    record = run_one(Mistaken)
    assert (record.status, record.reason) == (
        Status.FAILED,
        "TypeError: profile() returns a ganbench.Profile, not {'batch': 10}",
    )
    assert profile_of(object()) is PLAIN


@pytest.mark.parametrize(
    "claim",
    [
        ganbench.Profiled, ganbench.StepCounter, ganbench.Resumable, ganbench.Likelihood, ganbench.LatentDecoder,
        ganbench.Reconstructor, ganbench.EvidenceBound, ganbench.TwoPlayers,
    ],
)  # fmt: skip
def test_a_claim_without_its_methods_cannot_be_made(claim):
    class Empty(claim):
        pass

    with pytest.raises(TypeError, match="abstract"):
        Empty()

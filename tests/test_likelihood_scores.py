"""Likelihoods of held-out data: analytic cases, and models that can be compared."""

import math

import pytest
import torch

import ganbench
from ganbench.contracts.capabilities import profile_of
from ganbench.contracts.metrics import Evidence, Side
from ganbench.errors import UnfitError
from ganbench.schema.choice import Choice
from ganbench_metrics.likelihood import Likelihood, bits_per_dimension, with_noise


class Normal(ganbench.Likelihood):
    """Standard normal in every dimension."""

    def log_prob(self, samples):
        rows = samples.flatten(1)
        return -0.5 * rows.square().sum(1) - 0.5 * rows.shape[1] * math.log(2 * math.pi)


class Uniform(ganbench.Likelihood):
    """Every image in [-1, 1] alike."""

    def log_prob(self, samples):
        return torch.full((len(samples),), -samples[0].numel() * math.log(2.0 + 2 / 255))


class Levels(ganbench.Likelihood, ganbench.Profiled):
    """Every one of 256 levels alike."""

    def profile(self):
        return ganbench.Profile(levels=256)

    def log_prob(self, samples):
        assert samples.abs().max() <= 1, "levels are asked about as they are"
        return torch.full((len(samples),), -samples[0].numel() * math.log(256.0))


def score(model, samples):
    side = Side(samples, None)
    return Likelihood().score(Evidence(side, side, None, model, 0, profile=profile_of(model)))


def test_points_keep_their_density():
    points = torch.zeros(1_500, 2)
    scores = score(Normal(), points)
    assert scores["log_likelihood"] == pytest.approx(-math.log(2 * math.pi))
    assert scores["bits_per_dimension"] == pytest.approx(math.log2(2 * math.pi) / 2)


@pytest.mark.parametrize("model", [Uniform(), Levels()])
def test_a_density_and_levels_that_know_nothing_cost_eight_bits(model):
    images = torch.randint(256, (20, 1, 8, 8)) / 127.5 - 1
    assert score(model, images)["bits_per_dimension"] == pytest.approx(8.0, rel=1e-5)


def test_bits_are_nats_by_the_definition():
    assert bits_per_dimension(-784 * math.log(2), 784) == pytest.approx(1.0)


def test_noise_fills_a_level_and_no_more():
    images = torch.zeros(50, 1, 8, 8)
    noisy = with_noise(images, 0)
    assert noisy.abs().max() <= 1 / 255
    assert noisy.std() == pytest.approx(2 / 255 / math.sqrt(12), rel=0.05)
    assert torch.equal(noisy, with_noise(images, 0))


def test_a_likelihood_that_is_not_finite_is_said_so():
    class Sure(ganbench.Likelihood):
        def log_prob(self, samples):
            return torch.full((len(samples),), -math.inf)

    with pytest.raises(UnfitError, match="log-likelihood of the held-out samples is -inf"):
        score(Sure(), torch.zeros(4, 2))


def test_probabilities_over_another_number_of_levels_are_not_compared():
    class FewLevels(Levels):
        def profile(self):
            return ganbench.Profile(levels=16)

    with pytest.raises(UnfitError, match="compared over 256 levels, and this model's are over 16"):
        score(FewLevels(), torch.zeros(4, 1, 8, 8))


def test_models_without_a_likelihood_say_so(run, make_spec):
    record = run(make_spec(metrics=(Choice("likelihood"),)))
    assert {score.reason for score in record.checkpoints[-1].scores} == {
        "likelihood needs a model that tells likelihoods"
    }


def test_a_pixelcnn_that_has_learnt_needs_fewer_bits_than_nothing(run, make_spec):
    spec = {"loss": None, "metrics": (Choice("likelihood"),), "samples": 200}
    trained = run(make_spec(model="pixelcnn", **spec))
    nats, bits = trained.checkpoints[-1].scores
    assert 0 < bits.value < 8.0
    assert nats.value == pytest.approx(-bits.value * 64 * math.log(2), rel=1e-6)


def test_a_mixture_of_gaussians_is_judged_on_the_same_scale(run, make_spec):
    record = run(make_spec(model="gmm", loss=None, metrics=(Choice("likelihood"),), samples=200))
    (_, bits) = record.checkpoints[-1].scores
    assert bits.reason == ""
    assert bits.value > 0

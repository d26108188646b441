"""Laws of scores: real against real is best, more of a fault is worse, order and batches change nothing."""

import json
from dataclasses import replace
from functools import partial

import pytest
import torch
from spoiled import STRENGTHS, answers

from ganbench.contracts.metrics import Evidence, Side
from ganbench.evaluation.features import FeatureStore
from ganbench.schema.choice import Choice

# every metric that needs nothing but features of both sides
PLAIN = [
    "frechet",
    "fid",
    "fid-infinity",
    "kid",
    "prdc",
    "nearest-neighbour",
    "sliced-wasserstein",
    "mmd",
    "ndb:bins=20",
]
JUDGED = ["inception-score", "class-modes"]
SPACE = Choice("digits-classifier")


@pytest.fixture(scope="module")
def answered(mnist_factory, once):
    def fill(folder):
        data = mnist_factory.dataset(Choice("mnist"))
        embed = partial(FeatureStore(mnist_factory).features, Choice("mnist-classifier"), classes=10)
        (folder / "answers.json").write_text(json.dumps(answers(data, embed)))

    return json.loads((once("answered", fill) / "answers.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("fault", STRENGTHS)
@pytest.mark.parametrize("column", ["fid", "kid"])
def test_real_digits_are_best_and_every_step_of_a_fault_is_worse(answered, fault, column):
    found = [row[column] for row in answered[fault]]
    assert found == sorted(found)
    assert len(set(found)) == len(found) == 6


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "column"),
    [("blur", "precision"), ("noise", "precision"), ("noise", "density"), ("dropped classes", "recall"),
     ("dropped classes", "coverage")],
)  # fmt: skip
def test_the_score_meant_for_a_fault_falls_at_every_step(answered, fault, column):
    found = [row[column] for row in answered[fault]]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 6


@pytest.mark.slow
def test_dropped_classes_raise_the_divergence_and_leave_precision_alone(answered):
    rows = answered["dropped classes"]
    divergences = [row["class_kl"] for row in rows]
    assert divergences == sorted(divergences)
    assert min(row["precision"] for row in rows) > rows[0]["precision"] - 0.03


def evidence(features, real, fake, space=SPACE):
    sides = [Side(samples, None, features.features(space, samples, 10)) for samples in (real, fake)]
    return Evidence(*sides, features.factory.dataset(Choice("digits")), None, seed=3)


def score(features, metric, real, fake, space=SPACE):
    measure = features.factory.measure(Choice.parse(metric))
    return measure.metric.score(evidence(features, real, fake, space))


@pytest.fixture
def digits(factory):
    data = factory.dataset(Choice("digits"))
    return data.head("test", 500).samples, data.head("train", 500).samples


@pytest.mark.parametrize("metric", PLAIN + JUDGED)
def test_the_order_of_samples_changes_nothing(features, digits, metric):
    real, fake = digits
    orders = [torch.randperm(500, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1)]
    straight, shuffled = score(features, metric, real, fake), score(features, metric, real[orders[0]], fake[orders[1]])
    assert shuffled == pytest.approx(straight, rel=1e-5, abs=1e-7)  # features in other chunks differ in their last bits


@pytest.mark.parametrize("metric", PLAIN + JUDGED)
def test_batches_change_nothing(features, digits, metric):
    whole = score(features, metric, *digits)
    assert score(FeatureStore(features.factory, chunk=7), metric, *digits) == pytest.approx(whole, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("metric", PLAIN)
def test_growing_noise_worsens_each_score_at_every_step(features, digits, metric):
    real, fake = digits
    noise = torch.randn(fake.shape, generator=torch.Generator().manual_seed(0))
    columns = features.factory.catalog.get("metrics", metric.partition(":")[0]).columns
    found = [
        score(features, metric, real, fake + strength * noise, Choice("raw")) for strength in (0, 0.2, 0.4, 0.7, 1.2)
    ]
    if metric == "nearest-neighbour":  # the half that is farther from one half
        values = [max(abs(one[column.name] - 0.5) for column in columns) for one in found]
    else:
        values = [one[columns[0].name] * (-1 if columns[0].better == "higher" else 1) for one in found]
    assert values == sorted(values)
    assert values[-1] > values[0]


@pytest.mark.parametrize("metric", ["frechet", "fid", "sliced-wasserstein"])
def test_a_set_against_itself_is_at_no_distance(features, digits, metric):
    real, _ = digits
    assert list(score(features, metric, real, real).values()) == [pytest.approx(0.0, abs=1e-5)]


def test_a_set_against_itself_is_all_covered_and_all_precise(features, digits):
    real, _ = digits
    found = score(features, "prdc", real, real)
    assert (found["precision"], found["recall"], found["coverage"]) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("metric", [*PLAIN, *JUDGED])
def test_scoring_leaves_the_global_streams_alone_and_repeats(features, digits, metric):
    torch.manual_seed(7)
    before = torch.get_rng_state()
    first, again = score(features, metric, *digits), score(features, metric, *digits)
    assert first == again
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    "metric", ["kid:size=100", "fid-infinity", "sliced-wasserstein", "ndb:bins=20", "inception-score"]
)
def test_another_seed_draws_otherwise(features, digits, metric):
    given = evidence(features, *digits)
    scores = [features.factory.measure(Choice.parse(metric)).metric.score(replace(given, seed=seed)) for seed in (3, 4)]
    assert scores[0] != scores[1]

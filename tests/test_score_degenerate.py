"""Input that gives no score, or hardly one: a defined value, or one clear reason."""

import math

import pytest
import torch

from ganbench.contracts.metrics import Evidence, Features, Side
from ganbench.errors import BadOptionError, UnfitError
from ganbench.schema.choice import Choice
from ganbench_metrics.inception_score import InceptionScore

FEATURES = [
    "frechet",
    "fid",
    "fid-infinity",
    "kid",
    "prdc",
    "nearest-neighbour",
    "sliced-wasserstein",
    "mmd",
    "ndb:bins=5",
]


def normal(n, d=4, seed=0):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def judged(logits):
    side = Side(logits, None, Features(logits, logits))
    return InceptionScore().score(Evidence(side, side, None, None, 0))


def scored(factory, metric, real, fake):
    sides = [Side(side, None, Features(side)) for side in (real, fake)]
    return factory.measure(Choice.parse(metric)).metric.score(Evidence(*sides, None, None, 0))


@pytest.mark.parametrize("metric", FEATURES)
def test_fewer_samples_than_dimensions_give_a_number(factory, metric):
    found = scored(factory, metric, normal(12, 50).float(), normal(12, 50, seed=1).float())
    assert all(math.isfinite(value) for value in found.values())


@pytest.mark.parametrize("metric", FEATURES)
@pytest.mark.parametrize("empty", [0, 1])
def test_an_empty_side_is_said_so(factory, metric, empty):
    sides = [normal(20), normal(20, seed=1)]
    sides[empty] = torch.empty(0, 4)
    with pytest.raises(UnfitError, match=r"samples a side|two samples or more") as caught:
        scored(factory, metric, *sides)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("metric", FEATURES)
@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize(("spoiled", "name"), [(0, "real"), (1, "generated")])
def test_features_that_are_not_finite_are_said_so(factory, metric, value, spoiled, name):
    sides = [normal(20), normal(20, seed=1)]
    sides[spoiled][3, 2] = value
    with pytest.raises(UnfitError, match=f"{name} side are not finite"):
        scored(factory, metric, *sides)


@pytest.mark.parametrize("metric", FEATURES)
def test_constant_images_have_a_score_or_a_reason(factory, metric):
    try:
        found = scored(factory, metric, normal(20), torch.ones(20, 4))
    except UnfitError as error:
        pytest.fail(f"only the generated side is constant: {error}")
    assert all(math.isfinite(value) for value in found.values())


@pytest.mark.parametrize(("metric", "reason"), [("mmd", "median distance"), ("ndb:bins=5", "as many different real")])
def test_a_constant_real_side_is_said_so_where_nothing_can_be_said(factory, metric, reason):
    with pytest.raises(UnfitError, match=reason):
        scored(factory, metric, torch.ones(20, 4), normal(20))


def test_as_many_neighbours_as_samples_are_refused(factory):
    for counts in ((5, 9), (9, 5)):
        with pytest.raises(UnfitError, match=f"k=5 neighbours need more than 5 samples a side, not {counts[0]}"):
            scored(factory, "prdc", *map(normal, counts))
    assert scored(factory, "prdc", normal(6), normal(6, seed=1))["precision"] > 0


def test_one_class_is_scored_one():
    assert judged(normal(20, 1)) == {"inception_score": 1.0, "inception_score_deviation": 0.0}


@pytest.mark.parametrize(
    ("logits", "reason"), [(torch.zeros(9, 4), "10 splits need"), (torch.full((20, 4), math.nan), "not finite")]
)
def test_judgements_of_no_use_are_said_so(logits, reason):
    with pytest.raises(UnfitError, match=reason):
        judged(logits)


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("prdc:k=0", "metric 'prdc' takes a whole number of 1 or more for k, not 0"),
        ("prdc:k=2.5", "metric 'prdc' takes a whole number of 1 or more for k, not 2.5"),
        ("kid:size=1", "metric 'kid' takes a whole number of 2 or more for size, not 1"),
        ("inception-score:splits=0", "metric 'inception-score' takes a whole number of 1 or more for splits, not 0"),
        ("fid-infinity:points=1", "metric 'fid-infinity' takes a whole number of 2 or more for points, not 1"),
        ("ndb:bins=1", "metric 'ndb' takes a whole number of 2 or more for bins, not 1"),
        (
            "sliced-wasserstein:projections=0",
            "metric 'sliced-wasserstein' takes a whole number of 1 or more for projections, not 0",
        ),
    ],
)
def test_settings_of_no_sense_are_refused(factory, metric, message):
    with pytest.raises(BadOptionError, match=message):
        factory.measure(Choice.parse(metric))

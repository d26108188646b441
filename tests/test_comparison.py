"""What a score needs and says: features computed once and kept, reasons for what is missing, the whole protocol."""

from functools import partial

import pytest
import torch

import ganbench
from ganbench.contracts.metrics import Features
from ganbench.errors import BadOptionError, UnfitError
from ganbench.evaluation.comparison import Comparison
from ganbench.evaluation.features import Featured, FeatureStore
from ganbench.schema.choice import Choice

PLAIN = Choice("sums")


class Sums(ganbench.ProfiledSpace):
    """A feature space of one number, which counts how many samples it was shown."""

    seen = 0
    digest = "abc123"

    def __init__(self, samples, size=1):
        self.samples = samples

    def profile(self):
        return ganbench.SpaceProfile(digest=self.digest)

    def __call__(self, samples):
        type(self).seen += len(samples)
        return Features(samples.flatten(1).sum(1, keepdim=True))


class Nameless(Sums):
    digest = ""


class Unprofiled:
    """A feature space that claims nothing, whatever it calls its attributes."""

    digest, resizing = "abc123", "by hand"

    def __init__(self, samples):
        pass

    def __call__(self, samples):
        return Features(samples.flatten(1).sum(1, keepdim=True))

    def profile(self):
        raise AssertionError("a class that inherits nothing keeps its methods to itself")


class Product(Nameless):
    def __call__(self, samples):
        assert not torch.is_autocast_enabled("cpu")
        assert not torch.backends.cudnn.allow_tf32
        return Features(samples @ samples.T)


class Refused:
    tries = 0

    def __init__(self, samples):
        type(self).tries += 1
        raise UnfitError("no weights here")


SPACES = {"sums": Sums, "nameless": Nameless, "unprofiled": Unprofiled, "product": Product, "refused": Refused}


class Distance:
    """A metric of any features: how far apart the means are."""

    def score(self, evidence):
        further = evidence.embed(evidence.fake.samples).vectors
        assert torch.equal(further, evidence.fake.vectors)
        return {"apart": float((evidence.real.vectors.mean() - evidence.fake.vectors.mean()).abs())}


def card(**given):
    plain = {
        "name": "apart",
        "make": Distance,
        "about": "How far apart.",
        "columns": (ganbench.Column("apart", "Far."),),
    }
    return ganbench.MetricCard(**(plain | given))


@pytest.fixture
def equipped(factory_with):
    """Return a maker of feature stores whose factories have one more metric and the spaces above."""

    def equip(metric, number):
        spaces = [ganbench.FeatureCard(name, make=make, about="For one test.") for name, make in SPACES.items()]
        return FeatureStore(factory_with(f"apart-{number}", features=spaces, metrics=[metric]))

    Sums.seen = Nameless.seen = Refused.tries = 0
    Sums.digest = "abc123"
    return equip


@pytest.fixture
def keep(equipped):
    """Return a mapping of samples into a space, which keeps what it can on disk."""
    store = equipped(card(features="sums"), 0)
    return lambda choice, samples: store.features(choice, samples, keep=True)


@pytest.fixture
def kept(factory):
    """Return a lister of the files of kept features."""
    return lambda: list((factory.source.cache / "features").glob("*"))


def compare(features, metric="apart", labels=None, dataset=None, model=None):
    real = features.real(Choice("digits"), 50)
    fake = Featured(real.samples + 0.5, labels, partial(features.features, classes=10))
    comparison = Comparison(features, real, fake, 0, {"split": "test"}, dataset, model)
    return comparison.scores([Choice.parse(metric)])[0]


def test_real_features_are_computed_once_and_generated_ones_every_time(equipped):
    first, second = (compare(equipped(card(features="sums"), number)) for number in (1, 2))
    assert first.value == second.value == pytest.approx(32.0, rel=1e-5)
    assert Sums.seen == 50 + 2 * 50 + 50  # the real side once, the generated one twice, what a metric embeds once


@pytest.mark.parametrize("change", ["data", "one number", "digest", "parameters"])
def test_kept_features_are_never_those_of_something_else(keep, change):
    samples = torch.ones(4, 3)
    keep(PLAIN, samples)
    Sums.seen, choice = 0, PLAIN
    keep(choice, samples)
    assert Sums.seen == 0
    if change == "data":
        samples = samples + 1
    elif change == "one number":
        samples = samples.clone()
        samples[-1, -1] = 2
    elif change == "digest":
        Sums.digest = "def456"
    else:
        choice = Choice.parse("sums:size=2")
    keep(choice, samples)
    assert Sums.seen == 4


def test_damaged_kept_features_are_computed_anew(keep, kept):
    whole = keep(PLAIN, torch.ones(4, 3))
    (path,) = kept()
    path.write_bytes(path.read_bytes()[:20])
    Sums.seen = 0
    again = keep(PLAIN, torch.ones(4, 3))
    assert torch.equal(again.vectors, whole.vectors)
    assert torch.equal(keep(PLAIN, torch.ones(4, 3)).vectors, whole.vectors)
    assert Sums.seen == 4


def test_features_are_computed_in_full_precision_whatever_surrounds_them(keep):
    before = torch.backends.cudnn.allow_tf32
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert keep(Choice("product"), torch.rand(4, 3)).vectors.dtype == torch.float32
    assert torch.backends.cudnn.allow_tf32 == before


@pytest.mark.parametrize("name", ["nameless", "unprofiled"])
def test_features_without_a_digest_are_not_kept(keep, kept, name):
    assert keep(Choice(name), torch.ones(4, 3)).vectors.tolist() == [[3.0]] * 4
    assert kept() == []


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(keep, factory):
    factory.source.cache.write_text("in the way")
    assert keep(PLAIN, torch.ones(4, 3)).vectors.tolist() == [[3.0]] * 4


def test_a_space_that_cannot_be_made_is_tried_once_and_gives_its_reason_each_time(equipped):
    store = equipped(card(features="refused"), 3)
    reasons = [compare(store).reason for _ in range(3)]
    assert reasons == ["no weights here"] * 3
    assert Refused.tries == 1


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"needs": ("dataset",)}, "apart needs the dataset that the real side is from"),
        ({"needs": ("log_prob",)}, "apart needs a model that tells likelihoods"),
        ({"needs": ("labels",)}, "apart needs labels on both sides, which a conditional model gives"),
        (
            {"needs": ("logits",), "features": "sums"},
            "apart needs class probabilities, and the features sums have none",
        ),
    ],
)
def test_a_metric_whose_needs_are_not_there_is_missing_with_the_reason(equipped, given, reason):
    score = compare(equipped(card(**({"features": "sums"} | given)), 4))
    assert (score.value, score.reason) == (None, reason)


def test_a_need_that_is_met_lets_the_metric_score(equipped):
    store = equipped(card(features="sums", needs=("labels", "dataset")), 5)
    digits = store.factory.dataset(Choice("digits"))
    score = compare(store, labels=torch.zeros(50, dtype=torch.int64), dataset=digits)
    assert (score.reason, score.value) == ("", pytest.approx(32.0, rel=1e-5))


def test_a_score_tells_its_features_and_their_weights(equipped):
    score = compare(equipped(card(features="sums"), 6))
    assert dict(score.protocol) == {"split": "test", "features": "sums", "weights": "abc123"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"needs": ("labls",)},
            "needs 'labls'; a metric may need logits, labels, captions, sources, condition, log_prob",
        ),
        ({"needs": ("logits",)}, "needs logits, so it must name the features="),
    ],
)
def test_a_card_with_needs_of_no_sense_is_refused(given, message):
    with pytest.raises(BadOptionError) as caught:
        card(**given)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("optional", "given", "scored"),
    [
        (True, {"apart": 1.0}, {"apart": 1.0}),
        (False, {"apart": 1.0}, {"apart": 1.0, "beside": None}),
        (True, {}, {"apart": None, "beside": None}),
    ],
)
def test_an_optional_column_that_is_left_out_is_no_score_and_any_other_a_missing_one(equipped, optional, given, scored):
    metric = type("Partial", (), {"score": lambda self, evidence: given})
    beside = ganbench.Column("beside", "What these data have not.", optional=optional)
    columns = (ganbench.Column("apart", "Far."), beside)
    features = equipped(card(make=metric, columns=columns), 3)
    real = features.real(Choice("digits"), 20)
    found = Comparison(features, real, real, 0, {"split": "test"}).scores([Choice("apart")])
    assert {score.name: score.value for score in found} == scored
    assert all(score.reason for score in found if score.value is None)

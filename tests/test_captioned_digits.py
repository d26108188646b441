"""Digits by captions of their strokes: what is measured, what captions say of it, and that a wrong stroke is seen."""

import math

import pytest
import torch
from enlarged_digits import enlarged, sheared

import ganbench
from ganbench.contracts.datasets import SampleFormat
from ganbench.contracts.metrics import Evidence, Side
from ganbench.errors import BadOptionError, UnfitError
from ganbench.registry.measure import space_of
from ganbench.schema.choice import Choice
from ganbench.suites.expand import expand
from ganbench.suites.overrides import Overrides
from ganbench.suites.toml import find_suite
from ganbench.testing import Subject, Verdict, check_dataset, run_checks
from ganbench_datasets.captioned_mnist import HELD_OUT, described, factors_of
from ganbench_datasets.digit_captions import FACTORS, DigitGrammar
from ganbench_datasets.digit_measures import measured
from ganbench_features.digit_factors import DigitFactors
from ganbench_metrics.alignment import Alignment, Composition
from ganbench_metrics.caption_reading import FactorReader

SLANT = 1  # column of the measures


@pytest.fixture(scope="module")
def base():
    return enlarged()


@pytest.fixture(scope="module")
def data(base):
    return described(base)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a thin seven leaning left", (8, 1, 1, 0)),
        ("an upright eight", (9, 0, 2, 0)),
        ("a large thick zero leaning right", (1, 3, 3, 3)),
        ("a medium regular upright one", (2, 2, 2, 2)),
        ("an eight", (9, 0, 0, 0)),
    ],
)
def test_a_caption_says_what_it_reads(text, said):
    grammar = DigitGrammar()
    assert grammar.read(torch.tensor([grammar.captions.tokens(text)])).tolist() == [list(said)]
    assert grammar.captions.text(grammar.write(torch.tensor([said]))[0].tolist()) == text


def test_every_caption_is_read_as_it_was_written():
    grammar = DigitGrammar()
    said = torch.cartesian_prod(torch.arange(1, 11), *[torch.arange(4)] * 3)
    captions = grammar.write(said)
    assert torch.equal(grammar.read(captions), said)
    assert len(captions.unique(dim=0)) == 640


def test_captions_say_what_is_measured_and_leave_a_quarter_out(data):
    pictures, captions = data.head("train", 1_200)
    said, measures = data.said(captions), measured(pictures)
    for column, low, high in ((1, 2.04, 2.53), (2, 0.0, 15.0), (3, 6.33, 7.02)):
        number = 1 + (measures[:, column - 1] >= low).long() + (measures[:, column - 1] >= high).long()
        there = said[:, column] > 0
        assert torch.equal(said[there, column], number[there])
        assert there.double().mean().item() == pytest.approx(0.75, abs=0.05)
    assert (said[:, 0] > 0).all()


def test_held_out_pairs_are_in_compositions_alone(data, base):
    words = {word: (column, 1 + number) for column, factor in enumerate(FACTORS)
             for number, word in enumerate(factor.words)}  # fmt: skip
    pairs = [(words[digit], words[stroke]) for digit, stroke in HELD_OUT]
    count = {}
    for split in ("train", "test"):
        images, labels = base.splits[split]
        factors = factors_of(images, labels)
        out = sum((factors[:, a] == x) & (factors[:, b] == y) for (a, x), (b, y) in pairs)
        count[split] = int(out.sum())
        assert data.count(split) == len(images) - count[split]
        said = data.said(data.splits[split][1])
        assert not any(((said[:, a] == x) & (said[:, b] == y)).any() for (a, x), (b, y) in pairs)
    composed = data.compositions(1_000)
    assert len(composed.samples) == len(composed.condition) == count["test"] > 0
    said = data.said(composed.condition)
    assert sum((said[:, a] == x) & (said[:, b] == y) for (a, x), (b, y) in pairs).tolist() == [1] * count["test"]
    assert torch.equal(data.compositions(3).samples, composed.samples[:3])


def evidence(data, made, asked, **changes):
    space = DigitFactors(SampleFormat((1, 28, 28), 0, "cpu"))
    sides = [
        Side(samples, captions, space(samples)) for samples, captions in (data.head("test", len(made)), (made, asked))
    ]
    return Evidence(*sides, data, None, 0, embed=lambda samples, keep=True: space(samples), **changes)


def test_real_digits_align_and_others_do_not(data):
    pictures, captions = data.head("test", 300)
    scores = Alignment().score(evidence(data, pictures, captions))
    assert scores["alignment"] == scores["alignment_ceiling"] > 0.9  # the classifier has not seen these digits
    assert scores["alignment_thickness"] == scores["alignment_slant"] == scores["alignment_size"] == 1.0
    assert scores["alignment_digit"] > 0.8
    assert 0.15 < scores["alignment_floor"] < 0.5
    shuffled = Alignment().score(evidence(data, pictures.roll(7, dims=0), captions))
    assert shuffled["alignment"] == pytest.approx(scores["alignment_floor"], abs=0.05)
    assert "alignment_shape" not in scores


def test_a_slant_of_the_wrong_sign_is_seen_and_costs_slant_alone(data):
    pictures, captions = data.head("test", 300)
    tangents = torch.tan(torch.deg2rad(measured(pictures)[:, SLANT])).float()
    reversed_ = sheared(pictures + 1, 2 * (math.tan(math.radians(7.5)) - tangents)) - 1  # about what is most upright
    scores = Alignment().score(evidence(data, reversed_, captions))
    said = data.said(captions)[:, 2]
    upright = (said[said > 0] == 2).double().mean().item()
    assert 0.2 < upright < 0.7
    assert scores["alignment_slant"] == pytest.approx(upright, abs=0.15)
    assert scores["alignment_thickness"] > 0.6
    assert scores["alignment_ceiling"] > 0.9


class Drawer:
    """Draws what is held out, as it is."""

    def __init__(self, data):
        self.data = data

    def sample(self, n, generator, condition=None):
        assert torch.equal(condition, self.data.compositions(n).condition)
        return self.data.compositions(n).samples


def test_composition_asks_for_held_out_pairs(data):
    pictures, captions = data.head("test", 300)
    profile = ganbench.Profile(condition=data.condition)
    given = evidence(data, pictures, captions, profile=profile)
    scores = Composition().score(Evidence(**(vars(given) | {"model": Drawer(data)})))
    assert scores["composition"] == scores["composition_ceiling"] > 0.9
    assert scores["composition_floor"] < 0.6
    with pytest.raises(UnfitError, match="there is none that takes captions"):
        Composition().score(given)


def test_factors_are_read_from_features_of_theirs_alone(data):
    with pytest.raises(UnfitError, match="thickness, slant, size are read from 23 log-probabilities, not from 64"):
        FactorReader(data).seen(torch.zeros(2, 64))
    with pytest.raises(UnfitError, match="not finite"):
        FactorReader(data).seen(torch.full((2, 23), torch.nan))
    with pytest.raises(UnfitError, match="mnist-factors takes digits of 1 x 28 x 28, not samples of shape"):
        DigitFactors(SampleFormat((3, 28, 28), 0, "cpu"))


@pytest.mark.parametrize(
    ("caption", "message"),
    [
        ("a thin sevn", "unknown word 'sevn' in a caption; did you mean 'seven'?"),
        ("a bold seven", "unknown word 'bold' in a caption; there is a, an, zero, one, "),
        ("a large thick one leaning right now", "a caption has 1 to 6 words, and "),
    ],
)
def test_a_caption_of_other_words_is_told_in_one_line(data, caption, message):
    with pytest.raises(BadOptionError) as told:
        data.condition.tokens(caption)
    assert str(told.value).startswith(message)


def test_captioned_digits_keep_the_contract_of_datasets(factory_with):
    card = ganbench.DatasetCard("enlarged", make=lambda source: described(enlarged()), about="Digits.", kind="images")
    check_dataset("enlarged", factory=factory_with("enlarged", datasets=[card]))


def test_the_suite_of_captions_scores_digits_in_features_of_digits(catalog):
    suite = find_suite("captions", catalog)
    specs = expand(suite, catalog, Overrides(datasets=(Choice("captioned-mnist"),)))
    assert {spec.model.name for spec in specs} == {"text-gan", "cgan", "vae"}
    assert [str(metric) for metric in specs[0].metrics] == [
        "alignment:features=mnist-factors", "composition:features=mnist-factors", "condition-variety",
        "fid:features=mnist-classifier",
    ]  # fmt: skip
    for metric in specs[0].metrics:
        space = space_of(catalog.get("metrics", metric.name), metric)
        assert catalog.get("features", space.name).fits("captioned-mnist", "images")


@pytest.mark.slow
def test_thirds_are_those_of_mnist_and_real_digits_align(mnist_factory):
    data = mnist_factory.dataset(Choice("captioned-mnist"))
    assert (data.count("train"), data.count("test"), len(data.compositions(2_000).samples)) == (53_280, 8_844, 1_156)
    images, labels = mnist_factory.dataset(Choice("mnist")).splits["train"]
    factors = factors_of(images, labels)
    shares = [[(factors[:, column] == value).double().mean().item() for value in (1, 2, 3)] for column in (1, 2, 3)]
    assert shares[0] == pytest.approx([1 / 3] * 3, abs=0.003)
    assert shares[2] == pytest.approx([1 / 3] * 3, abs=0.003)
    assert shares[1] == pytest.approx([0.153, 0.493, 0.354], abs=0.001)
    pictures, captions = data.head("test", 1_000)
    scores = Alignment().score(evidence(data, pictures, captions))
    assert scores["alignment_ceiling"] > 0.995
    assert scores["alignment_floor"] == pytest.approx(0.28, abs=0.02)
    check_dataset("captioned-mnist", factory=mnist_factory)
    outcomes = run_checks(Subject.of("features", "mnist-factors", "captioned-mnist", factory=mnist_factory))
    assert {outcome.verdict for outcome in outcomes} == {Verdict.PASSED}

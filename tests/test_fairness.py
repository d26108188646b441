"""That nobody is given what others are not: labels, held-out data, the way of drawing; and that each score says so."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

import ganbench
from ganbench.cli import main
from ganbench.contracts.capabilities import Profile, Profiled, SamplingMode
from ganbench.evaluation.checkpoints import Evaluation
from ganbench.schema.choice import Choice

FID = Choice.parse("frechet:features=digits-classifier")
CLASSES = (Choice.parse("intra-class-fid:features=digits-classifier"), Choice("classification-accuracy"))


class Librarian(Profiled):
    """Plays back held-out samples of the classes that it is asked for: real data, made conditional."""

    def __init__(self, data, compared):
        self.asked = []
        self.samples, self.labels = (part[compared:] for part in data.head("test", data.count("test")))

    def profile(self):
        return Profile(condition=ganbench.Labels(10))

    def sample(self, n, generator, labels=None):
        self.asked.append(labels)
        order = torch.randperm(len(self.labels), generator=generator)
        rows = [order[self.labels[order] == label] for label in range(10)]
        taken = [0] * 10
        chosen = []
        for label in labels.tolist():
            chosen.append(rows[label][taken[label] % len(rows[label])])
            taken[label] += 1
        return self.samples[torch.stack(chosen)]


def evaluated(features, spec):
    data = features.factory.dataset(spec.dataset)
    model = Librarian(data, spec.compared(data.count("test")))
    return Evaluation(features, spec, data, model, model.profile()), model


def test_a_conditional_model_is_asked_for_training_labels_and_not_for_the_held_out_ones(features, make_spec):
    spec = make_spec(model="cgan", metrics=(FID,), samples=280)
    evaluation, model = evaluated(features, spec)
    first, again = evaluation.scores(final=False), evaluation.scores(final=False)
    held_out = features.real(spec.dataset, 280).condition
    assert len(model.asked) == 2  # once a scoring, since no metric needs the labels
    assert torch.equal(*model.asked)
    assert not torch.equal(model.asked[0].bincount(), held_out.bincount())
    assert first == again
    assert first[0].protocol["labels"] == "training"
    other, asked = evaluated(features, replace(spec, seed=1))
    other.scores(final=False)
    assert not torch.equal(asked.asked[0], model.asked[0])


def test_metrics_within_classes_are_given_the_held_out_labels(features, make_spec):
    spec = make_spec(model="cgan", metrics=(FID, *CLASSES), samples=280, halves=2)
    evaluation, model = evaluated(features, spec)
    scores = {score.name: score for score in evaluation.scores(final=True)}
    assert torch.equal(model.asked[1], features.real(spec.dataset, 280).condition)
    assert scores["frechet_distance"].protocol["labels"] == "training"
    for name in ("intra_class_fid", "worst_class_fid", "classification_accuracy"):
        assert scores[name].protocol["labels"] == "held-out"
        assert scores[name].value is not None
        assert scores[name].sampling_deviation is not None


def test_real_data_gain_nothing_by_being_conditional(features, make_spec):
    def distance(seed, copied):
        spec = make_spec(model="cgan", metrics=(FID,), samples=280, seed=seed)
        evaluation, _ = evaluated(features, spec)
        if copied:
            evaluation._asked = features.real(spec.dataset, 280).condition
        return evaluation.scores(final=False)[0].value

    copied, fair = (sum(distance(seed, copied) for seed in range(5)) / 5 for copied in (True, False))
    assert fair > 1.5 * copied


@pytest.mark.parametrize(("dataset", "samples", "compared"), [("digits", 2_500, 280), ("ring8", 2_500, 2_500)])
def test_real_is_held_out_data_that_nothing_compares_with_and_each_seed_draws_others(
    features, make_spec, dataset, samples, compared
):
    factory = features.factory

    def drawn(seed):
        spec = make_spec(dataset=dataset, model="real", loss=None, samples=samples, seed=seed)
        model = factory.model(spec)
        list(model.fit(factory.dataset(spec.dataset).batches("train", 64, 0)))
        evaluation = Evaluation(features, spec, factory.dataset(spec.dataset), model, Profile())
        assert evaluation.count == compared
        evaluation.scores(final=False)
        return {tuple(row) for row in evaluation.latest.flatten(1).tolist()}

    first, second = drawn(0), drawn(1)
    data = factory.dataset(Choice(dataset))
    judged, training = data.head("test", compared).samples, data.head("train", data.count("train")).samples
    for side in (judged, training):
        assert not first & {tuple(row) for row in side.flatten(1).tolist()}
    assert len(first) == compared
    assert len(first - second) > 0.2 * compared


def test_a_score_says_how_its_samples_were_drawn(features, make_spec):
    spec = make_spec(model="dcgan:width=2", recipe=(("average", 0.9),))
    model = features.factory.model(spec)
    evaluation = Evaluation(features, spec, features.factory.dataset(spec.dataset), model, model.profile())
    protocol = evaluation.scores(final=False)[0].protocol
    assert (protocol["average"], protocol["batch_norm"], protocol["truncation"]) == (0.9, "running", "none")
    assert "labels" not in protocol


def test_modes_draw_differently_and_leave_the_model_as_it_was(factory, make_spec):
    model = factory.model(make_spec(model="dcgan:width=2", recipe=(("average", 0.9),)))
    data = factory.dataset(Choice("digits")).batches("train", 32, 0)
    list(model.fit(next(data) for _ in range(8)))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    usual = model.sample(50, torch.Generator().manual_seed(0))
    drawn = []
    for mode in model.modes():
        model.use(mode)
        drawn.append(model.sample(50, torch.Generator().manual_seed(0)))
    assert len(model.modes()) == 4
    assert torch.equal(drawn[0], usual)
    apart = [float((first - second).abs().max()) for i, first in enumerate(drawn) for second in drawn[:i]]
    assert min(apart) > 0
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    with pytest.raises(ganbench.BadOptionError, match="this model draws in the modes"):
        factory.model(make_spec(model="r3gan:width=2")).use(SamplingMode(batch_norm="batch"))


def test_variants_of_a_run_stand_side_by_side(run, make_spec, tmp_path):
    spec = make_spec(model="dcgan:width=2", recipe=(("average", 0.9),))
    run(spec, where="results")
    sides = [spec.key, "digits:test", "--results", str(tmp_path / "results"), "--samples", "60"]
    command = ["score", *sides, "--metric", "frechet", "--variants"]
    shown = CliRunner().invoke(main, command)
    assert shown.exit_code == 0, shown.output
    assert "batch_norm running" in shown.output
    found = json.loads(CliRunner().invoke(main, [*command, "--json"]).output)["variants"]
    assert [each["scores"][0]["protocol"]["average"] for each in found] == [0.9, 0.9, "none", "none"]
    assert len({each["scores"][0]["value"] for each in found}) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["digits:train", "digits:test", "--variants"], "'digits:train' is no run"),
        (["digits:train", "digits:test", "--variants", "--bootstrap", "5"], "without intervals"),
    ],
)
def test_variants_of_what_has_none_are_refused_in_one_line(arguments, message):
    result = CliRunner().invoke(main, ["score", "--metric", "frechet", *arguments])
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize(
    ("dataset", "metric", "reason"),
    [
        (
            "digits",
            "fid:features=mnist-classifier",
            "the features mnist-classifier know mnist, stacked-mnist, captioned-mnist, and not digits; those that do: "
            "raw, digits-classifier, inception",
        ),
        (
            "ring8",
            "frechet:features=inception",
            "the features inception know images, and not ring8; those that do: raw",
        ),
    ],
)
def test_a_feature_space_judges_only_what_it_knows_and_names_one_that_does(run, make_spec, dataset, metric, reason):
    record = run(make_spec(dataset=dataset, model="gmm", loss=None, metrics=(Choice.parse(metric),)))
    assert {(score.value, score.reason) for score in record.checkpoints[-1].scores} == {(None, reason)}


def test_a_classifier_of_digits_does_not_judge_anybodys_pictures(run, make_spec, tmp_path):
    for name in ("a", "b"):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for number in range(20):
            pixels = np.random.default_rng(number).integers(0, 256, (28, 28), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    photos = Choice.of("image-folder", {"folder": str(tmp_path / "photos"), "size": 28, "channels": 1})
    metrics = (Choice.parse("class-modes"), Choice("frechet"))
    record = run(make_spec(dataset=photos, model="pixel-gaussian", loss=None, metrics=metrics))
    scores = {score.name: score for score in record.checkpoints[-1].scores}
    assert "know mnist, stacked-mnist, captioned-mnist, and not image-folder" in scores["classes_captured"].reason
    assert scores["frechet_distance"].value is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "sounds"}, "the card 'x' is for 'sounds'; data are images or points"),
        ({"kind": ""}, None),
    ],
)
def test_a_card_for_data_of_no_kind_is_refused(arguments, message):
    for card in (ganbench.DatasetCard, ganbench.FeatureCard):
        if message is None:
            assert card("x", make=str, about="", **arguments).kind == ""
            continue
        with pytest.raises(ganbench.BadOptionError, match=message):
            card("x", make=str, about="", **arguments)

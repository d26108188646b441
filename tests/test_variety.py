"""Samples of one condition: one again and again, as the data have them, or whatever is asked for."""

import re

import pytest
import torch

import ganbench
from ganbench import Evidence, Side
from ganbench.schema.choice import Choice
from ganbench.schema.spec import Budget
from ganbench.storage.store import RunFolder
from ganbench_metrics.condition_variety import ConditionVariety, share_within

PICTURES = torch.arange(40 * 16.0).reshape(40, 1, 4, 4)
CONDITIONS = torch.arange(600) % 30


def samples(seed, within=1.0, between=2.0, n=600):
    """Return a law of thirty conditions: a centre each, of standard deviation `between`, and noise about it."""
    generator = torch.Generator().manual_seed(seed)
    centres = between * torch.randn(30, 40, generator=torch.Generator().manual_seed(99))
    return centres[torch.arange(n) % 30] + within * torch.randn(n, 40, generator=generator)


def variety(real, fake, condition=CONDITIONS):
    sides = (Side(each, condition, ganbench.Features(each)) for each in (real, fake))
    return ConditionVariety().score(Evidence(*sides, None, None, 0))["variety"]


def test_the_share_is_that_of_an_analysis_of_variance():
    made = samples(0).double()
    groups = [made[number == CONDITIONS] for number in range(30)]
    within = sum(float((group - group.mean(dim=0)).square().sum()) for group in groups) / (600 - 30)
    whole = float(made.var(dim=0).sum())
    assert share_within(made, CONDITIONS[:, None]) == pytest.approx(within / whole, rel=1e-5)


def test_the_share_is_that_of_the_law():
    assert share_within(samples(0), CONDITIONS[:, None]) == pytest.approx(1 / (1 + 4), rel=0.1)
    nothing_said = torch.randint(0, 300, (600, 1), generator=torch.Generator().manual_seed(0))
    assert share_within(samples(0), nothing_said) == pytest.approx(1, abs=0.05)


def test_captions_are_equal_word_by_word():
    made = samples(0)
    captions = torch.stack([CONDITIONS // 6, CONDITIONS % 6, torch.ones(600, dtype=torch.long)], dim=1)
    assert share_within(made, captions) == share_within(made, CONDITIONS[:, None])


def test_a_law_as_that_of_the_data_has_one_and_one_sample_for_each_condition_has_none():
    assert variety(samples(0), samples(1)) == pytest.approx(1, abs=0.05)
    assert variety(samples(0), samples(1, within=0.0)) == pytest.approx(0, abs=1e-9)
    assert variety(samples(0), torch.zeros(600, 40)) == 0
    narrow = [variety(samples(0), samples(1, within=width)) for width in (0.1, 0.3, 0.6, 1.0)]
    assert narrow == sorted(narrow)
    assert narrow[0] < 0.06


def test_who_does_not_listen_and_who_adds_noise_are_above_one():
    deaf = samples(1)[torch.randperm(600, generator=torch.Generator().manual_seed(0))]
    assert variety(samples(0), deaf) == pytest.approx(5, rel=0.1)
    assert variety(samples(0), samples(0) + 2 * torch.randn(600, 40)) > 1.5


def test_a_far_mean_and_a_scale_change_nothing():
    plain = variety(samples(0), samples(1))
    assert variety(samples(0), 1e-3 * samples(1) + 10) == pytest.approx(plain, rel=1e-3)


def test_the_order_of_samples_does_not_matter():
    order = torch.randperm(600, generator=torch.Generator().manual_seed(0))
    shuffled = share_within(samples(0)[order], CONDITIONS[order, None])
    assert shuffled == pytest.approx(share_within(samples(0), CONDITIONS[:, None]), rel=1e-6)


@pytest.mark.parametrize(
    ("real", "condition", "reason"),
    [
        (samples(0), torch.arange(600), "none of the 600 conditions comes twice"),
        (samples(0, within=0.0), CONDITIONS, "real samples of one condition are all the same"),
        (samples(0) / 0.0, CONDITIONS, "features of the real side are not finite"),
    ],
)
def test_what_cannot_be_asked_is_said(real, condition, reason):
    with pytest.raises(ganbench.UnfitError, match=reason):
        variety(real, real, condition)


def test_real_digits_by_their_classes(factory):
    data = factory.dataset(Choice("digits"))
    train, test = data.head("train", 1_000), data.head("test", 400)
    of_class = [train.samples[train.condition == label].flatten(1) for label in range(10)]
    generator, real = torch.Generator().manual_seed(0), test.samples.flatten(1)

    def drawn(label):
        return of_class[label][torch.randint(len(of_class[label]), (), generator=generator)]

    labels = test.condition.tolist()
    law = torch.stack([drawn(label) for label in labels])
    one_each = torch.stack([of_class[label][0] for label in labels])
    deaf = law[torch.randperm(400, generator=generator)]
    assert variety(real, law, test.condition) == pytest.approx(1, abs=0.08)
    assert variety(real, one_each, test.condition) == pytest.approx(0, abs=1e-9)
    assert variety(real, deaf, test.condition) > 1.5


def rows_of(samples, condition, count=8):
    side = Side(samples, condition, None)
    return ConditionVariety().rows(Evidence(side, Side(-samples, condition, None), None, None, 0), count)


def test_real_and_generated_pictures_of_a_condition_stand_below_each_other():
    condition = torch.tensor([0] * 5 + [1] * 15 + [2] * 20)[torch.randperm(40)]
    shown = rows_of(PICTURES, condition)
    assert list(shown) == ["data, label 2", "model, label 2", "data, label 1", "model, label 1"]
    for label in (1, 2):
        assert torch.equal(shown[f"data, label {label}"], PICTURES[condition == label][:8])
        assert torch.equal(shown[f"model, label {label}"], -shown[f"data, label {label}"])
    assert len(rows_of(PICTURES, condition, count=20)["data, label 2"]) == 15
    captions = torch.stack([condition, torch.ones(40)], dim=1)
    named = rows_of(PICTURES, captions)
    assert list(named)[1:3] == ["model, condition 1", "data, condition 2"]
    assert torch.equal(named["data, condition 1"], shown["data, label 2"])


@pytest.mark.parametrize(
    ("samples", "condition"),
    [
        (PICTURES, None),
        (PICTURES, torch.arange(40)),
        (PICTURES, torch.zeros(40)),
        (PICTURES.flatten(1), torch.arange(40) % 2),
    ],
)
def test_nothing_is_shown_where_no_pictures_share_a_condition(samples, condition):
    with pytest.raises(ganbench.UnfitError):
        rows_of(samples, condition)


def scores_of(run, make_spec, **parts):
    record = run(make_spec(metrics=(Choice("condition-variety"),), budget=Budget(updates=2), **parts))
    assert record.status == "done", record.reason
    return record.checkpoints[-1].scores


def test_a_model_of_labels_is_asked_and_one_without_is_not(run, make_spec):
    (by_label,) = scores_of(run, make_spec, model="cgan:width=8", samples=200)
    assert by_label.value > 0
    assert by_label.protocol["labels"] == "held-out"
    (missing,) = scores_of(run, make_spec, model="real", loss=None, samples=200)
    assert missing.reason.endswith("needs labels, captions or sources on both sides, which a conditional model gives")


@pytest.mark.slow
def test_a_model_of_captions_is_asked_by_those_of_real_scenes(make_spec, run, tmp_path):
    data = "shapes:examples=400,objects=1"
    (score,) = scores_of(run, make_spec, dataset=data, model="text-gan:width=4", samples=100)
    assert score.value > 0
    assert score.protocol["captions"] == "held-out"
    (folder,) = (tmp_path / "a" / "runs").iterdir()
    (rows,) = RunFolder(folder).picture_rows().values()
    assert [re.fullmatch(r"(data|model), 'an? [a-z ]+'", name)[1] for name in rows] == ["data", "model"] * 2

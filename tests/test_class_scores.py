"""Scores by class and by label: counts of classes, distances within them, and what samples teach a classifier."""

import math

import numpy as np
import pytest
import torch

from ganbench.contracts.metrics import Evidence, Features, Side
from ganbench.errors import UnfitError
from ganbench.schema.choice import Choice
from ganbench.testing import check_metric
from ganbench_metrics.class_modes import ClassModes, count_classes
from ganbench_metrics.classification_accuracy import ClassificationAccuracy, accuracy
from ganbench_metrics.frechet import frechet_distance
from ganbench_metrics.intra_class_fid import IntraClassFID, class_distances


def judged(labels, classes=10):
    """Return logits (n, classes) of a judge who is sure of each label."""
    return 20.0 * torch.nn.functional.one_hot(torch.as_tensor(labels), classes).float()


def side(vectors, labels=None, logits=None):
    vectors = torch.as_tensor(vectors)
    labels = None if labels is None else torch.as_tensor(labels)
    return Side(vectors, labels, Features(vectors, logits))


def test_equal_shares_capture_every_class_at_no_divergence():
    assert count_classes(judged(list(range(10)) * 7)) == {"classes_captured": 10, "class_kl": 0}


def test_a_single_class_is_one_mode_at_log_classes():
    scores = count_classes(judged([3] * 50, classes=1_000))
    assert scores == {"classes_captured": 1, "class_kl": pytest.approx(math.log(1_000))}


def test_the_divergence_of_unequal_shares_is_that_of_the_definition():
    scores = count_classes(judged([0] * 30 + [1] * 10, classes=4))
    by_hand = 0.75 * math.log(0.75 * 4) + 0.25 * math.log(0.25 * 4)
    assert scores == {"classes_captured": 2, "class_kl": pytest.approx(by_hand, rel=1e-9)}


def test_perfect_samples_of_stacked_classes_score_what_theory_says():
    # 26,000 samples of 1,000 classes: the published protocol, where real data have a KL of about 0.0236 nats with
    # MNIST's own frequencies and (classes - 1) / 2n = 0.0192 with equal ones
    labels = torch.randint(1_000, (26_000,), generator=torch.Generator().manual_seed(0))
    scores = count_classes(judged(labels, classes=1_000))
    assert scores["classes_captured"] == 1_000
    assert scores["class_kl"] == pytest.approx(999 / 52_000, rel=0.1)


@pytest.mark.parametrize("logits", [torch.empty(0, 10), torch.full((4, 10), math.nan)])
def test_nothing_to_judge_is_said_so(logits):
    with pytest.raises(UnfitError, match="not on 0|not finite"):
        count_classes(logits)


def test_the_metric_counts_the_generated_side():
    real, fake = side(torch.zeros(4, 2), logits=judged([0, 1, 2, 3])), side(torch.zeros(4, 2), logits=judged([5] * 4))
    assert ClassModes().score(Evidence(real, fake, None, None, 0))["classes_captured"] == 1


def two_classes(n=200, seed=0, swapped=False, shift=0.0):
    random = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    centres = np.array([[0.0, 0.0, 0.0], [4.0, 4.0, 0.0]])[1 - labels if swapped else labels]
    return centres + random.standard_normal((n, 3)) + shift * labels[:, None], labels


def test_the_distance_within_classes_is_the_mean_of_each_ones_own():
    (real, labels), (fake, same) = two_classes(seed=0), two_classes(seed=1, shift=1.0)
    scores = IntraClassFID().score(Evidence(side(real, labels), side(fake, same), None, None, 0))
    by_hand = [frechet_distance(real[labels == label], fake[same == label]) for label in (0, 1)]
    assert scores["intra_class_fid"] == pytest.approx(np.mean(by_hand), rel=1e-9)
    assert scores["worst_class_fid"] == pytest.approx(max(by_hand), rel=1e-9)
    assert by_hand[1] == pytest.approx(3.0, rel=0.5)  # the second class is shifted by one in three dimensions


def test_swapped_labels_show_within_classes_and_nowhere_else():
    (real, labels), (fake, wrong) = two_classes(seed=0), two_classes(seed=1, swapped=True)
    within = IntraClassFID().score(Evidence(side(real, labels), side(fake, wrong), None, None, 0))["intra_class_fid"]
    assert within > 25
    assert frechet_distance(real, fake) < 1


@pytest.mark.parametrize("fake", [{}, {0: np.zeros((5, 2)), 1: np.zeros((1, 2))}])
def test_a_class_with_too_few_samples_is_named(fake):
    real = {0: np.zeros((5, 2)), 1: np.ones((5, 2))}
    with pytest.raises(UnfitError, match=r"class [01] has 5 real and [01] generated samples; two are needed"):
        class_distances(real, fake)


def test_no_class_at_all_is_said_so():
    with pytest.raises(UnfitError, match="no class"):
        class_distances({}, {})


def test_accuracy_equals_that_of_the_best_line():
    (real, truth), (fake, labels) = two_classes(2_000, seed=0), two_classes(2_000, seed=1)
    scores = ClassificationAccuracy().score(Evidence(side(real, truth), side(fake, labels), None, None, 0))
    expected = 0.5 * (1 + math.erf(math.sqrt(8) / math.sqrt(2)))  # the centres are 2 x sqrt(8) deviations apart
    assert scores["classification_accuracy"] == pytest.approx(expected, abs=0.01)


def test_what_wrong_labels_teach_is_worse_than_guessing():
    (real, truth), (fake, wrong) = two_classes(seed=0), two_classes(seed=1, swapped=True)
    assert accuracy(fake, wrong, real, truth) < 0.05
    scores = ClassificationAccuracy().score(Evidence(side(real, truth), side(fake, wrong), None, None, 0))
    assert scores["classification_accuracy"] < 0.05


def test_the_classifier_is_taught_by_the_generated_side():
    # the generated classes lie along the third axis, where the real ones do not differ
    (real, truth), labels = two_classes(seed=0), np.arange(200) % 2
    fake = np.random.default_rng(1).standard_normal((200, 3)) + 4 * labels[:, None] * np.array([0.0, 0.0, 1.0])
    again, _ = two_classes(seed=2)
    assert accuracy(again, truth, real, truth) > 0.98
    assert accuracy(fake, labels, real, truth) < 0.8
    assert accuracy(fake, labels, fake, labels) > 0.95


@pytest.mark.parametrize(
    ("features", "labels", "reason"),
    [
        (np.zeros((4, 2)), np.zeros(4), "two classes or more"),
        (np.full((4, 2), np.nan), np.arange(4) % 2, "not finite"),
    ],
)
def test_nothing_to_learn_from_is_said_so(features, labels, reason):
    with pytest.raises(UnfitError, match=reason):
        accuracy(features, labels, np.zeros((4, 2)), np.zeros(4))


def test_constant_images_teach_nothing_and_still_have_a_score():
    labels = np.arange(20) % 2
    assert accuracy(np.ones((20, 3)), labels, np.ones((10, 3)), np.zeros(10)) in (0.0, 1.0)


@pytest.mark.parametrize("name", ["intra-class-fid:features=raw", "classification-accuracy"])
def test_real_digits_are_better_than_noise(factory, name):
    check_metric(name, "digits", factory)


def test_an_unconditional_model_has_no_scores_by_label(run, make_spec):
    metrics = (Choice("classification-accuracy"), Choice.parse("intra-class-fid:features=raw"))
    record = run(make_spec(model="real", loss=None, metrics=metrics))
    assert {score.reason.partition(" needs ")[2] for score in record.checkpoints[-1].scores} == {
        "labels on both sides, which a conditional model gives"
    }


def test_a_conditional_model_has_them(run, make_spec):
    metrics = (Choice("classification-accuracy"), Choice.parse("intra-class-fid:features=raw"))
    record = run(make_spec(model="cgan:width=8", metrics=metrics, samples=300))
    assert [score.reason for score in record.checkpoints[-1].scores] == ["", "", ""]

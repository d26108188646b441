"""Scores whose values are known in closed form, by hand or in expectation."""

import math

import numpy as np
import pytest
import torch

from ganbench.contracts.metrics import Evidence, Features, Side
from ganbench_metrics.different_bins import different, divergence
from ganbench_metrics.fid_infinity import extrapolated
from ganbench_metrics.frechet import frechet_distance
from ganbench_metrics.inception_score import InceptionScore, inception_score
from ganbench_metrics.kid import KID, kernel_distance
from ganbench_metrics.mmd import squared_mmd
from ganbench_metrics.nearest_neighbour import accuracies
from ganbench_metrics.prdc import prdc
from ganbench_metrics.sliced_wasserstein import sliced_wasserstein


def normal(n, d=4, seed=0, mean=0.0, scale=1.0):
    return mean + scale * torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def judged(logits, **settings):
    side = Side(logits, None, Features(logits, logits))
    return InceptionScore(**settings).score(Evidence(side, side, None, None, 0))


def one_hot(labels, classes):
    return 200.0 * torch.nn.functional.one_hot(torch.tensor(labels), classes).double()


@pytest.mark.parametrize("classes", [2, 10, 1_000])
def test_the_inception_score_of_sure_and_even_judgements_is_the_number_of_classes(classes):
    assert inception_score(one_hot(list(range(classes)) * 3, classes)) == pytest.approx(classes, rel=1e-9)


@pytest.mark.parametrize("logits", [torch.zeros(50, 10), one_hot([4] * 50, 10)])
def test_the_inception_score_of_one_judgement_is_one(logits):
    assert inception_score(logits) == pytest.approx(1.0, rel=1e-9)


def test_probabilities_of_exactly_zero_cost_nothing():
    sure = torch.tensor([[0.0, -math.inf], [-math.inf, 0.0]])
    assert inception_score(sure) == pytest.approx(2.0, rel=1e-9)


def test_splits_are_scored_apart_and_averaged():
    logits = 2 * torch.randn(20_000, 5, generator=torch.Generator().manual_seed(0))
    one, ten = judged(logits, splits=1), judged(logits, splits=10)
    assert one["inception_score"] == pytest.approx(inception_score(logits), rel=1e-9)
    assert one["inception_score_deviation"] == 0
    assert ten["inception_score"] == pytest.approx(one["inception_score"], rel=0.02)
    assert ten["inception_score_deviation"] > 0


def test_kid_of_one_law_straddles_zero():
    values = [kernel_distance(normal(100, seed=seed), normal(100, seed=1_000 + seed)) for seed in range(60)]
    assert 15 < sum(value < 0 for value in values) < 45
    assert abs(np.mean(values)) < 3 * np.std(values) / math.sqrt(60)


@pytest.mark.slow
@pytest.mark.parametrize("mean", [0.0, 0.1, 0.5])
def test_kids_standard_error_is_that_of_repeating_the_sampling(mean):
    def measured(seed):
        sides = (normal(300, seed=2 * seed), normal(300, seed=2 * seed + 1, mean=mean))
        evidence = Evidence(*(Side(side, None, Features(side)) for side in sides), None, None, seed)
        return KID(subsets=60, size=100).score(evidence)

    found = [measured(seed) for seed in range(150)]
    spread = np.std([one["kid"] for one in found], ddof=1)
    assert np.mean([one["kid_standard_error"] for one in found]) == pytest.approx(spread, rel=0.2)


def test_kid_of_a_shift_has_its_value_in_closed_form():
    # one dimension, points 0 and 1 against points 2: (xy + 1)^3 by hand
    real, fake = torch.tensor([[0.0], [1.0]]), torch.tensor([[2.0], [2.0]])
    assert kernel_distance(real, fake) == pytest.approx(1.0 + 125.0 - 2 * (1 + 1 + 27 + 27) / 4)


def test_generated_samples_in_one_place_are_precise_and_recall_nothing():
    real, fake = normal(200, 16, scale=3.0), normal(200, 16, seed=1, scale=0.1)
    found = prdc(real, fake)
    assert found["precision"] > 0.8
    assert found["recall"] < 0.3
    swapped = prdc(fake, real)
    assert (swapped["precision"], swapped["recall"]) == (found["recall"], found["precision"])


def test_density_and_coverage_of_one_law_are_what_theory_says():
    found = prdc(normal(3_000), normal(3_000, seed=1))
    assert found["density"] == pytest.approx(1.0, abs=0.05)
    assert found["coverage"] == pytest.approx(0.96877, abs=0.02)


def test_precision_and_recall_by_hand():
    # k = 1: the real balls reach 1, 1 and 8, the generated ones 0.5 and 0.5
    real, fake = torch.tensor([[0.0], [1.0], [9.0]]), torch.tensor([[0.5], [0.0]])
    found = prdc(real, fake, k=1)
    assert found == pytest.approx({"precision": 1.0, "recall": 1 / 3, "density": (2 + 1) / 2, "coverage": 2 / 3})


def test_nearest_neighbours_cannot_tell_one_law_from_itself():
    found = accuracies(normal(1_000), normal(1_000, seed=1))
    assert all(value == pytest.approx(0.5, abs=0.06) for value in found.values())


def test_nearest_neighbours_tell_sides_that_lie_apart_and_copies():
    assert accuracies(normal(50), normal(50, seed=1, mean=100))["nearest_neighbour_accuracy"] == 1.0
    assert accuracies(normal(50), normal(50))["nearest_neighbour_accuracy"] == 0.0


def test_a_collapsed_side_shows_in_its_half():
    found = accuracies(normal(200), normal(200, seed=1, scale=0.01))
    assert found["accuracy_on_generated"] > 0.95


def test_mmd_of_more_than_a_tile_is_its_definition():
    real, fake = normal(2_100, 2), normal(2_060, 2, seed=1, mean=0.5)

    def kernel(one, other, off_diagonal=0):
        values = (-0.5 * torch.cdist(one, other).square()).exp()
        return (values.sum() - values.diagonal().sum() * off_diagonal) / (len(one) * (len(other) - off_diagonal))

    expected = kernel(real, real, 1) + kernel(fake, fake, 1) - 2 * kernel(real, fake)
    assert squared_mmd(real, fake, [1.0]) == pytest.approx(expected.item(), rel=1e-9)


def test_different_bins_of_one_law_are_about_one_in_twenty():
    random = np.random.default_rng(0)
    shares = [
        different(random.multinomial(5_000, [0.01] * 100), random.multinomial(5_000, [0.01] * 100)).mean()
        for _ in range(50)
    ]
    assert np.mean(shares) == pytest.approx(0.05, abs=0.01)


def test_the_test_of_two_proportions_is_the_textbooks():
    # 30 of 100 against 45 of 100: z = 2.19; 30 against 40: z = 1.48
    found = different(np.array([30, 30, 40]), np.array([45, 40, 15]))
    assert found.tolist() == [True, False, True]


def test_the_divergence_of_histograms_is_between_nothing_and_log_two():
    assert divergence(np.array([3, 1]), np.array([6, 2])) == pytest.approx(0.0, abs=1e-12)
    assert divergence(np.array([5, 0]), np.array([0, 9])) == pytest.approx(math.log(2))


def test_sliced_distance_of_a_shift_is_its_length_over_the_root_of_the_dimensions():
    points, lines = (
        normal(300, 5),
        torch.randn(20_000, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1)),
    )
    shifted = points + torch.tensor([3.0, 0, 4.0, 0, 0])
    assert sliced_wasserstein(points, shifted, lines) == pytest.approx(5 / math.sqrt(5), rel=0.02)


def test_mmd_of_two_normals_has_its_expectation_in_closed_form():
    # one dimension, variances 1, means 0 and 2, width 1: E k = exp(-delta² / 2(w² + 2)) / sqrt(1 + 2/w²)
    expected = 2 / math.sqrt(3) * (1 - math.exp(-4 / 6))
    values = [squared_mmd(normal(200, 1, seed=s), normal(200, 1, seed=500 + s, mean=2), [1.0]) for s in range(30)]
    assert np.mean(values) == pytest.approx(expected, rel=0.05)
    same = [squared_mmd(normal(100, 1, seed=s), normal(100, 1, seed=500 + s), [1.0]) for s in range(60)]
    assert 15 < sum(value < 0 for value in same) < 45


def test_a_shift_by_one_in_2048_dimensions_is_a_fid_of_2048():
    same = normal(3_000, 64).numpy()
    assert frechet_distance(same, same + 1) == pytest.approx(64, rel=1e-6)
    tall = normal(40, 2_048).numpy()
    assert frechet_distance(tall, tall + 1) == pytest.approx(2_048, rel=1e-6)


def test_extrapolation_takes_the_bias_away():
    plain, infinite = [], []
    for seed in range(8):
        real, fake = normal(400, 16, seed=seed).numpy(), normal(400, 16, seed=100 + seed, mean=0.5).numpy()
        plain.append(frechet_distance(real, fake))
        infinite.append(extrapolated(real, fake, points=15, seed=seed))
    truth = 16 * 0.25
    assert np.mean(plain) > truth + 0.3
    assert abs(np.mean(infinite) - truth) < 0.5 * abs(np.mean(plain) - truth)


def test_extrapolation_comes_within_a_few_hundredths_of_the_distance_of_known_laws():
    truth = 16 * (0.2**2 + 0.3**2)
    plain, infinite = [], []
    for seed in range(10):
        real, fake = normal(2_000, 16, 2 * seed).numpy(), normal(2_000, 16, 2 * seed + 1, 0.2, 1.3).numpy()
        plain.append(frechet_distance(real, fake))
        infinite.append(extrapolated(real, fake, points=15, seed=seed))
    assert np.mean(infinite) == pytest.approx(truth, rel=0.03)
    assert np.mean(plain) > 1.03 * truth


def test_extrapolation_of_one_law_is_nearer_to_nothing_than_the_distance_is():
    for seed in range(5):
        real, fake = normal(400, 16, 2 * seed).numpy(), normal(400, 16, 2 * seed + 1).numpy()
        assert abs(extrapolated(real, fake, points=15, seed=seed)) < frechet_distance(real, fake) / 2

"""Scores against analytic cases, laws, and an independent implementation."""

import math

import numpy as np
import pytest
import scipy
import torch
from packaging.version import Version
from scipy.linalg import sqrtm

from ganbench.contracts.metrics import Evidence, Features, Side
from ganbench.errors import UnfitError
from ganbench_datasets.mixtures import grid25, ring8
from ganbench_metrics.frechet import Frechet, frechet_distance, gram, trace_of_root
from ganbench_metrics.modes import Modes, score_modes


def gaussian(n, d, seed=0, mean=0.0):
    return np.random.default_rng(seed).standard_normal((n, d)) + mean


def test_trace_of_root_equals_the_matrix_square_root():
    random = np.random.default_rng(0)
    first, second = (a @ a.T for a in random.standard_normal((2, 12, 12)))
    assert trace_of_root(torch.from_numpy(first), torch.from_numpy(second)) == pytest.approx(
        np.trace(sqrtm(first @ second)).real, rel=1e-9
    )


@pytest.mark.parametrize(("n", "m"), [(40, 35), (40, 900), (900, 40), (900, 800)])
def test_the_distance_is_the_same_in_the_space_of_few_samples(n, m):
    # of 300 dimensions, more than a block of a triangular product; the trace from singular values of the samples
    real, fake = gaussian(n, 300), 1.5 * gaussian(m, 300, seed=1, mean=0.2)
    roots = [(side - side.mean(0)) / (len(side) - 1) ** 0.5 for side in (real, fake)]
    overlap = np.linalg.svd(roots[0] @ roots[1].T, compute_uv=False).sum()
    apart = np.square(real.mean(0) - fake.mean(0)).sum() + sum(np.square(root).sum() for root in roots)
    assert frechet_distance(real, fake) == pytest.approx(apart - 2 * overlap, rel=1e-9)


def test_covariances_are_numpys_in_blocks_too():
    samples = gaussian(50, 600)
    centred = torch.from_numpy(samples - samples.mean(0)) / 7.0
    assert np.allclose(gram(centred), np.cov(samples, rowvar=False), rtol=0, atol=1e-13)


@pytest.mark.skipif(Version(scipy.__version__) >= Version("1.18"), reason="clean-fid needs an older SciPy")
@pytest.mark.filterwarnings("ignore:The `disp` argument is deprecated")
def test_the_distance_equals_clean_fids_on_the_same_features():
    from cleanfid import fid

    real, fake = gaussian(400, 10), gaussian(300, 10, seed=1, mean=0.3) * 1.4
    parts = [(side.mean(0), np.cov(side, rowvar=False)) for side in (real, fake)]
    theirs = fid.frechet_distance(*parts[0], *parts[1])
    assert frechet_distance(real, fake) == pytest.approx(theirs, rel=1e-6)


def test_diagonal_gaussians_have_a_distance_in_closed_form():
    # whiten a sample, so that its moments are exactly those that the formula is given
    base = gaussian(500, 4)
    base -= base.mean(0)
    base = base @ np.linalg.inv(np.linalg.cholesky(np.cov(base, rowvar=False))).T
    first, second = base * [1.0, 2.0, 3.0, 0.5], base * [2.0, 2.0, 1.0, 0.5] + [1.0, 0.0, 0.0, 2.0]
    by_hand = (1 - 2) ** 2 + (3 - 1) ** 2 + 1 + 4
    assert frechet_distance(first, second) == pytest.approx(by_hand, rel=1e-9)


def test_a_shift_by_one_in_many_dimensions_costs_one_each():
    same = gaussian(600, 64)
    assert frechet_distance(same, same + 1.0) == pytest.approx(64.0, rel=1e-6)


def test_two_samples_of_one_law_are_as_far_apart_as_theory_says():
    n, d = 2_000, 16
    found = [frechet_distance(gaussian(n, d, seed), gaussian(n, d, 100 + seed)) for seed in range(20)]
    assert np.mean(found) == pytest.approx(2 * d / n + d * (d + 1) / (2 * n), rel=0.1)


def test_a_set_is_no_distance_from_itself_even_with_constant_pixels_or_few_samples():
    constant = gaussian(50, 8)
    constant[:, 3] = 1.0
    assert frechet_distance(constant, constant) == pytest.approx(0.0, abs=1e-9)
    few = gaussian(5, 20)
    assert frechet_distance(few, few) == pytest.approx(0.0, abs=1e-6)
    flat = np.ones((10, 3))
    assert frechet_distance(flat, flat) == 0.0
    assert frechet_distance(gaussian(9, 1), gaussian(9, 1)) == pytest.approx(0.0, abs=1e-9)


def test_one_sample_has_no_covariance():
    with pytest.raises(UnfitError, match="two samples or more"):
        frechet_distance(gaussian(1, 3), gaussian(5, 3))


def test_order_changes_nothing_and_more_noise_is_worse(factory):
    from ganbench.schema.choice import Choice

    real = factory.dataset(Choice("digits")).head("test", 250).samples.flatten(1).double().numpy()
    other = factory.dataset(Choice("digits")).head("train", 250).samples.flatten(1).double().numpy()
    noise = np.random.default_rng(0).standard_normal(other.shape)
    worse = [frechet_distance(real, other + strength * noise) for strength in (0, 0.1, 0.2, 0.4, 0.8, 1.6)]
    assert worse == sorted(worse)
    assert frechet_distance(real, other[::-1]) == pytest.approx(worse[0], rel=1e-6)


@pytest.mark.parametrize("make", [ring8, grid25])
def test_the_truth_scores_what_the_truth_scores(make):
    data = make(None)
    scores = score_modes(data.head("test", 2_500).samples, data.means, data.deviation)
    modes = len(data.means)
    assert scores["modes_captured"] == modes
    assert scores["high_quality_share"] == pytest.approx(1 - math.exp(-4.5), abs=0.01)
    assert scores["reverse_kl"] == pytest.approx((modes - 1) / (2 * 2_500), rel=0.8)


def test_modes_built_by_hand():
    means = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])
    points = torch.tensor([[0.0, 0.1], [0.0, 2.9], [10.0, 3.1], [10.2, 0.0]])
    scores = score_modes(points, means, 1.0)
    assert scores["modes_captured"] == 2
    assert scores["high_quality_share"] == 0.75
    assert scores["reverse_kl"] == pytest.approx(math.log(2))


def test_a_mode_that_only_strays_reach_is_not_captured():
    means = torch.tensor([[0.0], [10.0]])
    scores = score_modes(torch.tensor([[0.0], [6.0]]), means, 1.0)
    assert (scores["modes_captured"], scores["reverse_kl"]) == (1, 0.0)


def test_imprecise_samples_of_every_mode_are_no_collapse():
    data = ring8(None)
    noise = 15 * data.deviation * torch.randn(2_500, 2, generator=torch.Generator().manual_seed(0))
    blurred = data.means.repeat(313, 1)[:2_500] + noise
    scores = score_modes(blurred, data.means, data.deviation)
    assert scores["high_quality_share"] < 0.05
    assert scores["modes_nearest"] == 8
    assert scores["reverse_kl"] < 0.01
    collapsed = score_modes(blurred[torch.arange(2_500) % 8 < 3], data.means, data.deviation)
    assert collapsed["modes_nearest"] == 3
    strays = torch.cat([data.means[:1].repeat(2_000, 1), data.means[1:2]])
    assert score_modes(strays, data.means, data.deviation)["modes_nearest"] == 1


def test_collapse_to_one_mode_is_log_of_their_number():
    data = ring8(None)
    scores = score_modes(data.means[:1].repeat(100, 1), data.means, data.deviation)
    assert (scores["modes_captured"], scores["high_quality_share"]) == (1, 1.0)
    assert scores["reverse_kl"] == pytest.approx(math.log(8), rel=1e-6)


def test_modes_are_counted_on_mixtures_alone(factory):
    from ganbench.schema.choice import Choice

    data = factory.dataset(Choice("digits"))
    side = Side(*data.head("test", 10))
    with pytest.raises(UnfitError, match="mixtures with known means"):
        Modes().score(Evidence(side, side, data, None, 0))


def test_the_metric_reads_the_features_it_is_given():
    vectors = torch.from_numpy(gaussian(50, 3))
    real = Side(torch.zeros(50, 1), torch.zeros(50), Features(vectors))
    fake = Side(torch.zeros(50, 1), torch.zeros(50), Features(vectors + 2))
    scores = Frechet().score(Evidence(real, fake, None, None, 0))
    assert scores["frechet_distance"] == pytest.approx(12.0, rel=1e-6)

"""Our scores against independent implementations, on the same features."""

import numpy as np
import pytest
import torch
from prdc import compute_prdc
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kernel_mmd, kid_features_to_metric
from torchmetrics.image.inception import InceptionScore as TheirInceptionScore
from torchmetrics.image.kid import poly_mmd

from ganbench.contracts.metrics import Evidence, Features, Side
from ganbench_metrics.different_bins import DifferentBins, divergence
from ganbench_metrics.frechet import frechet_distance, trace_of_root
from ganbench_metrics.inception_score import InceptionScore, inception_score
from ganbench_metrics.kid import KID, kernel_distance
from ganbench_metrics.mmd import MMD, squared_mmd
from ganbench_metrics.order import canonical
from ganbench_metrics.prdc import prdc
from ganbench_metrics.sliced_wasserstein import sliced_wasserstein

KERNEL = {"kid_kernel": "poly", "kid_kernel_poly_degree": 3, "kid_kernel_poly_gamma": None, "kid_kernel_poly_coef0": 1}


def sides(n=500, m=400, d=24, shift=0.2):
    generator = torch.Generator().manual_seed(0)
    real = torch.randn(n, d, generator=generator, dtype=torch.float64)
    return real, 1.1 * torch.randn(m, d, generator=generator, dtype=torch.float64) + shift


def evidence(real, fake, logits=None, seed=0):
    return Evidence(Side(real, None, Features(real)), Side(fake, None, Features(fake, logits)), None, None, seed)


def test_fid_equals_torch_fidelitys():
    real, fake = sides()
    theirs = fid_statistics_to_metric(*map(fid_features_to_statistics, (real, fake)), verbose=False)
    ours = frechet_distance(real.numpy(), fake.numpy())
    assert ours == pytest.approx(theirs["frechet_inception_distance"], rel=1e-6)


@pytest.mark.parametrize(("n", "m", "constant"), [(90, 80, ()), (90, 80, (0,)), (90, 80, (1,)), (90, 80, (0, 1))])
def test_the_trace_of_a_root_is_the_sum_of_singular_values_of_the_products_of_samples(n, m, constant):
    random = np.random.default_rng(0)
    centred = []
    for side, count in enumerate((n, m)):
        samples = random.standard_normal((count, 60)) * np.geomspace(1, 1e-3, 60)
        if side in constant:
            samples[:, 7] = 3.0  # a pixel that never changes: no Cholesky factor
        centred.append((samples - samples.mean(axis=0)) / (count - 1) ** 0.5)
    expected = np.linalg.svd(centred[0] @ centred[1].T, compute_uv=False).sum()
    covariances = [torch.from_numpy(side.T @ side) for side in centred]
    for by_scipy in (True, False):
        assert trace_of_root(*covariances, by_scipy) == pytest.approx(expected, rel=1e-9)
        assert trace_of_root(*reversed(covariances), by_scipy) == pytest.approx(expected, rel=1e-9)


def test_the_trace_of_a_root_of_fewer_samples_than_dimensions_is_right_to_what_rounding_leaves():
    random = np.random.default_rng(0)
    centred = [random.standard_normal((count, 60)) / count**0.5 for count in (30, 20)]
    expected = np.linalg.svd(centred[0] @ centred[1].T, compute_uv=False).sum()
    assert trace_of_root(*(torch.from_numpy(side.T @ side) for side in centred)) == pytest.approx(expected, rel=1e-7)


def test_kid_of_whole_sets_equals_torch_fidelitys_and_torchmetrics():
    real, fake = sides(300, 300)
    theirs = kernel_mmd(real.numpy(), fake.numpy(), **KERNEL)
    ours = kernel_distance(real, fake)
    assert ours == pytest.approx(theirs, rel=1e-9)
    assert ours == pytest.approx(float(poly_mmd(real, fake)), rel=1e-6)


def test_kid_of_whole_sets_equals_clean_fids():
    from cleanfid.fid import kernel_distance as theirs

    real, fake = sides(300, 300)
    assert kernel_distance(real, fake) == pytest.approx(theirs(real.numpy(), fake.numpy(), 1, 300), rel=1e-6)


def test_kid_over_subsets_agrees_with_torch_fidelitys_within_their_spread():
    real, fake = sides(2_000, 2_000)
    theirs = kid_features_to_metric(
        real, fake, kid_subsets=100, kid_subset_size=500, rng_seed=0, verbose=False, **KERNEL
    )
    ours = KID(subsets=100, size=500).score(evidence(real, fake))["kid"]
    spread = theirs["kernel_inception_distance_std"] / 10
    assert abs(ours - theirs["kernel_inception_distance_mean"]) < 4 * spread


def test_kid_over_subsets_is_torch_fidelitys_mean_over_the_same_ones():
    real, fake = sides(200, 180)
    generator, values = torch.Generator().manual_seed(4), []
    for _ in range(5):
        chosen = [torch.randperm(len(side), generator=generator)[:60] for side in (real, fake)]
        parts = [side[canonical(side)][indices].numpy() for side, indices in zip((real, fake), chosen, strict=True)]
        values.append(kernel_mmd(*parts, **KERNEL))
    found = KID(subsets=5, size=60).score(evidence(real, fake, seed=4))
    assert found["kid"] == pytest.approx(np.mean(values), rel=1e-9)


def test_the_inception_score_of_a_split_equals_torch_fidelitys():
    logits = 3 * torch.randn(700, 10, generator=torch.Generator().manual_seed(0))
    theirs = isc_features_to_metric(logits, splits=1, shuffle=False)["inception_score_mean"]
    assert inception_score(logits) == pytest.approx(theirs, rel=1e-9)


def test_the_inception_score_over_splits_equals_torch_fidelitys_of_samples_in_the_same_order():
    logits = 3 * torch.randn(700, 10, generator=torch.Generator().manual_seed(0))
    order = canonical(logits)[torch.randperm(700, generator=torch.Generator().manual_seed(5))]
    theirs = isc_features_to_metric(logits[order], splits=10, shuffle=False)
    ours = InceptionScore(splits=10).score(evidence(logits, logits, logits, seed=5))
    assert ours["inception_score"] == pytest.approx(theirs["inception_score_mean"], rel=1e-9)
    assert ours["inception_score_deviation"] == pytest.approx(theirs["inception_score_std"], rel=1e-9)


@pytest.mark.filterwarnings("ignore:Metric `InceptionScore` will save", "ignore:std.*degrees of freedom")
def test_the_inception_score_equals_torchmetrics():
    logits = 3 * torch.randn(600, 10, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    theirs = TheirInceptionScore(feature=torch.nn.Flatten(), splits=1)
    theirs.update(logits)
    ours = InceptionScore(splits=1).score(evidence(logits, logits, logits))["inception_score"]
    assert ours == pytest.approx(float(theirs.compute()[0]), rel=1e-9)


@pytest.mark.parametrize("k", [1, 3, 5])
@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_precision_recall_density_and_coverage_equal_prdcs(k, shift):
    real, fake = sides(400, 300, d=8, shift=shift)
    theirs = compute_prdc(real.numpy(), fake.numpy(), nearest_k=k)
    assert prdc(real, fake, k) == pytest.approx({name: float(value) for name, value in theirs.items()}, rel=1e-9)


@pytest.mark.slow
def test_prdc_of_normals_is_what_its_authors_print():
    # the README of prdc: 10,000 samples of 1,000 dimensions, k = 5, one draw; in theory density 1, coverage 0.969
    generator = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(10_000, 1_000, generator=generator) for _ in range(2))
    found = prdc(real, fake)
    printed = {"precision": 0.4772, "recall": 0.4705, "density": 1.0555, "coverage": 0.9735}
    assert found == pytest.approx(printed, abs=0.06)


def test_sliced_distance_along_the_axes_equals_scipys_optimal_assignment():
    from scipy.optimize import linear_sum_assignment

    real, fake = (side.numpy() for side in sides(60, 60, d=3))
    costs = []
    for axis in range(3):
        squared = (real[:, axis, None] - fake[None, :, axis]) ** 2
        costs.append(squared[linear_sum_assignment(squared)].mean())
    ours = sliced_wasserstein(torch.from_numpy(real), torch.from_numpy(fake), 2 * torch.eye(3, dtype=torch.float64))
    assert ours == pytest.approx(np.sqrt(np.mean(costs)), rel=1e-9)


def test_unequal_counts_are_transported_as_if_every_sample_were_repeated():
    real, fake = sides(6, 4, d=2)
    lines = torch.randn(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    repeated = sliced_wasserstein(real.repeat_interleave(2, dim=0), fake.repeat_interleave(3, dim=0), lines)
    assert sliced_wasserstein(real, fake, lines) == pytest.approx(repeated, rel=1e-9)


def test_mmd_equals_scikit_learns_kernels_summed_by_hand():
    from sklearn.metrics.pairwise import rbf_kernel

    real, fake = sides(50, 40, d=3)
    widths = [0.7, 2.0]

    def kernel(first, second):
        return np.mean(
            [rbf_kernel(first.numpy(), second.numpy(), gamma=1 / (2 * width**2)) for width in widths], axis=0
        )

    own = [(kernel(side, side).sum() - len(side)) / (len(side) * (len(side) - 1)) for side in (real, fake)]
    assert squared_mmd(real, fake, widths) == pytest.approx(sum(own) - 2 * kernel(real, fake).mean(), rel=1e-9)


def test_mmds_kernels_are_about_the_median_distance_that_scipy_finds():
    from scipy.spatial.distance import pdist

    real, fake = sides(50, 40, d=3)  # an odd number of pairs, so that one is the median
    widths = [scale * float(np.median(pdist(real.numpy()))) for scale in (0.25, 0.5, 1, 2, 4)]
    assert MMD().score(evidence(real, fake))["mmd"] == pytest.approx(squared_mmd(real, fake, widths), rel=1e-9)


def test_the_divergence_of_bins_is_the_square_of_scipys_distance():
    from scipy.spatial.distance import jensenshannon

    first, second = np.array([5, 0, 9, 30, 1]), np.array([2, 4, 0, 50, 1])
    assert divergence(first, second) == pytest.approx(jensenshannon(first, second) ** 2, rel=1e-9)


def test_bins_fitted_on_the_real_samples_differ_for_one_law_a_little_less_often_than_the_test_errs():
    generator = torch.Generator().manual_seed(0)
    found = []
    for seed in range(8):
        real, fake = (torch.randn(5_000, 8, generator=generator, dtype=torch.float64) for _ in range(2))
        found.append(DifferentBins().score(evidence(real, fake, seed=seed))["different_bins_share"])
    assert 0.02 < np.mean(found) < 0.06

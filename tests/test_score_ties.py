"""Scores of samples that are equal, or equally far: what they are said to be, wherever samples stand."""

import contextlib
import math

import pytest
import torch
from prdc import compute_prdc
from sklearn.neighbors import NearestNeighbors

from ganbench.contracts.metrics import Evidence, Features, Side
from ganbench.errors import UnfitError
from ganbench.schema.choice import Choice
from ganbench_metrics.nearest_neighbour import accuracies
from ganbench_metrics.neighbours import tiles
from ganbench_metrics.prdc import prdc

PLAIN = [
    "frechet", "fid", "fid-infinity", "kid", "prdc", "nearest-neighbour", "sliced-wasserstein", "mmd", "ndb:bins=20",
]  # fmt: skip
NOTHING = {"precision": 0.0, "recall": 0.0, "density": 0.0, "coverage": 0.0}


def pictures(n, d, seed=0):
    """n different pictures of d pixels with 256 levels, whose numbers no float holds exactly."""
    return torch.randint(0, 256, (n, d), generator=torch.Generator().manual_seed(seed)) / 127.5 - 1


def shuffled(samples, seed):
    return samples[torch.randperm(len(samples), generator=torch.Generator().manual_seed(seed))]


def scored(factory, metric, real, fake):
    sides = [Side(side, None, Features(side)) for side in (real, fake)]
    return factory.measure(Choice.parse(metric)).metric.score(Evidence(*sides, None, None, 0))


@pytest.mark.parametrize("d", [1, 3, 64, 784, 3_072, 12_288])
@pytest.mark.parametrize("n", [7, 100, 300])
def test_equal_samples_are_at_no_distance_wherever_they_stand(n, d):
    same = pictures(1, d).repeat(n, 1)
    for _, _, distances in tiles(same, same.clone()):
        assert not distances.any()


@pytest.mark.parametrize("d", [1, 64, 784, 3_072])
def test_different_samples_are_never_taken_for_equal(d):
    one = pictures(1, d)
    other = one.clone()
    other[0, 0] += 1 / 127.5  # one level of one pixel
    (_, _, distance), *_ = tiles(one, other)
    assert distance.item() == pytest.approx((1 / 127.5) ** 2, rel=1e-3)


@pytest.mark.parametrize("d", [1, 64, 784])
@pytest.mark.parametrize("n", [20, 100])
def test_balls_that_are_points_hold_nothing(n, d):
    constant = pictures(1, d).repeat(n, 1)
    assert prdc(constant, constant.clone()) == NOTHING
    eightfold = pictures(n, d + 9).repeat(8, 1)
    assert prdc(shuffled(eightfold, 1), shuffled(eightfold, 2)) == NOTHING


@pytest.mark.parametrize("d", [64, 784])
def test_equal_samples_on_both_sides_are_told_apart_half_the_time(d):
    eightfold = pictures(50, d).repeat(8, 1)
    assert set(accuracies(shuffled(eightfold, 1), shuffled(eightfold, 2)).values()) == {0.5}


def test_a_set_against_itself_has_as_many_real_balls_around_a_sample_as_neighbours():
    # the k-th neighbour lies on the surface, so what is inside are k - 1 others and the sample itself
    real = torch.randn(2_500, 100, generator=torch.Generator().manual_seed(0))
    for seed in range(2):
        found = prdc(shuffled(real, seed), shuffled(real, 10 + seed), k=5)
        assert found == {"precision": 1.0, "recall": 1.0, "density": 1.0, "coverage": 1.0}


@pytest.mark.parametrize("k", [1, 3, 5])
def test_ties_are_the_ones_that_prdc_finds_where_its_arithmetic_is_exact(k):
    generator = torch.Generator().manual_seed(0)
    real, fake = (torch.randint(0, 5, (n, 4), generator=generator).double() for n in (300, 250))
    theirs = compute_prdc(real.numpy(), fake.numpy(), nearest_k=k)
    assert prdc(real, fake, k) == pytest.approx({name: float(value) for name, value in theirs.items()}, rel=1e-12)


def in_double(real, fake, k):
    """The definition, with every distance a sum of squared differences in float64."""
    real, fake = real.double(), fake.double()

    def squared(first, second):
        return torch.stack([(row - second).square().sum(dim=1) for row in first])

    reach, span = (squared(side, side).sort(dim=1).values[:, k] for side in (real, fake))
    across = squared(real, fake)
    inside = across < reach[:, None] * (1 - 1e-9)
    return {
        "precision": float(inside.any(dim=0).double().mean()),
        "recall": float((across < span * (1 - 1e-9)).any(dim=1).double().mean()),
        "density": float(inside.double().sum(dim=0).mean()) / k,
        "coverage": float(inside.any(dim=1).double().mean()),
    }


SIZES = (1_200, 1_050)  # more than a tile has
CLOSE = {
    "normal": lambda g: tuple(torch.randn(n, 60, generator=g) for n in SIZES),
    "far from the origin": lambda g: tuple(torch.randn(n, 60, generator=g) + 1e3 for n in SIZES),
    "a lattice": lambda g: tuple(pictures(n, 3, seed=n).mul(8).round() for n in SIZES),
    "narrow clusters": lambda g: tuple(
        1e-4 * torch.randn(n, 40, generator=g, dtype=torch.float64) + torch.arange(n)[:, None] % 5 for n in SIZES
    ),
    "an outlier": lambda g: (
        torch.cat([torch.randn(SIZES[0] - 1, 60, generator=g), torch.full((1, 60), 1e4)]),
        torch.randn(SIZES[1], 60, generator=g),
    ),
    "copies": lambda g: (pictures(50, 70).repeat(24, 1), pictures(50, 70).repeat(21, 1) + 1e-6),
}


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("case", CLOSE)
def test_what_single_precision_cannot_tell_is_settled_in_double(case, k):
    real, fake = CLOSE[case](torch.Generator().manual_seed(0))
    expected = in_double(real, fake, k)
    assert prdc(real, fake, k) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n", [300, 2_100])  # within a tile, and beyond it
def test_nearest_neighbours_equal_scikit_learns_left_out_one_at_a_time(n):
    generator = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(n, 6, generator=generator, dtype=torch.float64) + shift for shift in (0.0, 0.3))
    both, label = torch.cat([real, fake]).numpy(), torch.tensor([0] * n + [1] * n)
    found = NearestNeighbors(n_neighbors=1).fit(both).kneighbors(return_distance=False)[:, 0]  # itself left out
    right = (label[torch.from_numpy(found)] == label).double()
    ours = accuracies(real, fake)
    assert ours["nearest_neighbour_accuracy"] == pytest.approx(float(right.mean()), rel=1e-12)
    assert ours["accuracy_on_real"] == pytest.approx(float(right[:n].mean()), rel=1e-12)
    assert ours["accuracy_on_generated"] == pytest.approx(float(right[n:].mean()), rel=1e-12)


@pytest.mark.parametrize("metric", PLAIN)
def test_sides_of_one_picture_have_a_score_or_a_reason(factory, metric):
    constant = pictures(1, 200).repeat(100, 1)
    for fake in (constant.clone(), pictures(100, 200, seed=1)):
        with contextlib.suppress(UnfitError):
            found = scored(factory, metric, constant, fake)
            assert all(math.isfinite(value) for value in found.values())


@pytest.mark.parametrize("metric", PLAIN)
def test_the_order_of_samples_changes_no_score_of_the_same_features(factory, metric):
    data = factory.dataset(Choice("digits"))
    real, fake = (data.head(split, 500).samples.flatten(1) for split in ("test", "train"))
    straight = scored(factory, metric, real, fake)
    for seed in range(3):
        found = scored(factory, metric, shuffled(real, seed), shuffled(fake, 10 + seed))
        assert found == pytest.approx(straight, rel=1e-9, abs=1e-12)

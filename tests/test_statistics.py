"""Statistics over seeds: cases worked by hand, laws, and coverage on laws that are known."""

import math

import numpy as np
import pytest
from scipy.stats import ttest_ind

from ganbench.analysis.standings import STANDING, standings
from ganbench.analysis.statistics import (
    bootstrap_intervals,
    difference_interval,
    improvement_interval,
    interquartile_mean,
    places,
    probability_of_improvement,
    rank_intervals,
)


def test_the_interquartile_mean_leaves_a_quarter_out_at_either_end():
    assert interquartile_mean([0, 1, 2, 3, 4, 5, 6, 100]) == 3.5
    assert interquartile_mean([1, 2, 300]) == 101.0  # below four values nothing is left out
    assert interquartile_mean([1.0, math.nan, 3.0]) == 2.0
    assert interquartile_mean([]) is None


@pytest.mark.parametrize("trimmed", [False, True])
def test_an_interval_lies_about_its_mean_and_repeats(trimmed):
    values = np.random.default_rng(0).normal(5, 1, 12)
    (first,), (again,) = (bootstrap_intervals([values], trimmed) for _ in range(2))
    assert first == again
    assert first.low < values.mean() < first.high
    assert first.high - first.low == pytest.approx(4 * values.std() / math.sqrt(12), rel=0.3)


def test_samples_of_all_sizes_keep_their_places():
    random = np.random.default_rng(0)
    samples = [random.normal(10 * index, 1, size) for index, size in enumerate((3, 5, 3, 2, 5))]
    for index, interval in enumerate(bootstrap_intervals(samples)):
        assert 10 * index - 3 < interval.low <= samples[index].mean() <= interval.high < 10 * index + 3


def test_little_and_constant_values_have_no_spread():
    assert bootstrap_intervals([[1.0], [], [2.0, 2.0, 2.0], [math.nan, 1.0]]) == [None, None, (2.0, 2.0), None]
    assert difference_interval([1.0], [2.0, 3.0]) is None
    assert difference_interval([1.0, 1.0], [3.0, 3.0]) == (-2.0, -2.0)
    assert probability_of_improvement([], [1.0]) is None
    assert improvement_interval([1.0], [2.0, 3.0]) is None


def test_the_interval_of_a_difference_is_welchs():
    random = np.random.default_rng(0)
    first, second = random.normal(0, 1, 5), random.normal(1, 3, 7)
    theirs = ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert difference_interval(first, second) == pytest.approx((theirs.low, theirs.high), rel=1e-9)


def test_the_interval_of_a_difference_holds_the_truth_for_three_seeds():
    random = np.random.default_rng(1)
    held = [difference_interval(random.normal(1, 1, 3), random.normal(0, 2, 3)).holds(1.0) for _ in range(600)]
    assert np.mean(held) > 0.93


def test_the_probability_of_improvement_by_hand():
    assert probability_of_improvement([1, 2], [2, 3]) == (0.5 + 1 + 1 + 1) / 4
    assert probability_of_improvement([1, 2], [5, 6]) == 1.0
    assert probability_of_improvement([5, 6], [1, 2]) == 0.0
    assert probability_of_improvement([1, 1], [1, 1]) == 0.5


def test_both_ways_of_an_improvement_add_up_to_one():
    random = np.random.default_rng(0)
    first, second = random.integers(0, 5, 9), random.integers(1, 6, 7)
    assert probability_of_improvement(first, second) + probability_of_improvement(second, first) == pytest.approx(1)
    ends = improvement_interval(first, second)
    assert ends.low < probability_of_improvement(first, second) < ends.high


def test_ranks_that_seeds_swap_have_wide_intervals():
    same, close, far = (np.array(values) for values in ([1.0, 2, 3], [1.5, 2.5, 2.6], [90.0, 91, 92]))
    first, second, third = rank_intervals([same, close, far])
    assert (first.low, first.high) == (1, 2)
    assert (second.low, second.high) == (1, 2)
    assert (third.low, third.high) == (3, 3)


def test_a_rival_of_one_seed_or_none_has_no_interval():
    assert rank_intervals([np.array([1.0]), np.array([2.0, 3.0]), np.array([])])[0] is None
    assert rank_intervals([np.array([1.0]), np.array([2.0, 3.0]), np.array([])])[2] is None


def test_a_lead_that_seeds_do_not_support_is_a_tie():
    tight, close, behind = (np.array(values) for values in ([1.0, 1.1, 1.2], [1.05, 1.15, 1.3], [5.0, 5.1, 5.2]))
    assert places([behind, tight, close]) == [3, 1, 1]
    assert places([tight, np.array([9.0])]) == [1, 1]  # a single seed
    assert places([np.array([]), tight]) == [None, 1]


def test_standings_have_every_column_and_follow_the_direction():
    values = [np.array([10.0, 11.0, 12.0]), np.array([1.0, 1.1, 1.2]), np.array([])]
    higher, lower = (list(standings(values, better, baseline=1)) for better in ("higher", "lower"))
    for row in (*higher, *lower):
        assert list(row) == STANDING
    assert [row["rank"] for row in higher] == [1, 2, None]
    assert [row["rank"] for row in lower] == [2, 1, None]
    assert [row["improvement"] for row in higher] == [1.0, None, None]
    assert [row["improvement"] for row in lower] == [0.0, None, None]
    assert higher[2]["mean"] is None
    assert higher[0]["low"] <= 11.0 <= higher[0]["high"]


def test_a_score_whose_truth_is_known_ranks_by_the_distance_of_each_seed():
    # the mean of the first is exact, and none of its seeds is
    values = [np.array([0.0, 1.0]), np.array([0.6, 0.6])]
    assert [row["rank"] for row in standings(values, "closer to 0.5")] == [2, 1]

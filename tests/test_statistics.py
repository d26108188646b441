"""Statistics over seeds: cases worked by hand, laws, and coverage on laws that are known."""

import math

import numpy as np
import pytest
from scipy.stats import t, ttest_1samp, ttest_ind

from ganbench.analysis.standings import STANDING, standings
from ganbench.analysis.statistics import (
    difference_interval,
    improvement_interval,
    interquartile_mean,
    mean_and_deviation,
    mean_interval,
    probability_of_improvement,
    summaries,
)


def test_the_interquartile_mean_leaves_a_quarter_out_at_either_end():
    assert interquartile_mean([0, 1, 2, 3, 4, 5, 6, 100]) == 3.5
    assert interquartile_mean([1, 2, 300]) == 101.0  # below four values nothing is left out
    assert interquartile_mean([1.0, math.nan, 3.0]) == 2.0
    assert interquartile_mean([]) is None


def test_the_interval_of_a_mean_is_students():
    values = np.random.default_rng(0).normal(5, 1, 6)
    theirs = ttest_1samp(values, 0).confidence_interval(0.95)
    assert mean_interval(values) == pytest.approx((theirs.low, theirs.high), rel=1e-9)


def test_the_interval_of_an_interquartile_mean_by_hand():
    # 1 2 3 4 5 moved to 2 2 3 4 4: squares sum to 4; three remain, so the error is the root of 4 / (3 * 2)
    reach = t.ppf(0.975, 2) * math.sqrt(4 / 6)
    assert mean_interval([5, 4, 1, 2, 3], trimmed=True) == pytest.approx((3 - reach, 3 + reach))
    assert mean_interval([1, 2, 4], trimmed=True) == mean_interval([1, 2, 4])


def test_summaries_of_many_sides_are_those_of_each_alone():
    random = np.random.default_rng(0)
    sides = [random.normal(index, 2, size) for index, size in enumerate((5, 0, 1, 9, 5, 2, 1, 4))] + [np.full(5, 3.0)]
    for side, found in zip(sides, summaries(sides), strict=True):
        mean, deviation = mean_and_deviation(side)
        alone = {
            "mean": mean,
            "deviation": deviation,
            "interval": mean_interval(side),
            "iqm": interquartile_mean(side),
            "iqm_interval": mean_interval(side, trimmed=True),
        }
        assert list(found) == list(alone)
        for name, value in alone.items():
            assert found[name] == (None if value is None else pytest.approx(value, rel=1e-12)), name


def test_a_width_that_can_not_be_told_is_no_interval():
    assert [mean_interval(values) for values in ([1.0], [], [2.0, 2.0, 2.0], [math.nan, 1.0])] == [None] * 4
    assert difference_interval([1.0], [2.0, 3.0]) is None
    assert difference_interval([1.0, 1.0], [3.0, 3.0]) is None
    assert probability_of_improvement([], [1.0]) is None
    assert improvement_interval([1.0], [2.0, 3.0]) is None


def test_the_interval_of_a_mean_holds_the_truth_for_three_seeds():
    random = np.random.default_rng(1)
    held = [mean_interval(random.normal(1, 2, 3)).holds(1.0) for _ in range(2_000)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


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


def test_three_against_three_do_not_prove_an_improvement():
    low, high = improvement_interval([1, 2, 3], [4, 5, 6])
    assert (low < 0.5, high) == (True, 1.0)
    assert improvement_interval([4, 5, 6], [1, 2, 3]) == pytest.approx((0.0, 1 - low))
    assert improvement_interval(range(10), range(10, 20)).low > 0.7


def test_an_interval_of_improvement_holds_the_truth_for_three_seeds():
    random = np.random.default_rng(0)
    held = [improvement_interval(random.normal(0, 1, 3), random.normal(0, 1, 3)).holds(0.5) for _ in range(500)]
    assert np.mean(held) > 0.93


def test_a_run_that_failed_loses_against_any_that_finished():
    assert probability_of_improvement([1, math.inf], [2, 3]) == 0.5
    assert probability_of_improvement([math.inf], [math.inf]) == 0.5


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


def test_ranks_go_by_the_share_of_failed_seeds_and_then_by_means():
    values = [np.array([1.0]), np.array([2.0, 2.1, 2.2]), np.array([1.5, 1.6])]
    rows = list(standings(values, "lower", failed=[2, 0, 1]))
    assert [row["rank"] for row in rows] == [3, 1, 2]
    assert [row["worst"] for row in rows] == [1.0, 2.2, 1.6]


def test_a_score_whose_truth_is_known_ranks_by_the_distance_of_each_seed():
    # the mean of the first is exact, and none of its seeds is
    values = [np.array([0.0, 1.0]), np.array([0.6, 0.6])]
    assert [row["rank"] for row in standings(values, "closer to 0.5")] == [2, 1]


def test_intervals_of_means_end_where_the_score_does():
    values = [np.array([0.0, 8.0, 8.0]), np.array([4.0, 4.5, 5.0])]
    wide, narrow = standings(values, "higher", bounds=(0.0, 8.0))
    free, same = standings(values, "higher")
    assert free["low"] < 0 < 8 < free["high"]
    assert (wide["low"], wide["high"], wide["iqm_low"], wide["iqm_high"]) == (0.0, 8.0, 0.0, 8.0)
    assert narrow == same  # inside the range nothing changes, and places never do
    assert [wide[name] for name in ("mean", "rank", "place_p")] == [free[name] for name in ("mean", "rank", "place_p")]

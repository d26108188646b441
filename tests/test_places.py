"""Places: cases worked by hand, references, and laws that hold for any seeds."""

import time
from functools import partial

import numpy as np
import pytest
from scipy.stats import studentized_range, ttest_ind, tukey_hsd

from ganbench.analysis.places import TUKEY, WELCH, Competitor, compare_all, places
from ganbench.analysis.studentized_range import studentized_range_sf


def competitor(*values, failed=0):
    return Competitor(np.array(values, dtype=float), failed)


def placed(*competitors):
    return [found.place for found in places(list(competitors))]


@pytest.mark.parametrize("competitors", [2, 3, 10, 25])
@pytest.mark.parametrize("freedom", [1.5, 2.0, 4.7, 8.0, 40.0, 500.0])
def test_the_studentized_range_is_scipys(competitors, freedom):
    q = np.array([0.0, 0.1, 1.0, 2.5, 4.0, 6.0, 15.0, 80.0])
    theirs = studentized_range.sf(q, competitors, freedom)
    assert studentized_range_sf(q, competitors, freedom) == pytest.approx(theirs, abs=1e-6)


def test_many_degrees_of_freedom_at_once_are_each_on_its_own():
    q, freedom = np.array([3.0, 4.0, 5.0]), np.array([2.0, 4.7, 40.0])
    each = [studentized_range_sf(q[[i]], 6, float(freedom[i]))[0] for i in range(3)]
    assert studentized_range_sf(q, 6, freedom) == pytest.approx(each, rel=1e-12)


def test_spreads_that_are_alike_are_compared_by_tukeys_test():
    sides = [np.array(side) for side in ([1.0, 2.0, 3.0], [2.0, 3.1, 4.0], [5.0, 6.0, 6.9, 8.0], [1.5, 2.5, 3.4])]
    p, better, test = compare_all([Competitor(side) for side in sides])
    off = ~np.eye(4, dtype=bool)
    assert test == TUKEY
    assert p[off] == pytest.approx(tukey_hsd(*sides).pvalue[off], abs=1e-6)
    assert better[0, 1]
    assert not better[1, 0]


def test_spreads_that_are_not_alike_are_compared_by_welchs_with_a_correction():
    sides = [np.array(side) for side in ([1.0, 1.01, 1.02], [2.0, 7.0, 4.0], [5.0, 5.5, 6.0])]
    p, _, test = compare_all([Competitor(side) for side in sides])
    alone = ttest_ind(sides[0], sides[1], equal_var=False).pvalue
    assert test == WELCH
    assert p[0, 1] == pytest.approx(1 - (1 - alone) ** 3)


def test_a_noisy_leader_does_not_hide_a_lead_behind_it():
    found = places([competitor(-5, 5, -1.5), competitor(-0.01, 0, 0.01), competitor(2.99, 3, 3.01)])
    assert [each.place for each in found] == [None, 1, 2]
    assert found[0].ranks == (1, 3)


def test_a_place_is_one_more_than_those_ahead():
    random = np.random.default_rng(0)
    tiers = [competitor(*random.normal(tier, 0.01, 5)) for tier in (0, 0, 1, 2)]
    assert placed(*tiers) == [1, 1, 3, 4]


def test_too_few_seeds_for_a_verdict_are_undecided_and_no_tie():
    assert placed(competitor(1), competitor(2)) == [None, None]
    assert placed(competitor(1, 1.1), competitor(9, 9.1)) == [None, None]
    found = places([competitor(1, 2, 3), competitor(1.5, 2.5, 3.5)])
    assert [each.place for each in found] == [None, None]
    assert found[0].p == pytest.approx(ttest_ind([1, 2, 3], [1.5, 2.5, 3.5]).pvalue, abs=1e-6)


def test_five_seeds_without_a_lead_are_a_tie():
    assert placed(competitor(1, 2, 3, 4, 5), competitor(1.5, 2.5, 3.5, 4.5, 5.5)) == [1, 1]


def test_one_alone_is_first_and_nobody_is_nothing():
    assert placed(competitor(3)) == [1]
    assert placed(competitor(), competitor(1, 2, 3)) == [None, 1]
    assert placed() == []


def test_counts_without_a_spread_are_compared_by_what_there_is():
    full, worse, constant = competitor(0, 0, 0), competitor(4, 3, 4), competitor(1, 1, 1)
    assert placed(full, worse) == [1, 2]  # by the spread of the other
    assert [each.p for each in places([full, full])] == pytest.approx([1, 1])
    assert [each.p for each in places([full, constant])] == pytest.approx([0.1, 0.1])  # 2 of 20 ways
    assert placed(full, constant) == [None, None]
    assert placed(competitor(*[0] * 5), competitor(*[1] * 5)) == [1, 2]  # 2 of 252 ways
    assert placed(full, constant, competitor(0, 2, 4))[:2] == [None, None]  # by the spread that all pool


def test_failed_seeds_are_worse_than_any_that_finished():
    lucky, good = competitor(-100, failed=2), competitor(1.1, 1.2, 1.3)
    assert places([lucky, good])[0].place is None
    mostly = competitor(-100, failed=4)
    assert placed(mostly, competitor(1, 1.1, 1.2, 1.3, 1.4)) == [2, 1]
    assert placed(competitor(-100, -99, -98, -97, failed=1), competitor(1, 1.1, 1.2, 1.3, 1.4)) == [1, 1]


def test_a_failed_seed_does_not_hide_that_the_others_are_worse_too():
    assert placed(competitor(9, 9.1, 9.2, failed=1), competitor(1, 1.1, 1.2)) == [2, 1]


def test_places_follow_neither_the_order_nor_the_unit_of_competitors():
    random = np.random.default_rng(3)
    sides = [random.normal(index / 2, 0.2 + index % 3, 5) for index in range(6)]
    first = places([Competitor(side) for side in sides])
    again = places([Competitor(1_000 * side - 7) for side in reversed(sides)])[::-1]
    assert [each.place for each in first] == [each.place for each in again]
    assert [each.p for each in first] == pytest.approx([each.p for each in again])


def test_intervals_of_ranks_are_the_leads_on_both_sides():
    random = np.random.default_rng(0)
    tiers = [competitor(*random.normal(tier, 0.01, 5)) for tier in (0, 0, 1, 2)]
    assert [each.ranks for each in places(tiers)] == [(1, 2), (1, 2), (3, 3), (4, 4)]


def test_a_board_of_twenty_models_and_ten_scores_takes_no_time():
    random = np.random.default_rng(0)
    boards = [[Competitor(random.normal(size=5)) for _ in range(20)] for _ in range(10)]
    places(boards[0])  # what is computed once for twenty
    start = time.perf_counter()
    for board in boards:
        places(board)
    assert time.perf_counter() - start < 1.0


def equal(random, spread):
    deviations = np.exp(random.uniform(np.log(1 / spread), np.log(spread), 10))
    return [Competitor(random.normal(0, deviation, 5)) for deviation in deviations]


@pytest.mark.slow
@pytest.mark.parametrize("spread", [1.0, 1.7, 10.0])
def test_equal_models_have_a_false_lead_on_no_more_than_seven_boards_of_a_hundred(spread):
    random = np.random.default_rng(0)
    draw = partial(equal, random, spread)
    wrong = [any(found.place != 1 for found in places(draw())) for _ in range(2_000)]
    assert np.mean(wrong) <= 0.07


@pytest.mark.slow
def test_a_lead_of_five_deviations_is_seen_at_five_seeds():
    random = np.random.default_rng(0)
    seen = []
    for _ in range(300):
        sides = random.normal(size=(10, 5))
        sides[0] -= 5
        seen += [found.ranks.low > 1 for found in places([Competitor(side) for side in sides])[1:]]
    assert np.mean(seen) > 0.9

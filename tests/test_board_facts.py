"""What the tables tell, number by number."""

import re
from dataclasses import replace

import numpy as np
import pytest
from sites import make_record, of_values, rescored, respec

from ganbench.analysis.standings import standings
from ganbench.analysis.tables import leaderboard, tidy
from ganbench.report.grid import grids
from ganbench.schema.record import Spent, Status


def row_of(records, **options):
    (row,) = leaderboard(tidy(records), **options).to_dict("records")
    return row


def test_intervals_are_of_what_they_stand_beside():
    values = [np.array([1.0, 2.0, 3.0, 30.0]), np.array([2.5, 4.0, 6.0, 40.0])]
    first = next(standings(values, "lower", baseline=1))
    assert first["improvement_low"] <= first["improvement"] <= first["improvement_high"]
    assert first["improvement"] > 0.5
    assert (first["mean"], first["iqm"]) == (9.0, 2.5)
    assert (first["iqm_low"], first["iqm_high"]) != (first["low"], first["high"])


def test_what_a_cell_tells_of_its_runs_is_of_those_that_it_should_be():
    record = make_record("dcgan", "digits", 0)
    failed = replace(
        respec(record, seed=1), status=Status.FAILED, ended_by="divergence", throughput={"images_per_second": 10.0}
    )
    row = row_of([replace(record, parameters={"generator": 10, "discriminator": 5}), failed])
    assert (row["diverged"], row["images_per_second"], row["parameters"]) == (0.5, 2_000, 15)
    assert (row["mean"], row["seeds"], row["done"], row["failed"]) == (4.0, 1, 1, 1)


def test_a_family_that_no_record_names_is_told_by_the_loss():
    found = [row_of([make_record(model, "digits", 0, family="")])["family"] for model in ("dcgan", "gmm")]
    assert found == ["adversarial", "other"]


def test_weights_averaged_or_not_are_ranked_together_and_budgets_that_stop_are_not():
    from ganbench.schema.spec import Stopping

    one, other = of_values("dcgan", [1.0], average="none"), of_values("cgan", [2.0], average="ema")
    assert sorted(leaderboard(tidy([*one, *other]))["rank"]) == [1, 2]
    stopping = [respec(record, stopping=Stopping(patience=2)) for record in of_values("dcgan", [3.0])]
    assert sorted(leaderboard(tidy([*one, *stopping]))["mean"]) == [1.0, 3.0]


def test_the_share_of_seeds_that_collapsed():
    from ganbench.schema.record import Checkpoint

    def made(seed, *values):
        record = make_record("dcgan", "digits", 0)
        points = [
            Checkpoint(f, Spent(int(6_400 * f), 100, 1.0), (replace(record.checkpoints[0].scores[0], value=v),))
            for f, v in zip((0.25, 0.5, 1.0), values, strict=True)
        ]
        return replace(respec(record, seed=seed), checkpoints=tuple(points))

    row = row_of([made(0, 10.0, 2.0, 9.0), made(1, 10.0, 2.0, 2.0), made(2, 10.0, 3.0, 2.0), made(3, 10.0, 3.0, 2.0)])
    assert (row["collapsed"], row["collapse_images"]) == (0.25, 6_400)


def grid_of(*records, **options):
    (grid,) = grids(leaderboard(tidy(records), **options))
    return grid


def test_single_seeds_are_undecided_and_none_is_bold():
    grid = grid_of(*of_values("dcgan", [2.0]), *of_values("cgan", [1.0]))
    assert [(row.names[0], row.place, row.cells[0].best) for row in grid.rows] == [
        ("cgan", "undecided", False), ("dcgan", "undecided", False),
    ]  # fmt: skip


def test_a_shared_place_is_marked_and_bold_and_the_best_come_first():
    grid = grid_of(
        *of_values("dcgan", [1.0, 3.0, 1.5, 2.5, 2.0], "higher", fake=650),
        *of_values("cgan", [2.0, 4.0, 2.5, 3.0, 3.5], "higher", fake=650),
    )
    assert [(row.names[0], row.place, row.cells[0].best) for row in grid.rows] == [
        ("cgan", "1=", True), ("dcgan", "1=", True),
    ]  # fmt: skip
    assert grid.headings == (("fid ↑", "(digits-classifier, n=650)"),)


def test_a_probability_of_improvement_stands_before_its_interval_from_low_to_high():
    grid = grid_of(*of_values("dcgan", [1.0, 2.0, 5.0]), *of_values("cgan", [3.0, 4.0, 6.0]), baseline="cgan")
    middle, low, high = map(float, re.fullmatch(r"(.*) \((.*)–(.*)\)", grid.rows[0].improvement).groups())
    assert low < middle < high


def test_two_runs_of_one_seed_have_a_trajectory_each():
    first, second = (rescored(make_record("dcgan", "digits", 0), *values) for values in ((9.0, 1.0), (9.0, 5.0)))
    second = respec(second, checkpoints=(0.5, 1.0), samples=99)  # a suite's file that was changed in its place
    row = row_of([first, second])
    assert (row["best"], row["gap"], row["collapsed"]) == (3.0, 0.0, 0.0)


def test_three_seeds_without_a_lead_are_undecided_with_the_p_of_the_clearest_comparison():
    grid = grid_of(*of_values("dcgan", [1.0, 3.0, 5.0]), *of_values("cgan", [2.0, 4.0, 6.0]))
    assert [row.place for row in grid.rows] == ["undecided (p = 0.57)", "undecided (p = 0.57)"]
    assert not any(row.cells[0].best for row in grid.rows)
    assert any(note.startswith("undecided: no lead or tie") for note in grid.notes)


def test_the_test_that_places_rest_on_is_noted():
    alike = grid_of(*of_values("dcgan", [1.0, 1.1, 1.2]), *of_values("cgan", [5.0, 5.1, 5.2]))
    apart = grid_of(*of_values("dcgan", [1.0, 1.001, 1.002]), *of_values("cgan", [5.0, 7.0, 6.0]))
    assert "Tukey" in alike.notes[0]
    assert "Welch" in apart.notes[0]


def failing(records, count):
    """Return the records with the last ones failed."""
    kept = len(records) - count
    return [*records[:kept], *(replace(r, status=Status.FAILED, checkpoints=()) for r in records[kept:])]


def test_one_surviving_seed_of_three_is_behind_three_good_ones():
    lucky = failing(of_values("dcgan", [1.0, 1.0, 1.0]), 2)
    grid = grid_of(*lucky, *of_values("cgan", [2.0, 2.1, 2.2]))
    assert [(row.names[0], row.facts["rank"]) for row in grid.rows] == [("cgan", 1), ("dcgan", 2)]
    assert grid.rows[1].cells[0].text == "1 (1 of 3)"
    assert grid.rows[1].facts["place"] != 1
    assert any("a failed seed counts as worse" in note for note in grid.notes)


def test_a_done_run_without_the_number_that_others_have_is_a_failed_seed():
    records = of_values("dcgan", [1.0, 1.1, 1.2])
    lost = rescored(records[2], None)
    row = row_of([*records[:2], lost])
    assert (row["seeds"], row["failed_seeds"]) == (2, 1)


@pytest.mark.parametrize("baseline", ["cgan", "dcgan", "gmm"])
def test_every_model_but_the_baseline_is_compared_with_it(baseline):
    values = {"dcgan": [1.0, 2.0], "cgan": [3.0, 4.0], "gmm": [5.0, 6.0]}  # the lower the better
    grid = grid_of(*(record for model, each in values.items() for record in of_values(model, each)), baseline=baseline)
    found = {row.names[0]: row.facts["improvement"] for row in grid.rows if row.names[0] != baseline}
    assert found == {model: float(each < values[baseline]) for model, each in values.items() if model != baseline}


def test_a_failed_run_loses_against_every_run_of_the_baseline():
    grid = grid_of(*failing(of_values("dcgan", [1.0, 1.0]), 1), *of_values("cgan", [2.0, 2.1]), baseline="cgan")
    (row,) = [row for row in grid.rows if row.names[0] == "dcgan"]
    assert row.facts["improvement"] == 0.5


def test_a_board_is_ordered_by_the_worst_seed_on_request():
    records = [*of_values("dcgan", [1.0, 1.0, 9.0]), *of_values("cgan", [4.0, 4.1, 4.2])]
    ordered = {}
    for order in ("mean", "worst"):
        (grid,) = grids(leaderboard(tidy(records)), order)
        ordered[order] = [(row.names[0], row.worst) for row in grid.rows]
    assert ordered["mean"] == [("dcgan", "9"), ("cgan", "4.20")]
    assert ordered["worst"] == [("cgan", "4.20"), ("dcgan", "9")]
    assert "ordered by the worst seed of fid; failed seeds come last" in grid.notes


def test_in_the_order_of_worst_seeds_a_failed_one_comes_last():
    records = [*failing(of_values("dcgan", [1.0, 1.0, 1.0]), 1), *of_values("cgan", [4.0, 4.1, 4.2])]
    (grid,) = grids(leaderboard(tidy(records)), "worst")
    assert [(row.names[0], row.worst) for row in grid.rows] == [("cgan", "4.20"), ("dcgan", "failed")]


def test_a_run_that_is_done_without_any_score_is_a_row_with_the_reason():
    record = make_record("dcgan", "digits", 0)
    unscored = replace(
        record,
        spec=replace(record.spec, metrics=()),
        checkpoints=tuple(replace(checkpoint, scores=()) for checkpoint in record.checkpoints),
    )
    row = row_of([unscored])
    assert (row["done"], row["seeds"], row["reason"]) == (1, 0, "trained, and no metric was asked for")
    assert row["images"] == 6_400
    assert grid_of(unscored).rows[0].place == "–"

"""What the tables tell, number by number."""

import re
from dataclasses import replace

import numpy as np
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


def test_single_seeds_have_no_place_and_only_the_best_of_them_is_bold():
    grid = grid_of(*of_values("dcgan", [2.0]), *of_values("cgan", [1.0]))
    assert [(row.names[0], row.place, row.cells[0].best) for row in grid.rows] == [
        ("cgan", "–", True), ("dcgan", "–", False),
    ]  # fmt: skip


def test_a_shared_place_is_marked_and_bold_and_the_best_come_first():
    grid = grid_of(
        *of_values("dcgan", [1.0, 3.0], "higher", fake=650), *of_values("cgan", [2.0, 4.0], "higher", fake=650)
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

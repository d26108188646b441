"""Collapse is visible: best beside final, the area under the curve, and when it fell apart."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ganbench.analysis.tables import leaderboard, tidy
from ganbench.analysis.trajectories import COLUMNS, trajectories
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status


def frame(values, better="lower", images=None, seed=0, deviation=0.05):
    images = images or [1_000 * (index + 1) for index in range(len(values))]
    return pd.DataFrame(
        {
            "model": "dcgan",
            "seed": seed,
            "fraction": [image / images[-1] for image in images],
            "images": images,
            "value": values,
            "better": better,
            "sampling_deviation": [None] * (len(values) - 1) + [deviation],
        }
    )


def trajectory(*values, **given):
    (row,) = trajectories(frame(list(values), **given), ["model"]).to_dict("records")
    return row


def test_a_run_that_falls_apart_shows_its_best_its_gap_and_when():
    # the scores in a public log of DCGAN on CIFAR-10, whose table shows the best alone: from 49 to 137
    row = trajectory(200.0, 49.0, 60.0, 137.0)
    assert (row["best"], row["best_images"], row["gap"]) == (49.0, 2_000, 88.0)
    # 151 were gained, more than half of which was lost by then
    assert (row["collapsed"], row["collapse_images"]) == (True, 4_000)
    assert row["area"] == pytest.approx(((200 + 49) / 2 + (49 + 60) / 2 + (60 + 137) / 2) / 3)


def test_a_run_that_goes_on_learning_has_no_gap_and_no_collapse():
    row = trajectory(200.0, 100.0, 50.0, 49.0)
    assert (row["gap"], row["best"]) == (0.0, 49.0)
    assert pd.isna(row["collapse_images"])


def test_scores_that_rise_collapse_downwards():
    row = trajectory(1.0, 8.0, 2.0, better="higher")
    assert (row["best"], row["gap"], row["collapse_images"]) == (8.0, 6.0, 3_000)


def test_scores_with_a_known_truth_collapse_on_either_side_of_it():
    assert trajectory(0.2, 0.9, 0.3, better="closer to 1.0")["collapse_images"] == 3_000
    assert trajectory(0.2, 0.9, 1.9, better="closer to 1.0")["collapse_images"] == 3_000


def test_the_area_weighs_checkpoints_by_the_images_between_them():
    assert trajectory(10.0, 0.0, 0.0, images=[0, 100, 1_000])["area"] == pytest.approx(0.5)


def test_a_single_checkpoint_says_nothing_of_a_trajectory():
    row = trajectory(5.0)
    assert all(pd.isna(row[name]) for name in COLUMNS)


def test_a_loss_within_the_scores_own_sampling_deviation_is_no_collapse():
    assert trajectory(10.0, 9.99, 10.0, deviation=0.1)["collapsed"] is False
    assert trajectory(10.0, 5.0, 10.0, deviation=2.0)["collapsed"] is False  # 5 against three deviations of 2.8
    assert trajectory(10.0, 5.0, 10.0, deviation=0.5)["collapsed"] is True


def test_a_collapse_is_missing_where_the_sampling_deviation_is_not_known():
    row = trajectory(10.0, 1.0, 10.0, deviation=None)
    assert pd.isna(row["collapsed"])
    assert row["gap"] == 9.0


def test_checkpoints_of_pure_noise_hardly_ever_collapse():
    random = np.random.default_rng(0)
    runs = [frame(list(random.normal(0, 1, 4)), seed=seed, deviation=1.0) for seed in range(2_000)]
    fallen = trajectories(pd.concat(runs), ["model"])["collapsed"]  # 48 % by the share alone
    assert len(fallen) == 2_000
    assert fallen.astype(float).mean() < 0.01


def test_runs_of_many_lengths_and_directions_in_any_order_are_each_what_they_are_alone():
    random = np.random.default_rng(0)
    betters = ("lower", "higher", "closer to 1.0")
    runs = []
    for seed, count in enumerate((4, 3, 1, 4, 2, 4, 3, 4)):
        images = random.integers(100, 900, count).cumsum().tolist()
        values, deviation = list(random.normal(0, 5, count)), 0.05 if seed % 4 else None
        runs.append(frame(values, betters[seed % 3], images, seed, deviation))
    alone = pd.concat([trajectories(run, ["model"]) for run in runs], ignore_index=True)
    together = trajectories(pd.concat(runs).sample(frac=1, random_state=0), ["model"])
    together = together.sort_values("seed", ignore_index=True)
    pd.testing.assert_frame_equal(together, alone, check_dtype=False)
    assert set(alone["collapsed"].dropna()) == {True, False}


@pytest.fixture
def record(make_spec):
    def make(values, seed=0, status=Status.DONE, ended_by="updates"):
        checkpoints = tuple(
            Checkpoint(
                fraction,
                Spent(int(1_000 * fraction)),
                (Score("frechet", "d", value, "lower", sampling_deviation=1.0),),
            )
            for fraction, value in zip((0.25, 0.5, 1.0), values, strict=False)
        )
        return RunRecord(make_spec(seed=seed), status, ended_by=ended_by, checkpoints=checkpoints)

    return make


def test_the_leaderboard_counts_the_seeds_that_collapsed_and_diverged(record):
    records = [
        record([100.0, 10.0, 90.0]),
        record([100.0, 20.0, 10.0], seed=1),
        record([], seed=2, status=Status.FAILED, ended_by="divergence"),
    ]
    (row,) = leaderboard(tidy(records)).to_dict("records")
    assert (row["mean"], row["best"], row["gap"]) == (50.0, 10.0, 40.0)
    assert (row["collapsed"], row["collapse_images"]) == (0.5, 1_000)
    assert row["diverged"] == pytest.approx(1 / 3)
    assert (row["done"], row["failed"]) == (2, 1)


def test_the_leaderboard_says_nothing_of_trajectories_of_single_checkpoints(record):
    one = record([100.0, 10.0, 90.0])
    (row,) = leaderboard(tidy([replace(one, checkpoints=one.checkpoints[-1:])])).to_dict("records")
    assert row["mean"] == 90.0
    assert all(pd.isna(row[name]) for name in ("best", "gap", "area", "collapsed", "collapse_images"))

"""Collapse is visible: best beside final, the area under the curve, and when it fell apart."""

import pandas as pd
import pytest

from ganbench.analysis.tables import leaderboard, tidy
from ganbench.analysis.trajectories import trajectories
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status


def frame(values, better="lower", images=None, seed=0):
    images = images or [1_000 * (index + 1) for index in range(len(values))]
    return pd.DataFrame(
        {
            "model": "dcgan",
            "seed": seed,
            "fraction": [image / images[-1] for image in images],
            "images": images,
            "value": values,
            "better": better,
        }
    )


def trajectory(*values, **given):
    (row,) = trajectories(frame(list(values), **given), ["model"]).to_dict("records")
    return row


def test_a_run_that_falls_apart_shows_its_best_its_gap_and_when():
    # the scores in a public log of DCGAN on CIFAR-10, whose table shows the best alone: from 49 to 137
    row = trajectory(200.0, 49.0, 60.0, 137.0)
    assert (row["best"], row["best_images"], row["gap"]) == (49.0, 2_000, 88.0)
    assert row["collapse_images"] == 4_000  # 151 were gained, more than half of which was lost by then
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


def test_a_single_checkpoint_is_its_own_best():
    row = trajectory(5.0)
    assert (row["best"], row["gap"], row["area"]) == (5.0, 0.0, 5.0)
    assert pd.isna(row["collapse_images"])


@pytest.fixture
def record(make_spec):
    def make(values, seed=0, status=Status.DONE, ended_by="updates"):
        checkpoints = tuple(
            Checkpoint(fraction, Spent(int(1_000 * fraction)), (Score("frechet", "d", value, "lower"),))
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

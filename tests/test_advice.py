"""Until when to train: the checkpoint of each rule, its regret, and the runs that can tell."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sites import make_record, write_results

from ganbench.analysis.advice import advice, equilibrium_update, overall, settled_update, summary
from ganbench.errors import BadOptionError
from ganbench.schema.early_stopping import at_equilibrium
from ganbench.schema.record import Checkpoint, Spent, Status
from ganbench.schema.spec import Stopping


def course(*values, better="lower", seed=0):
    """Return a done record with these values of the score fid, at equal distances, 100 images and updates each."""
    record = make_record("dcgan", "digits", seed)
    score = record.checkpoints[-1].scores[0]
    points = tuple(
        Checkpoint(
            at / len(values), Spent(100 * at, 100 * at, at), (replace(score, value=value, better=better),)
        )
        for at, value in enumerate(values, start=1)
    )  # fmt: skip
    return replace(record, checkpoints=points, spent=points[-1].spent)


def told(records, folder, score=""):
    frame = advice(records, [folder] * len(records), score)
    return {row["rule"]: (row["images"], row["value"], row["regret"], row["lost"]) for _, row in frame.iterrows()}


def test_each_rule_has_its_checkpoint_and_what_it_lost_on_the_best(tmp_path):
    found = told([course(9, 5, 6, 4, 6, 7)], tmp_path)
    assert found == {
        "budget": (600, 7, 3, 0.6),
        "patience=1": (300, 6, 2, 0.4),
        "patience=2": (600, 7, 3, 0.6),
        "patience=3": (600, 7, 3, 0.6),
    }  # and none that watches curves, for there are none


@pytest.mark.parametrize(
    ("better", "values", "regret"), [("higher", (1, 3, 2), 1.0), ("closer to 0.5", (0.9, 0.5, 0.2), 0.3)]
)
def test_regret_goes_by_the_direction_of_the_score(tmp_path, better, values, regret):
    assert told([course(*values, better=better)], tmp_path)["budget"][2] == pytest.approx(regret)


def test_the_duality_gap_ends_what_another_score_judges(tmp_path):
    record = course(9, 5, 6, 4)
    gaps = (1.0, 0.5, 0.2, 0.3)
    score = record.checkpoints[0].scores[0]
    points = tuple(
        replace(point, scores=(*point.scores, replace(score, name="duality_gap", value=gap)))
        for point, gap in zip(record.checkpoints, gaps, strict=True)
    )
    assert told([replace(record, checkpoints=points)], tmp_path)["duality gap"] == (400, 4, 0, 0)
    rising = (
        replace(points[1], scores=(*record.checkpoints[1].scores, replace(score, name="duality_gap", value=2.0))),
    )
    found = told([replace(record, checkpoints=(points[0], *rising, *points[2:]))], tmp_path)
    assert found["duality gap"] == (200, 5, 1, 0.2)


def test_a_checkpoint_without_the_score_is_none_to_end_at(tmp_path):
    assert told([course(9, None, 5, 6)], tmp_path)["patience=1"] == (400, 6, 1, 0.25)


def test_a_run_that_gained_nothing_has_lost_no_share_of_it(tmp_path):
    assert told([course(1, 2, 3)], tmp_path)["budget"][2:] == (2, None)


def test_runs_that_were_ended_failed_or_scored_once_can_not_tell(tmp_path):
    whole = course(3, 2, 1)
    stopped = replace(whole, spec=replace(whole.spec, stopping=Stopping(patience=1, score="fid")))
    failed = replace(course(3, 2, seed=1), status=Status.FAILED)
    once = course(3, seed=2)
    rows = advice([whole, stopped, failed, once], [tmp_path] * 4)
    assert set(rows["run"]) == {whole.key}
    with pytest.raises(BadOptionError, match="two scored checkpoints or more"):
        advice([stopped, failed, once], [tmp_path] * 3)
    with pytest.raises(BadOptionError, match="no run has the score 'fidd'; did you mean 'fid'"):
        advice([whole], [tmp_path], "fidd")


def test_means_are_of_a_models_runs_and_the_median_is_over_all(tmp_path):
    records = [course(9, 5, 7, seed=0), course(9, 5, 5, seed=1), course(9, 8, 4, seed=2)]
    frame = advice(records, [tmp_path] * 3)
    budget = summary(frame).set_index("rule").loc["budget"]
    assert (budget["runs"], budget["ended"], budget["regret"]) == (3, 0, pytest.approx(2 / 3))
    assert overall(frame).set_index("rule").loc["budget", "lost"] == 0
    patient = summary(frame).set_index("rule").loc["patience=1"]
    assert (patient["ended"], patient["share"]) == (0, 1.0)  # the last checkpoint is the budget's end all the same


def test_equilibrium_is_the_training_loops_rule_tried_at_the_same_updates():
    random = np.random.default_rng(0)
    accuracy = np.concatenate([np.full(900, 0.9), np.full(1_100, 0.5)]) + random.normal(0, 0.01, 2_000)
    curves = {
        "discriminator_accuracy": accuracy,
        "discriminator_loss": np.ones(2_000),
        "generator_loss": np.ones(2_000),
    }
    ends = [
        end for end in range(100, 2_001, 100)
        if at_equilibrium({"discriminator_accuracy": accuracy[:end]}, Stopping(equilibrium=100))
    ]  # fmt: skip
    assert equilibrium_update(curves) == ends[0] == 1_000
    assert equilibrium_update({**curves, "discriminator_accuracy": np.full(2_000, 0.9)}) is None


def test_losses_have_settled_when_all_of_them_stand():
    random = np.random.default_rng(0)
    noise = random.normal(0, 0.01, 2_000)
    falls = np.maximum(0.0, 1 - np.arange(2_000) / 1_000) + noise  # 0.1 a window of 100, for a thousand updates
    stands = np.ones(2_000) + noise
    assert settled_update({"loss": falls}) == 1_200
    assert settled_update({"discriminator_loss": stands}) == 200
    assert settled_update({"discriminator_loss": stands, "generator_loss": falls}) == 1_200
    assert settled_update({"loss": np.linspace(5, 0, 2_000)}) is None
    assert settled_update({"loss": np.full(2_000, np.nan)}) is None


def test_the_command_shows_models_runs_and_json(tmp_path, ganbench):
    records = [course(9, 5, 6, 4, seed=seed) for seed in range(3)]
    write_results(tmp_path / "r", records)
    shown = ganbench(f"advise --results {tmp_path / 'r'}")
    assert shown.exit_code == 0
    assert "3 of 3" in shown.output  # patience=1 ends each
    assert "75 %" in shown.output
    assert "Over all of them" in shown.output
    assert records[0].key in ganbench(f"advise --runs --results {tmp_path / 'r'}").output
    rows = json.loads(ganbench(f"advise --json --results {tmp_path / 'r'}").output)
    assert {(row["run"], row["images"]) for row in rows if row["rule"] == "patience=1"} == {
        (record.key, 300) for record in records
    }
    refused = ganbench(f"advise --score fidd --results {tmp_path / 'r'}")
    assert refused.exit_code == 2
    assert "did you mean 'fid'" in refused.output

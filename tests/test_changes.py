"""Two boards compared: only what the seeds support is a change."""

from dataclasses import replace

import pytest

from ganbench.analysis.changes import Verdict, changes, regressions, summary
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status

pytest_plugins = ["sampled"]
SPENT = Spent(100, 10, 1.0)


@pytest.fixture
def board(make_spec):
    """Return a maker of boards: a record for each value of one score."""

    def make(*values, better="lower", status=Status.DONE, **changed):
        return [
            RunRecord(
                make_spec(seed=seed, **changed),
                status,
                checkpoints=(Checkpoint(1.0, Spent(100, 10, 1.0), (Score("frechet", "distance", value, better),)),),
                environment={"device": "cpu"},
            )
            for seed, value in enumerate(values)
        ]

    return make


def verdicts(before, after):
    return [change.verdict for change in changes(before, after)]


def test_supported_changes_have_the_scores_own_direction(board):
    low, high = (1.0, 1.1, 1.2), (5.0, 5.1, 5.2)
    assert verdicts(board(*low), board(*high)) == [Verdict.WORSE]
    assert verdicts(board(*high), board(*low)) == [Verdict.BETTER]
    assert verdicts(board(*low, better="higher"), board(*high, better="higher")) == [Verdict.BETTER]
    assert verdicts(board(*low, better="closer to 1.1"), board(*high, better="closer to 1.1")) == [Verdict.WORSE]


def test_what_seeds_do_not_support_is_no_change(board):
    assert verdicts(board(1.0, 2.0, 3.0), board(1.5, 2.5, 3.5)) == [Verdict.SAME]
    assert verdicts(board(1.0), board(1.0)) == [Verdict.SAME]
    assert verdicts(board(1.0), board(2.0)) == [Verdict.UNCLEAR]


def test_what_is_missing_on_a_side_is_gone_or_new(board):
    one = board(1.0, 2.0)
    assert verdicts(one, []) == [Verdict.GONE]
    assert verdicts([], one) == [Verdict.NEW]
    failed = [replace(record, status=Status.FAILED, checkpoints=()) for record in one]
    assert verdicts(one, failed) == [Verdict.GONE]
    assert verdicts(one, board(1.0, 2.0, suite="test@2")) == [Verdict.GONE, Verdict.NEW]


def test_another_device_is_still_the_same_cell(board):
    other = [replace(record, environment={"device": "H200"}) for record in board(1.0, 2.0, 3.0)]
    assert verdicts(board(1.0, 2.0, 3.0), other) == [Verdict.SAME]


def test_regressions_are_what_is_worse_or_gone(board):
    found = (
        list(changes(board(1.0, 1.1), board(9.0, 9.1))) + list(changes(board(1.0), [])) + list(changes([], board(1.0)))
    )
    assert [change.verdict for change in regressions(found)] == [Verdict.WORSE, Verdict.GONE]
    assert summary(found) == "1 worse, 1 gone, 1 new"
    assert summary([]) == "nothing to compare"


def test_the_command_fails_on_a_regression_alone(run, make_spec, command, tmp_path, finished):
    for seed in (0, 1):
        run(make_spec(seed=seed, model="real", loss=None), "good")
        finished(seed=seed, model="real", loss=None)
    same = command("diff", "good", "ganbench-results", "--fail-on-regression")
    assert (same.exit_code, "1 same" in same.stdout) == (0, True)
    path = next((tmp_path / "ganbench-results" / "runs").iterdir())
    path.joinpath("record.json").unlink()
    next((tmp_path / "ganbench-results" / "runs").glob("*/record.json")).unlink()
    run(make_spec(seed=5, model="real", loss=None, dataset="ring8"), "ganbench-results")
    gone = command("diff", "good", "ganbench-results", "--fail-on-regression")
    assert gone.exit_code == 1
    assert "gone" in gone.stdout
    assert command("diff", "good", "ganbench-results").exit_code == 0

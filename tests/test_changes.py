"""Two boards compared: only what the seeds support is a change."""

import json
from dataclasses import replace

import pytest
from scipy.stats import ttest_rel

from ganbench.analysis.changes import Verdict, changes, parse_margins, regressions, summary
from ganbench.errors import BadOptionError
from ganbench.report.changes import changes_json, changes_markdown
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
    low, high = (1.0, 1.1, 1.2), (5.0, 5.2, 5.1)
    assert verdicts(board(*low), board(*high)) == [Verdict.REGRESSED]
    assert verdicts(board(*high), board(*low)) == [Verdict.IMPROVED]
    assert verdicts(board(*low, better="higher"), board(*high, better="higher")) == [Verdict.IMPROVED]
    assert verdicts(board(*low, better="closer to 1.1"), board(*high, better="closer to 1.1")) == [Verdict.REGRESSED]


def test_equal_seeds_are_paired(board):
    # the seeds differ by more than the change, which is nearly one in each
    (change,) = changes(board(1.0, 9.0, 5.0, 7.0), board(2.0, 10.1, 5.9, 8.0))
    theirs = ttest_rel([2.0, 10.1, 5.9, 8.0], [1.0, 9.0, 5.0, 7.0]).confidence_interval(0.95)
    assert (change.verdict, change.pairs) == (Verdict.REGRESSED, 4)
    assert change.interval == pytest.approx((theirs.low, theirs.high))


def test_seeds_that_no_two_boards_share_are_compared_by_their_means(board):
    before, after = board(1.0, 1.1, 1.2), board(5.0, 5.2, 5.1)
    others = [replace(r, spec=replace(r.spec, seed=r.spec.seed + 10)) for r in after]
    (change,) = changes(before, others)
    assert (change.verdict, change.pairs) == (Verdict.REGRESSED, 0)


def test_a_drop_by_one_amount_in_every_seed_is_a_regression_and_never_the_same(board):
    before, after = board(8.0, 6.0, 4.0, better="higher"), board(5.0, 3.0, 1.0, better="higher")
    assert verdicts(before, after) == [Verdict.REGRESSED]
    assert verdicts(after, before) == [Verdict.IMPROVED]
    assert verdicts(board(8.0, 7.0), board(5.0, 4.0)) == [Verdict.UNCLEAR]


def test_absence_of_proof_is_unclear(board):
    assert verdicts(board(1.0, 2.0, 3.0), board(1.5, 1.2, 3.9)) == [Verdict.UNCLEAR]
    assert verdicts(board(1.0), board(2.0)) == [Verdict.UNCLEAR]


def test_equal_numbers_of_equal_seeds_are_equivalent(board):
    assert verdicts(board(1.0), board(1.0)) == [Verdict.EQUIVALENT]
    assert verdicts(board(1.0, 2.0), board(1.0, 2.0)) == [Verdict.EQUIVALENT]


def test_equivalence_is_within_the_stated_margin_alone(board):
    before, after = board(10.0, 12.0, 11.0, 13.0), board(10.1, 11.9, 11.05, 13.05)
    (open_,) = changes(before, after)
    (wide,) = changes(before, after, {"": 1.0})
    (other,) = changes(before, after, {"": 0.0, "distance": 1.0})
    (narrow,) = changes(before, after, {"distance": 0.05})
    assert [each.verdict for each in (open_, wide, other, narrow)] == [
        Verdict.UNCLEAR, Verdict.EQUIVALENT, Verdict.EQUIVALENT, Verdict.UNCLEAR,
    ]  # fmt: skip


def test_margins_are_read_and_mistakes_in_them_are_named(board):
    assert parse_margins(["0.5", "fid=2"]) == {"": 0.5, "fid": 2.0}
    for wrong in ("x", "fid=", "=1", "-1", "nan"):
        with pytest.raises(BadOptionError, match="such as fid=0.5, not"):
            parse_margins([wrong])
    with pytest.raises(BadOptionError, match="'distanc', which is no score of either side.*distance"):
        list(changes(board(1.0), board(1.0), {"distanc": 1.0}))


def test_a_seed_that_had_a_score_and_failed_is_a_regression(board):
    before, after = board(1.0, 1.1, 1.2), board(1.0, 1.1, 1.2)
    after[2] = replace(after[2], status=Status.FAILED, checkpoints=())
    (change,) = changes(before, after)
    assert (change.verdict, change.lost, change.pairs) == (Verdict.REGRESSED, 1, 2)
    assert verdicts(before, after[:2]) == [Verdict.EQUIVALENT]  # a seed that was not run is none


def test_changes_are_told_as_markdown_and_as_json(board):
    found = list(changes(board(1.0, 1.1, 1.2, better="higher"), board(5.0, 5.2, 5.1, better="higher")))
    assert "| improved" in changes_markdown(found)
    (told,) = json.loads(changes_json(found, {"": 0.5}))["changes"]
    assert (told["score"], told["verdict"], told["seeds"]) == ("distance", "improved", 3)
    assert told["low"] < 4.0 < told["high"]
    assert changes_markdown([]) == ""


def test_what_is_missing_on_a_side_is_gone_or_new(board):
    one = board(1.0, 2.0)
    assert verdicts(one, []) == [Verdict.GONE]
    assert verdicts([], one) == [Verdict.NEW]
    failed = [replace(record, status=Status.FAILED, checkpoints=()) for record in one]
    assert verdicts(one, failed) == [Verdict.GONE]
    assert verdicts(one, board(1.0, 2.0, suite="test@2")) == [Verdict.GONE, Verdict.NEW]


def test_another_device_is_still_the_same_cell(board):
    other = [replace(record, environment={"device": "H200"}) for record in board(1.0, 2.0, 3.0)]
    assert verdicts(board(1.0, 2.0, 3.0), other) == [Verdict.EQUIVALENT]


def test_regressions_are_what_regressed_or_is_gone(board):
    found = (
        list(changes(board(1.0, 1.1), board(9.0, 9.2))) + list(changes(board(1.0), [])) + list(changes([], board(1.0)))
    )
    assert [change.verdict for change in regressions(found)] == [Verdict.REGRESSED, Verdict.GONE]
    assert summary(found) == "1 regressed, 1 gone, 1 new"
    assert summary([]) == "nothing to compare"


def test_the_command_fails_on_a_regression_alone(run, make_spec, command, tmp_path, finished):
    for seed in (0, 1):
        run(make_spec(seed=seed, model="real", loss=None), "good")
        finished(seed=seed, model="real", loss=None)
    told = command("diff", "good", "ganbench-results", "--json")
    assert {each["verdict"] for each in json.loads(told.stdout)["changes"]} == {"equivalent"}
    wrong = command("diff", "good", "ganbench-results", "--margin", "much")
    assert (wrong.exit_code, "not 'much'" in wrong.stderr) == (2, True)
    same = command("diff", "good", "ganbench-results", "--fail-on-regression")
    assert (same.exit_code, "1 equivalent" in same.stdout) == (0, True)
    path = next((tmp_path / "ganbench-results" / "runs").iterdir())
    path.joinpath("record.json").unlink()
    next((tmp_path / "ganbench-results" / "runs").glob("*/record.json")).unlink()
    run(make_spec(seed=5, model="real", loss=None, dataset="ring8"), "ganbench-results")
    gone = command("diff", "good", "ganbench-results", "--fail-on-regression")
    assert gone.exit_code == 1
    assert "gone" in gone.stdout
    assert command("diff", "good", "ganbench-results").exit_code == 0

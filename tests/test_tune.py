"""A search for parameters: the space as typed, trials under a total, pruning, resuming, the best against the budget."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import ganbench
from ganbench.analysis.best_against_budget import best_against_budget
from ganbench.cli import main
from ganbench.errors import BadOptionError, GanbenchError
from ganbench.library.search import TrialSearch, final_value
from ganbench.library.tune import plan_of
from ganbench.schema.early_stopping import is_pruned
from ganbench.schema.record import Checkpoint, RunRecord, Score, Spent, Status
from ganbench.schema.search import Search
from ganbench.suites.space import parse_space

OPTIONS = {"datasets": "ring8", "seeds": 1, "budget": "images=2_000", "results": "out"}


def test_a_space_reads_as_it_is_typed():
    first, second, third, fourth = parse_space(
        "learning_rate=log:1e-5..1e-2, steps=1..5,norm=batch|layer,beta1=0.0..0.9"
    )
    assert (first.low, first.high, first.log) == (1e-5, 1e-2, True)
    assert (second.low, second.high, second.log) == (1, 5, False)
    assert isinstance(second.low, int)
    assert third.values == ("batch", "layer")
    assert (fourth.low, fourth.high) == (0.0, 0.9)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "can't read '' in the space ''; write NAME=LOW..HIGH, NAME=log:LOW..HIGH or NAME=one|other"),
        (None, "a space is a text, such as 'learning_rate=log:1e-5..1e-2', and not None"),
        ("width", "can't read 'width' in the space"),
        ("width=", "can't read 'width=' in the space"),
        ("width=8", "can't read '8' in the space"),
        ("width=8..", "can't read '8..' in the space"),
        ("width=a..b", "can't read 'a..b' in the space"),
        ("width=9..8", "a range goes from less to more, not width=9..8"),
        ("rate=log:0..1", "a logarithmic range begins above 0, not rate=log:0..1"),
        ("norm=batch|", "can't read 'batch|' in the space"),
        ("width=1..2,width=3..4", "width is given twice"),
        ("width=nan..inf", "can't read 'nan..inf'"),
    ],
)
def test_a_space_that_does_not_parse_is_one_line(text, message):
    with pytest.raises(BadOptionError, match=message.replace("|", r"\|").replace(".", r"\.")) as caught:
        parse_space(text)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("space", "changes", "message"),
    [
        ("widht=1..2", {}, "there is no parameter 'widht' to search; the model and its loss take "),
        ("components=0..4", {}, "takes a whole number of 1 or more for components, not 0"),
        ("components=2..4", {"trials": 0}, "trials is a whole number of 1 or more, not 0"),
        ("components=2..4", {"sampler": "grid"}, "unknown sampler 'grid'; there is random, tpe"),
        ("components=2..4", {"score": "fdi"}, "the runs give no score 'fdi'"),
        ("components=2..4", {"total": "seconds=3"}, "the total is counted in images, as gaussians@"),
        (
            "components=2..4",
            {"total": "images=1_000"},
            "a total of 1,000 images pays for no trial; one costs 2,000",
        ),
        (
            "components=2..4",
            {"datasets": "ring8,grid25"},
            "a search is of one model on one dataset, and this is 2: ",
        ),
        ("components=2..4", {"trails": 3}, "tune takes no option 'trails'; did you mean 'trials'"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused_before_it_begins(space, changes, message, tmp_path):
    with pytest.raises(GanbenchError, match=message):
        ganbench.tune("gaussians", "gmm", space, **OPTIONS | changes)
    assert not (tmp_path / "out").exists()


def test_trials_stay_below_the_total_and_a_repeated_search_repeats_none():
    options = OPTIONS | {"trials": 9, "total": "images=8_192"}
    found = ganbench.tune("gaussians", "gmm", "components=2..12", **options)
    costs = [trial.record.spent.images for trial in found.trials]
    assert costs == [2048] * 4  # whole batches, as many runs as the total pays for
    assert found.spent == 8192
    values = [final_value(trial.record, "modes_captured") for trial in found.trials]
    assert final_value(found.best.record, "modes_captured") == max(values)
    again = ganbench.tune("gaussians", "gmm", "components=2..12", **options)
    assert [trial.record for trial in again.trials] == [trial.record for trial in found.trials]
    assert [trial.record.started for trial in again.trials] == [trial.record.started for trial in found.trials]
    assert "components" in found._repr_html_()


def test_trials_and_the_tuned_model_stand_on_boards_of_their_own_with_the_cost(tmp_path):
    line = "tune gaussians --dataset ring8 --model gmm --space components=2..9 --trials 2 --seeds 1 --results out"
    result = CliRunner().invoke(main, [*line.split(), "--budget", "images=2_000"])
    assert result.exit_code == 0, result.output
    assert "2 trials spent" in result.stdout
    assert "best against budget" in result.stdout
    runs = ganbench.load("out")
    plan = "2 trials of random search, 4,000 images at most"
    assert set(runs.tidy["budget"]) == {f"2,000 images, a trial of {plan}", f"2,000 images, tuned by {plan}"}
    assert not runs.leaderboard["standard"].any()
    assert {record.spec.seed for record in runs} == {10_000, 10_001, 0}  # the tuned one from the suite's own
    names = sorted(path.name.rpartition("-")[2] for path in (tmp_path / "out" / "tuning").iterdir())
    assert names == ["budget.csv", "trials.csv"]
    bad = CliRunner().invoke(main, line.replace("components=2..9", "components=2").split())
    assert bad.exit_code == 2
    assert bad.stderr.startswith("ganbench: can't read '2' in the space 'components=2'")
    assert len(bad.stderr.splitlines()) == 1


def checkpoint(fraction, value):
    return Checkpoint(fraction, Spent(1, 1, 1.0), (Score("m", "s", value, "higher"),))


def test_a_trial_ends_where_it_is_worse_than_allowed():
    search = Search("a trial", "s", ((0.25, 3.0),))
    assert is_pruned([checkpoint(0.25, 2.0)], search)
    assert is_pruned([checkpoint(0.25, None)], search)
    assert not is_pruned([checkpoint(0.25, 3.0)], search)
    assert not is_pruned([checkpoint(0.25, 2.0), checkpoint(0.5, 0.0)], search)  # nothing is asked there
    assert not is_pruned([checkpoint(0.25, 0.0)], None)
    assert not is_pruned([], search)


def test_trials_after_the_fifth_are_held_to_the_median_of_those_before():
    plan = plan_of("quickstart", "gmm", "components=2..9", OPTIONS | {"trials": 8, "parallel": 1})
    asked = []

    def run(specs):
        asked.extend(specs)
        number = len(asked)
        scores = [Score("modes", plan.score, float(number), plan.better)]
        marks = tuple(Checkpoint(f, Spent(1, 1, 1.0), tuple(scores)) for f in plan.spec.checkpoints)
        return [RunRecord(spec, Status.DONE, spent=Spent(1000, 10, 1.0), checkpoints=marks) for spec in specs]

    search = TrialSearch(plan, run)
    assert len(list(search)) == 8
    limits = [spec.search.worse_than for spec in asked]
    assert limits[:5] == [()] * 5
    assert limits[5] == tuple((fraction, 3.0) for fraction in plan.spec.checkpoints[:-1])
    assert limits[7][0] == (0.25, 4.0)
    assert search.best().number == 7
    assert len({spec.key for spec in asked}) == 8


def test_a_pruned_run_ends_at_its_checkpoint_with_what_it_spent_by_then(run, make_spec):
    search = Search("a trial", "frechet_distance", ((0.5, 1e-9),))
    record = run(make_spec(checkpoints=(0.5, 1.0), search=search))
    assert (record.status, record.ended_by, record.spent.updates) == (Status.DONE, "pruned", 5)
    assert len(record.checkpoints) == 2


def test_failed_trials_are_paid_for_and_lead_nobody():
    frame = best_against_budget([None, 5.0, 1.0], [10, 10, 10], "lower", [5, 1_000])
    assert np.isnan(frame["best"][0])
    assert frame["trials"].tolist() == [0, 3]
    assert 1.0 <= frame["low"][1] <= frame["best"][1] <= frame["high"][1] <= 5.0


def test_the_best_of_k_trials_is_what_theory_says():
    values = np.arange(100) / 99  # uniform: the least of k is 1 / (k + 1) on average
    frame = best_against_budget(list(values), [1.0] * 100, "lower", [1, 4, 9, 49])
    assert frame["best"].to_numpy() == pytest.approx([1 / 2, 1 / 5, 1 / 10, 1 / 50], abs=0.02)
    assert frame["trials"].tolist() == [1, 4, 9, 49]
    upside_down = best_against_budget(list(-values), [1.0] * 100, "higher", [1, 4, 9, 49])
    pd.testing.assert_series_equal(upside_down["best"], -frame["best"])

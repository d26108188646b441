"""Ends before the budget's: when, by what, and what the record says of it."""

import numpy as np
import pytest

from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice
from ganbench.schema.early_stopping import at_equilibrium, out_of_patience
from ganbench.schema.record import Checkpoint, Score, Spent, Status
from ganbench.schema.spec import Budget, Stopping


def checkpoints(*values, better="lower"):
    scores = [(Score("m", "other", 1.0, better), Score("m", "distance", value, better)) for value in values]
    return [Checkpoint(0.1 * n, Spent(), each) for n, each in enumerate(scores, start=1)]


@pytest.mark.parametrize(
    ("values", "better", "patience", "out"),
    [
        ((5, 4, 3), "lower", 1, False),
        ((5, 3, 4), "lower", 1, True),
        ((5, 3, 4), "lower", 2, False),
        ((5, 3, 4, 3.5), "lower", 2, True),
        ((5, 3, 3), "lower", 1, True),
        ((1, 2, 3), "higher", 1, False),
        ((3, 2), "higher", 1, True),
        ((0.2, 0.5, 0.9), "closer to 0.5", 1, True),
        ((5,), "lower", 1, False),
        ((), "lower", 1, False),
        ((5, None), "lower", 1, True),
        ((3, 2), "lower", None, False),
    ],
)
def test_patience_counts_checkpoints_since_the_best(values, better, patience, out):
    assert out_of_patience(checkpoints(*values, better=better), Stopping(patience, "distance")) is out


def test_patience_watches_the_first_score_unless_one_is_named():
    assert out_of_patience(checkpoints(3, 2), Stopping(patience=1))  # the other score never moves
    assert not out_of_patience(checkpoints(3, 2), Stopping(patience=1, score="distance"))


def curves(accuracy, real=None):
    columns = {"discriminator_accuracy": np.array(accuracy, dtype=np.float32)}
    return columns if real is None else columns | {"discriminator_real": np.array(real, dtype=np.float32)}


@pytest.mark.parametrize(
    ("columns", "settled"),
    [
        (curves([0.9, 0.51, 0.5, 0.49]), True),
        (curves([0.5, 0.9, 0.5, 0.5]), False),
        (curves([0.5, 0.5]), False),
        (curves([0.5] * 4, real=[0.5] * 4), True),
        (curves([0.5] * 4, real=[0.5, 0.6, 0.6, 0.6]), False),
        ({"generator_loss": np.zeros(4)}, False),
    ],
)
def test_equilibrium_is_one_half_in_the_mean_over_the_window(columns, settled):
    assert at_equilibrium(columns, Stopping(equilibrium=3)) is settled


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"patience": 0}, "stopping takes patience of 1 or more, not 0"),
        ({"equilibrium": -5}, "stopping takes equilibrium of 1 or more updates, not -5"),
        ({"tolerance": 0.9}, "stopping takes tolerance above 0 and up to 0.5, not 0.9"),
        ({"patients": 3}, "unknown setting 'patients' of stopping; did you mean 'patience'?"),
        ({"patience": "long"}, "stopping takes a whole number for patience, not 'long'"),
        ({"patience": 1.5}, "stopping takes a whole number for patience, not 1.5"),
        ({"equilibrium": True}, "stopping takes a whole number for equilibrium, not True"),
        ({"patience": 1, "score": 3}, "stopping takes a score's name for score, not 3"),
    ],
)
def test_settings_of_no_sense_are_refused(settings, message):
    with pytest.raises(BadOptionError) as caught:
        Stopping.of(settings)
    assert message in str(caught.value)


def test_a_run_without_progress_ends_at_a_checkpoint_and_keeps_its_scores(run, make_spec):
    stopping = Stopping(patience=1, score="frechet_distance")
    spec = make_spec(
        budget=Budget(updates=40),
        checkpoints=(0.1, 0.2, 0.3, 0.4, 0.5, 1.0),
        stopping=stopping,
        recipe=(("learning_rate", 1e-12),),  # so small that no score gets better
    )
    record = run(spec)
    assert (record.status, record.ended_by) == (Status.DONE, "patience")
    assert record.spent.updates < 40
    assert record.checkpoints[-1].fraction == 1.0
    before, final = record.checkpoints[-2:]
    assert [score.value for score in before.scores] == [score.value for score in final.scores]
    assert final.spent.updates == before.spent.updates == record.spent.updates


def test_a_discriminator_at_one_half_ends_the_run_at_the_same_update_every_time(run, make_spec):
    spec = make_spec(
        budget=Budget(updates=60),
        stopping=Stopping(equilibrium=20, tolerance=0.5),  # so wide that the first window is within
    )
    first, second = run(spec, "a"), run(spec, "b")
    assert first.ended_by == second.ended_by == "equilibrium"
    assert first.spent.updates == second.spent.updates == 20
    assert first.checkpoints[-1].scores == second.checkpoints[-1].scores


def test_divergence_ends_a_run_at_once_and_says_at_which_update(run, make_spec):
    spec = make_spec(
        model="wgan:width=8",
        loss=Choice.parse("wasserstein-clip:clip=1e30,learning_rate=1e18,optimizer=sgd,beta1=0.0"),
        budget=Budget(updates=2_000),
    )
    record = run(spec)
    assert (record.status, record.ended_by) == (Status.FAILED, "divergence")
    assert "at update " in record.reason
    assert record.stability["first_non_finite_update"] <= record.spent.updates < 2_000

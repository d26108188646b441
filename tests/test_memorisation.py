"""Copies of training data are found, and samples of the same law are not accused."""

import math

import pytest
import torch

from ganbench.errors import UnfitError
from ganbench.schema.choice import Choice
from ganbench_metrics.memorisation import copying, nearer_share, nearest


def law(n, seed, d=6):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def test_samples_of_the_same_law_score_one_half():
    fake, training, held_out = law(2_000, 0), law(2_000, 1), law(2_000, 2)
    assert nearer_share(fake, training, held_out) == pytest.approx(0.5, abs=0.04)
    assert copying(fake, training, held_out) == pytest.approx(0.5, abs=0.04)


def test_copies_score_one():
    training, held_out = law(300, 1), law(300, 2)
    assert nearer_share(training, training, held_out) == 1.0
    assert copying(training, training, held_out) == 1.0


def test_slightly_blurred_copies_score_almost_one():
    training, held_out = law(300, 1), law(300, 2)
    fake = training + 0.01 * law(300, 3)
    assert nearer_share(fake, training, held_out) > 0.97
    assert copying(fake, training, held_out) > 0.97


def test_copies_of_few_of_many_training_samples_still_show():
    # a tenth of the training split is as large as what is held out, which nearness in equal numbers would miss
    training, held_out = law(3_000, 1), law(300, 2)
    fake = training[-300:]
    assert nearer_share(fake, training[:300], held_out) == pytest.approx(0.5, abs=0.1)
    assert copying(fake, training, held_out) == 1.0


def test_samples_far_from_everything_are_not_copies():
    assert copying(law(300, 0) + 9, law(300, 1), law(300, 2)) < 0.01


def test_ties_count_half():
    same = torch.zeros(5, 2)
    assert nearer_share(same, same, same) == 0.5
    assert copying(same, same, same) == 0.5


def test_the_share_equals_a_count_by_hand():
    fake, training, held_out = (
        torch.tensor([[0.0], [1.0], [5.0]]),
        torch.tensor([[0.1], [9.0]]),
        torch.tensor([[1.2], [4.0]]),
    )
    assert nearest(fake, training).tolist() == pytest.approx([0.1, 0.9, 4.0])
    assert nearer_share(fake, training, held_out) == pytest.approx(1 / 3)
    # held-out distances to training: 1.1 and 3.9; of the six pairs four have the generated one nearer
    assert copying(fake, training, held_out) == pytest.approx(4 / 6)


def test_a_copy_among_large_numbers_is_at_no_distance():
    samples = 1e4 + law(50, 0)
    assert nearest(samples, samples).max() == 0


@pytest.mark.parametrize(
    ("fake", "training", "held_out", "reason"),
    [
        (law(5, 0), law(4, 1), law(5, 2), "equal numbers: 4 training and 5 held-out"),
        (law(0, 0), law(4, 1), law(4, 2), "samples on both sides, not 0 and 4"),
        (torch.full((3, 6), math.nan), law(4, 1), law(4, 2), "not finite"),
    ],
)
def test_what_cannot_be_compared_is_said_so(fake, training, held_out, reason):
    with pytest.raises(UnfitError, match=reason):
        nearer_share(fake, training, held_out)


def test_the_memoriser_loses_where_it_wins_the_distance(run, make_spec):
    scores = {}
    for name in ("memoriser", "real", "pixel-gaussian"):
        metrics = (Choice("memorisation"), Choice("frechet"))
        record = run(make_spec(model=name, loss=None, metrics=metrics, samples=350))
        scores[name] = {score.name: score.value for score in record.checkpoints[-1].scores}
    assert scores["memoriser"]["data_copying"] == 1.0
    assert scores["memoriser"]["nearer_to_training"] > 0.6
    assert scores["memoriser"]["frechet_distance"] < scores["pixel-gaussian"]["frechet_distance"] / 5
    assert scores["real"]["data_copying"] == pytest.approx(0.5, abs=0.05)
    # a share of 280 samples has a standard deviation of .03
    assert scores["real"]["nearer_to_training"] == pytest.approx(0.5, abs=0.09)

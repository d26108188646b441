"""The duality gap: where it is known, which way it goes, and that nobody's training feels it."""

import math

import pytest
import torch
from torch import nn

import ganbench
from ganbench.contracts.metrics import Evidence, Side
from ganbench.contracts.models import Task
from ganbench.errors import UnfitError
from ganbench_losses.minimax import Minimax
from ganbench_losses.wasserstein_gp import WassersteinGP
from ganbench_metrics.duality_gap import DualityGap
from ganbench_models.mlp_gan import MLPGAN
from ganbench_models.veegan import VEEGAN

SIZE = 512


class Moved(nn.Module):
    """Moves codes (n, 2) by what it learns; at its start by `by` along the first axis."""

    def __init__(self, by):
        super().__init__()
        self.by = nn.Parameter(torch.tensor([by, 0.0]))

    def forward(self, codes):
        return codes + self.by


class Normal:
    """Standard normal points, real ones."""

    shape, classes = (2,), 0

    def batches(self, split, size, seed, start=0):
        generator = torch.Generator().manual_seed(seed)
        while True:
            yield ganbench.Batch(torch.randn(size, 2, generator=generator), torch.zeros(size, dtype=torch.int64))


class Game(ganbench.TwoPlayers):
    """A generator of normal points, `by` too far to the right, and a linear discriminator that can't tell anything."""

    def __init__(self, by):
        self.by = by

    def players(self):
        generator, discriminator = Moved(self.by), nn.Linear(2, 1)
        with torch.no_grad():
            for weight in discriminator.parameters():
                weight.zero_()
        return ganbench.Players(
            generator, discriminator, lambda codes, _: generator(codes), lambda x, _: discriminator(x).reshape(len(x)),
            2, 64, 0.05,
        )  # fmt: skip


def gap(model, updates=60, seed=0):
    points = torch.randn(SIZE, 2, generator=torch.Generator().manual_seed(1))
    side = Side(points, None)
    return DualityGap(updates).score(Evidence(side, side, Normal(), model, seed))["duality_gap"]


def test_at_an_equilibrium_nobody_wins_anything():
    assert gap(Game(0.0)) == pytest.approx(0.0, abs=0.03)


def test_a_generator_far_away_is_found_out_for_all_that_there_is_to_win():
    # a better discriminator tells all apart, V = 0; against one that can't tell anything no generator gains on -log 4
    assert gap(Game(20.0), updates=200) == pytest.approx(math.log(4), abs=0.03)


def test_it_grows_with_the_distance():
    gaps = [gap(Game(by)) for by in (0.0, 0.5, 1.0, 2.0)]
    assert gaps == sorted(gaps)


def test_a_discriminator_that_a_generator_can_fool_has_a_gap_too():
    class Fooled(Game):
        def players(self):
            players = super().players()
            with torch.no_grad():
                players.discriminator.weight.copy_(torch.tensor([[2.0, 0.0]]))
            return players

    assert gap(Fooled(0.0)) > 0.5  # a generator that moves to the right wins against it


def pair(loss, kind=MLPGAN):
    torch.manual_seed(0)
    return kind(Task((2,), 0, "cpu", SIZE, 0, loss=loss(loss.recipe.but({"batch": 32}))))


def test_players_of_a_trained_pair_are_copies_and_training_goes_on_to_the_bit():
    scored, left_alone = pair(Minimax), pair(Minimax)
    data = Normal().batches("train", 32, 0)
    batches = [next(data) for _ in range(6)]
    for model in (scored, left_alone):
        list(model.fit(iter(batches[:3])))
    before = scored.checkpoint()
    assert gap(scored, updates=3) != 0
    assert all(torch.equal(value, scored.checkpoint()[name]) for name, value in before.items())
    for model in (scored, left_alone):
        list(model.fit(iter(batches[3:])))
    assert all(torch.equal(value, scored.checkpoint()[name]) for name, value in left_alone.checkpoint().items())


def test_the_same_seed_gives_the_same_gap():
    assert gap(Game(1.0)) == gap(Game(1.0)) != gap(Game(1.0), seed=1)


def test_players_of_another_value_and_of_more_networks_are_refused():
    with pytest.raises(UnfitError, match="the players of WassersteinGP play for no log odds"):
        pair(WassersteinGP).players()
    with pytest.raises(UnfitError, match="not judged sample by sample"):
        pair(Minimax, VEEGAN).players()


def test_players_that_diverge_have_no_gap():
    class Broken(Game):
        def players(self):
            players = super().players()
            with torch.no_grad():
                players.generator.by.fill_(float("nan"))
            return players

    with pytest.raises(UnfitError, match="not finite"):
        gap(Broken(0.0), updates=1)

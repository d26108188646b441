"""The objectives, against their formulas worked out by hand on three numbers."""

import math

import pytest
import torch

from ganbench.schema.choice import Choice
from ganbench_losses.consistency import Consistency
from ganbench_losses.diffaugment import DiffAugment
from ganbench_losses.dragan import DRAGAN
from ganbench_losses.feature_matching import FeatureMatching
from ganbench_losses.hinge import Hinge
from ganbench_losses.instance_noise import InstanceNoise
from ganbench_losses.least_squares import LeastSquares
from ganbench_losses.lecam import LeCam
from ganbench_losses.minimax import Minimax
from ganbench_losses.non_saturating import NonSaturating
from ganbench_losses.r1 import R1
from ganbench_losses.relativistic_r1r2 import RelativisticR1R2
from ganbench_losses.reverse_kl import ReverseKL
from ganbench_losses.wasserstein_clip import WassersteinClip
from ganbench_losses.wasserstein_gp import WassersteinGP

REAL, FAKE = [0.5, -1.0, 2.0], [0.3, -0.7, 1.5]
LOSSES = [Minimax, NonSaturating, LeastSquares, Hinge, WassersteinClip, WassersteinGP, R1, RelativisticR1R2, ReverseKL]
LOSSES += [FeatureMatching, InstanceNoise, Consistency, DRAGAN, LeCam, DiffAugment]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def minus_log(x):
    return -math.log(sigmoid(x))


# each side's value, and its slope at every logit that it sees, times three
BY_HAND = [
    (Minimax, "generator", [math.log(1 - sigmoid(f)) for f in FAKE], [0, 0, 0], [-sigmoid(f) for f in FAKE]),
    (
        Minimax,
        "discriminator",
        [minus_log(r) + minus_log(-f) for r, f in zip(REAL, FAKE, strict=True)],
        [-sigmoid(-r) for r in REAL],
        [sigmoid(f) for f in FAKE],
    ),
    (NonSaturating, "generator", [minus_log(f) for f in FAKE], [0, 0, 0], [-sigmoid(-f) for f in FAKE]),
    (LeastSquares, "generator", [0.5 * 0.49, 0.5 * 2.89, 0.5 * 0.25], [0, 0, 0], [-0.7, -1.7, 0.5]),
    (LeastSquares, "discriminator", [0.17, 2.245, 1.625], [-0.5, -2.0, 1.0], [0.3, -0.7, 1.5]),
    (Hinge, "generator", [-0.3, 0.7, -1.5], [0, 0, 0], [-1, -1, -1]),
    (Hinge, "discriminator", [0.5 + 1.3, 2.0 + 0.3, 0.0 + 2.5], [-1, -1, 0], [1, 1, 1]),
    (ReverseKL, "generator", [-0.3, 0.7, -1.5], [0, 0, 0], [-1, -1, -1]),
    (WassersteinClip, "generator", [-0.3, 0.7, -1.5], [0, 0, 0], [-1, -1, -1]),
    (WassersteinClip, "discriminator", [0.3 - 0.5, -0.7 + 1.0, 1.5 - 2.0], [-1, -1, -1], [1, 1, 1]),
    (
        RelativisticR1R2,
        "generator",
        [minus_log(-0.2), minus_log(0.3), minus_log(-0.5)],
        [sigmoid(0.2), sigmoid(-0.3), sigmoid(0.5)],
        [-sigmoid(0.2), -sigmoid(-0.3), -sigmoid(0.5)],
    ),
    (
        RelativisticR1R2,
        "discriminator",
        [minus_log(0.2), minus_log(-0.3), minus_log(0.5)],
        [-sigmoid(-0.2), -sigmoid(0.3), -sigmoid(-0.5)],
        [sigmoid(-0.2), sigmoid(0.3), sigmoid(-0.5)],
    ),
]
# the same objective under another name
BY_HAND += [
    (loss, *row[1:]) for row in BY_HAND for loss in (NonSaturating, ReverseKL) if row[:2] == (Minimax, "discriminator")
]
BY_HAND += [(R1, *row[1:]) for row in BY_HAND if row[0] is NonSaturating]
BY_HAND += [(WassersteinGP, *row[1:]) for row in BY_HAND if row[0] is WassersteinClip]
BY_HAND += [(InstanceNoise, *row[1:]) for row in BY_HAND if row[0] is NonSaturating]
BY_HAND += [(DRAGAN, *row[1:]) for row in BY_HAND if row[0] is NonSaturating]
BY_HAND += [(loss, *row[1:]) for row in BY_HAND for loss in (Consistency, LeCam, DiffAugment) if row[0] is Hinge]
BY_HAND += [(FeatureMatching, *row[1:]) for row in BY_HAND if row[:2] == (NonSaturating, "discriminator")]
BY_HAND += [(FeatureMatching, "generator", [0, 0, 0], [0, 0, 0], [0, 0, 0])]  # it is all in the matching


@pytest.mark.parametrize(("loss", "side", "terms", "real_slopes", "fake_slopes"), BY_HAND)
def test_value_and_gradient_are_the_formulas(loss, side, terms, real_slopes, fake_slopes):
    real, fake = (torch.tensor(logits, requires_grad=True) for logits in (REAL, FAKE))
    value = getattr(loss(), side)(real, fake)
    value.backward()
    assert value.item() == pytest.approx(sum(terms) / 3, rel=1e-5)
    for logits, slopes in ((real, real_slopes), (fake, fake_slopes)):
        found = [0.0] * 3 if logits.grad is None else logits.grad.tolist()
        assert found == pytest.approx([slope / 3 for slope in slopes], rel=1e-5, abs=1e-8)


def test_both_sides_of_every_objective_are_worked_out_above():
    assert {row[:2] for row in BY_HAND} == {(loss, side) for loss in LOSSES for side in ("generator", "discriminator")}


def test_every_objective_on_offer_is_tested_here(catalog):
    assert {card.load() for card, _ in catalog.cards("losses")} == set(LOSSES)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_that_ignores_real_logits_says_so(loss):
    fake = torch.tensor(FAKE)
    if loss.paired:
        assert loss().generator(torch.tensor(REAL), fake) != loss().generator(torch.zeros(3), fake)
    else:
        assert loss().generator(torch.zeros(0), fake).isfinite()


def test_a_confident_discriminator_silences_minimax_and_not_the_non_saturating_objective():
    sizes = {}
    for loss in (Minimax(), NonSaturating()):
        fake = torch.full((4,), -12.0, requires_grad=True)
        loss.generator(torch.zeros(0), fake).backward()
        sizes[type(loss).__name__] = fake.grad.abs().sum().item()
    assert sizes["Minimax"] == pytest.approx(sigmoid(-12.0), rel=1e-4)
    assert sizes["NonSaturating"] == pytest.approx(1.0, rel=1e-4)


def test_equilibrium_is_where_the_papers_have_it():
    half = torch.zeros(8)
    assert Minimax().discriminator(half, half).item() == pytest.approx(2 * math.log(2))
    assert NonSaturating().generator(half, half).item() == pytest.approx(math.log(2))
    assert RelativisticR1R2().generator(half, half).item() == pytest.approx(math.log(2))
    assert Hinge().discriminator(half, half).item() == 2.0


@pytest.mark.parametrize("loss", LOSSES)
def test_extreme_logits_stay_finite(loss):
    extreme = torch.tensor([-1e4, 1e4])
    assert loss().discriminator(extreme, extreme).isfinite()
    assert loss().generator(extreme, extreme).isfinite()


@pytest.mark.parametrize("loss", LOSSES)
def test_settings_of_the_recipe_are_parameters(loss, catalog, factory):
    (name,) = [card.name for card, _ in catalog.cards("losses") if card.load() is loss]
    recipe = factory.loss(Choice.of(name, {"learning_rate": 1e-3, "batch": 32})).recipe
    assert (recipe.learning_rate, recipe.batch, recipe.beta1) == (1e-3, 32, loss().recipe.beta1)


@pytest.mark.parametrize(
    ("loss", "published"),
    [
        (NonSaturating, {"optimizer": "adam", "learning_rate": 2e-4, "beta1": 0.5, "beta2": 0.999, "batch": 128}),
        (WassersteinClip, {"optimizer": "rmsprop", "learning_rate": 5e-5, "critic_steps": 5, "clip": 0.01}),
        (
            WassersteinGP,
            {"learning_rate": 1e-4, "beta1": 0.0, "beta2": 0.9, "critic_steps": 5, "batch": 64, "penalty_weight": 10.0},
        ),
        (R1, {"penalty_weight": 5.0, "batch": 64}),
        (RelativisticR1R2, {"learning_rate": 2e-4, "beta1": 0.0, "average": 0.999}),
    ],
)
def test_recipes_are_the_published_ones(loss, published):
    recipe = loss().recipe
    assert {name: getattr(recipe, name) for name in published} == published


# a critic that is linear has the same slope everywhere; two of them side by side make slopes that differ
def mixed(points):
    """A slope of 5 where the last coordinate is positive, of 1 elsewhere."""
    steep = (points[:, 2] > 0).float().detach()
    return steep * (3 * points[:, 0] + 4 * points[:, 1]) + (1 - steep) * points[:, 0]


def samples():
    real = torch.tensor([[1.0, 2.0, 1.0], [0.0, 1.0, -1.0], [2.0, 0.0, -1.0], [1.0, 1.0, -1.0]])
    fake = torch.tensor([[0.0, 1.0, 1.0], [3.0, 1.0, -1.0], [1.0, 1.0, -1.0], [1.0, 0.0, 1.0]])
    return real, fake


def test_the_penalty_of_wgan_gp_takes_each_samples_own_norm():
    real, fake = samples()
    real, fake = real[:3], fake[:3]
    penalty = WassersteinGP().penalty(mixed, real, fake, torch.Generator().manual_seed(0))
    assert penalty.item() == pytest.approx(((5 - 1) ** 2 + 0 + 0) / 3, rel=1e-5)


def test_the_penalties_around_zero_are_mean_squared_norms():
    real, fake = samples()
    assert R1().penalty(mixed, real, fake, torch.Generator()).item() == pytest.approx((25 + 1 + 1 + 1) / 4)
    both = RelativisticR1R2().penalty(mixed, real, fake, torch.Generator()).item()
    assert both == pytest.approx((25 + 1 + 1 + 1) / 4 + (25 + 1 + 1 + 25) / 4)


def test_every_pair_of_wgan_gp_has_a_share_of_its_own_on_its_own_line():
    seen = []

    def critic(points):
        seen.append(points.detach())
        return points.sum(dim=1)

    real, fake = torch.zeros(500, 3), torch.ones(500, 3)
    WassersteinGP().penalty(critic, real, fake, torch.Generator().manual_seed(0))
    (points,) = seen
    shares = points[:, 0]
    assert torch.allclose(points, shares[:, None].expand(-1, 3))  # one share for all of a sample's dimensions
    assert len(shares.unique()) > 490
    assert 0 <= shares.min() < 0.05 < 0.95 < shares.max() <= 1
    assert shares.mean().item() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("loss", [WassersteinGP, R1, RelativisticR1R2])
def test_a_penalty_moves_the_critic_and_not_the_samples(loss):
    weight = torch.tensor([3.0, 4.0, 0.0], requires_grad=True)
    real, fake = samples()
    loss().penalty(lambda points: (points @ weight) ** 2, real, fake, torch.Generator()).backward()
    assert weight.grad.abs().sum() > 0
    assert real.grad is None
    assert fake.grad is None


def test_a_dead_critic_leaves_the_penalty_of_wgan_gp_and_its_slope_finite():
    weight = torch.zeros(3, requires_grad=True)
    penalty = WassersteinGP().penalty(lambda points: points @ weight, *samples(), torch.Generator())
    penalty.backward()
    assert penalty.item() == pytest.approx(1.0, abs=1e-5)
    assert weight.grad.isfinite().all()


def test_clipping_holds_every_weight_and_may_be_set(factory):
    critic = torch.nn.Linear(5, 5)
    factory.loss(Choice.parse("wasserstein-clip:clip=0.02")).constrain(critic)
    assert max(weight.abs().max().item() for weight in critic.parameters()) == pytest.approx(0.02)


def test_wgans_bursts_are_those_of_its_code(factory):
    recipe = factory.loss(Choice.parse("wasserstein-clip:critic_bursts=true")).recipe
    assert [recipe.steps_before(update) for update in (0, 24, 25, 499, 500, 501, 1000)] == [100, 100, 5, 5, 100, 5, 100]
    assert {WassersteinClip().recipe.steps_before(update) for update in (0, 25, 500)} == {5}

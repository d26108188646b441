"""The objectives, against their formulas worked out by hand."""

import math

import pytest
import torch

from ganbench_losses.minimax import Minimax
from ganbench_losses.non_saturating import NonSaturating

REAL, FAKE = [0.5, -1.0, 2.0], [0.3, -0.7, 1.5]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def tensors():
    return torch.tensor(REAL), torch.tensor(FAKE, requires_grad=True)


@pytest.mark.parametrize("loss", [Minimax(), NonSaturating()])
def test_the_discriminator_minimises_both_halves_summed(loss):
    real, fake = tensors()
    by_hand = -sum(math.log(sigmoid(x)) for x in REAL) / 3 - sum(math.log(1 - sigmoid(x)) for x in FAKE) / 3
    value = loss.discriminator(real, fake)
    assert value.item() == pytest.approx(by_hand, rel=1e-6)
    value.backward()
    assert fake.grad.tolist() == pytest.approx([sigmoid(x) / 3 for x in FAKE], rel=1e-6)


def test_minimax_is_log_one_minus_d():
    real, fake = tensors()
    value = Minimax().generator(real, fake)
    assert value.item() == pytest.approx(sum(math.log(1 - sigmoid(x)) for x in FAKE) / 3, rel=1e-6)
    value.backward()
    assert fake.grad.tolist() == pytest.approx([-sigmoid(x) / 3 for x in FAKE], rel=1e-6)


def test_non_saturating_is_minus_log_d():
    real, fake = tensors()
    value = NonSaturating().generator(real, fake)
    assert value.item() == pytest.approx(-sum(math.log(sigmoid(x)) for x in FAKE) / 3, rel=1e-6)
    value.backward()
    assert fake.grad.tolist() == pytest.approx([-(1 - sigmoid(x)) / 3 for x in FAKE], rel=1e-6)


def test_a_confident_discriminator_silences_minimax_and_not_the_non_saturating_objective():
    sizes = {}
    for loss in (Minimax(), NonSaturating()):
        fake = torch.full((4,), -12.0, requires_grad=True)
        loss.generator(torch.zeros(0), fake).backward()
        sizes[type(loss).__name__] = fake.grad.abs().sum().item()
    assert sizes["Minimax"] == pytest.approx(sigmoid(-12.0), rel=1e-4)
    assert sizes["NonSaturating"] == pytest.approx(1.0, rel=1e-4)


def test_equilibrium_is_where_the_paper_has_it():
    half = torch.zeros(8)
    assert Minimax().discriminator(half, half).item() == pytest.approx(2 * math.log(2))
    assert NonSaturating().generator(half, half).item() == pytest.approx(math.log(2))


@pytest.mark.parametrize("loss", [Minimax(), NonSaturating()])
def test_extreme_logits_stay_finite(loss):
    extreme = torch.tensor([-1e4, 1e4])
    assert loss.discriminator(extreme, extreme).isfinite()
    assert loss.generator(extreme, extreme).isfinite()


def test_settings_of_the_recipe_are_parameters():
    loss = NonSaturating(learning_rate=1e-3, batch=32)
    assert (loss.recipe.learning_rate, loss.recipe.batch, loss.recipe.beta1) == (1e-3, 32, 0.5)

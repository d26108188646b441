"""Unrolling: no steps are the plain GAN, steps ahead are the optimizer's own, and the gradient goes through them."""

import copy
import itertools

import pytest
import torch
from torch import nn

from ganbench.contracts.models import Task
from ganbench.errors import BadOptionError, UnfitError
from ganbench.schema.choice import Choice
from ganbench.schema.recipe import Recipe
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.optim import make_optimizer
from ganbench_losses.non_saturating import NonSaturating
from ganbench_losses.wasserstein_clip import WassersteinClip
from ganbench_losses.wasserstein_gp import WassersteinGP
from ganbench_models.look_ahead import LookAhead

RECIPE = {"learning_rate": 0.05, "beta1": 0.5, "batch": 8}


def built(factory, name, dataset="ring8", loss=NonSaturating, **recipe):
    data = factory.dataset(Choice(dataset))
    objective = loss(loss.recipe.but(RECIPE | recipe))
    torch.manual_seed(0)
    task = Task(tuple(data.shape), data.classes, "cpu", 1_000, 0, loss=objective)
    return factory.make("models", Choice.parse(name), task), data


@pytest.mark.parametrize(("base", "dataset"), [("vanilla", "ring8"), ("cgan", "ring8"), ("dcgan", "digits")])
def test_no_steps_ahead_are_the_base_to_the_bit(factory, base, dataset):
    states = []
    for name in (f"{base}:width=4", f"unrolled:base={base},unrolled=0,width=4"):
        model, data = built(factory, name, dataset)
        list(model.fit(itertools.islice(data.batches("train", 8, 0), 5)))
        states.append(model.checkpoint())
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
def test_steps_ahead_are_those_of_the_optimizer_and_leave_it_alone(optimizer):
    recipe = Recipe(**RECIPE | {"optimizer": optimizer})
    torch.manual_seed(0)
    weights = [nn.Parameter(torch.randn(3, 2)), nn.Parameter(torch.randn(4))]
    stepper = make_optimizer(recipe, weights, 0.05)

    def loss(first, second):
        return first.sin().sum() + (second[:2] ** 2).sum()  # half of the second has no gradient

    for _ in range(3):
        stepper.zero_grad()
        loss(*weights).backward()
        stepper.step()
    before = copy.deepcopy(stepper.state_dict())
    ahead, moved = LookAhead(stepper, recipe, weights), [weight.detach().requires_grad_() for weight in weights]
    start = moved[1]
    for _ in range(4):
        moved = ahead.step(moved, torch.autograd.grad(loss(*moved), moved, create_graph=True))
    assert all(torch.equal(old, new) for old, new in zip(_tensors(before), _tensors(stepper.state_dict()), strict=True))
    moved[1].sum().backward()  # a root at 0 makes no nan of it
    for _ in range(4):
        stepper.zero_grad()
        loss(*weights).backward()
        stepper.step()
    torch.testing.assert_close(moved, [weight.detach() for weight in weights])
    assert start.grad.isfinite().all()


def _tensors(state):
    return [value for slots in state["state"].values() for value in slots.values() if isinstance(value, torch.Tensor)]


def test_one_step_ahead_has_the_gradient_of_its_closed_form(factory):
    """For a critic w·x trained on E w·G(z) - E w·x, one step leads to w - rate (mean fake - mean real)."""
    model, data = built(
        factory, "unrolled:unrolled=1,width=4", loss=WassersteinGP, optimizer="sgd", beta1=0.0, penalty_weight=0.0
    )
    model.discriminator = nn.Linear(2, 1, bias=False)
    model._discriminator_weights = list(model.discriminator.parameters())
    model._discriminator_optimizer = make_optimizer(model.recipe, model._discriminator_weights, 0.05)
    model.generator = nn.Linear(2, 2)
    batch = next(data.batches("train", 8, 0))
    noise = torch.Generator()
    noise.set_state(model._random.get_state())
    loss = model.generator_terms(batch)["generator_loss"]
    loss.backward()

    weight = model.discriminator.weight.detach()[0]
    codes = torch.randn(8, 2, generator=noise)
    mean = codes.mean(0) @ model.generator.weight.T + model.generator.bias
    ahead = weight - 0.05 * (mean - batch.samples.mean(0))
    assert loss.item() == pytest.approx(-(ahead @ mean).item(), rel=1e-5)
    # the derivative of -(w - rate (m - r))·m by m, and not the -w' alone of a critic that does not answer
    slope = -ahead + 0.05 * mean
    torch.testing.assert_close(model.generator.bias.grad, slope.detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
def test_the_gradient_through_several_steps_is_that_of_finite_differences(factory, optimizer):
    model, data = built(factory, "unrolled:base=mlp-gan,unrolled=3,width=4", optimizer=optimizer)
    list(model.fit(itertools.islice(data.batches("train", 8, 0), 30)))  # to moments that are not at 0
    model.discriminator.requires_grad_(False)
    batch, state, weight = next(data.batches("train", 8, 1)), model._random.get_state(), model.generator[0][4].bias

    def loss_at(step):
        model._random.set_state(state)
        with torch.no_grad():
            weight[0] += step
        value = model.generator_terms(batch)["generator_loss"]
        with torch.no_grad():
            weight[0] -= step
        return value

    (slope,) = torch.autograd.grad(loss_at(0.0), weight)
    assert slope[0].item() == pytest.approx((loss_at(5e-3) - loss_at(-5e-3)).item() / 1e-2, rel=0.02)


def test_unrolling_leaves_the_discriminator_where_it_was(factory):
    model, data = built(factory, "unrolled:width=4")
    batch, before = next(data.batches("train", 8, 0)), copy.deepcopy(model.discriminator.state_dict())
    model._step_generator(batch)
    assert all(torch.equal(value, before[name]) for name, value in model.discriminator.state_dict().items())


def test_a_base_of_more_than_two_networks_and_clipped_weights_are_refused(factory):
    with pytest.raises(BadOptionError, match="unrolled trains networks of plain adversarial models.*'pacgan'"):
        built(factory, "unrolled:base=pacgan", "digits")
    with pytest.raises(UnfitError, match="leave clip out"):
        built(factory, "unrolled", loss=WassersteinClip)
    assert isinstance(built(factory, "unrolled:unrolled=0", loss=WassersteinClip)[0], AdversarialModel)

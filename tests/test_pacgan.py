"""Packing: what the discriminator sees, what a budget counts, and any base."""

import itertools

import pytest
import torch

from ganbench.contracts.capabilities import profile_of
from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.schema.choice import Choice
from ganbench_losses.non_saturating import NonSaturating
from ganbench_losses.wasserstein_gp import WassersteinGP
from ganbench_models.vanilla import Vanilla


def with_recipe(loss, **changes):
    return loss(loss.recipe.but(changes))


def task(shape, loss=None):
    return Task(shape, 0, "cpu", 64, 0, loss=loss or with_recipe(NonSaturating, batch=6))


@pytest.fixture
def pacgan(factory):
    """Return a maker of the model as a user names it: a task, and parameters."""
    return lambda task, **parameters: factory.make("models", Choice.of("pacgan", parameters), task)


def batches(shape, size):
    generator = torch.Generator().manual_seed(0)
    while True:
        yield Batch(torch.rand(size, *shape, generator=generator), torch.zeros(size, dtype=torch.int64))


def test_a_pack_joins_neighbours_along_their_first_dimension(pacgan):
    points = torch.arange(12.0).reshape(6, 2)
    assert pacgan(task((2,)), packing=3, width=4).pack(points).tolist() == [list(range(6)), list(range(6, 12))]
    images = torch.rand(4, 3, 8, 8)
    packed = pacgan(task((3, 8, 8)), packing=2, width=4).pack(images)
    assert packed.shape == (2, 6, 8, 8)
    assert torch.equal(packed[1, 3:], images[3])


@pytest.mark.parametrize("packing", [1, 2, 4])
def test_the_discriminator_judges_packs_and_a_batch_counts_them(pacgan, packing):
    model, seen = pacgan(task((2,)), packing=packing, width=4), []
    assert profile_of(model).batch == 6 * packing
    model.discriminator.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].shape))
    list(model.fit(itertools.islice(batches((2,), model.batch), 1)))
    assert seen == [(12, 2 * packing), (6, 2 * packing)]  # real and generated at once, and the generator's own
    assert model.sample(5, torch.Generator()).shape == (5, 2)


def test_a_pack_of_one_is_the_base(pacgan):
    data = list(itertools.islice(batches((2,), 6), 5))
    models = []
    for make in (lambda: Vanilla(task((2,)), width=4), lambda: pacgan(task((2,)), packing=1, width=4)):
        torch.manual_seed(0)
        models.append(make())
    plain, packed = models
    packed.load_state_dict(plain.state_dict())
    for model in models:
        list(model.fit(iter(data)))
    for name, tensor in plain.state_dict().items():
        assert torch.equal(tensor, packed.state_dict()[name]), name


def test_a_last_pack_that_is_not_whole_is_left_out(pacgan):
    model = pacgan(task((2,)), packing=4, width=4)
    (terms,) = model.fit(iter([next(batches((2,), 7))]))
    assert terms["discriminator_loss"].isfinite()


@pytest.mark.parametrize("base", ["vanilla", "dcgan", "wgan", "wgan-gp", "sngan", "r3gan"])
def test_any_base_is_packed(pacgan, base):
    model = pacgan(task((1, 8, 8)), base=base, width=16)
    list(model.fit(itertools.islice(batches((1, 8, 8), model.batch), 2)))
    assert model.sample(3, torch.Generator()).shape == (3, 1, 8, 8)


def test_a_penalty_is_on_whole_packs(pacgan):
    model = pacgan(task((2,), with_recipe(WassersteinGP, batch=4, critic_steps=1)), packing=2)
    slope = torch.tensor([3.0, 0.0, 0.0, 4.0])  # of norm 5 on the pack, and 3 and 4 on its samples
    model.discriminator = torch.nn.Linear(4, 1)
    with torch.no_grad():
        model.discriminator.weight.copy_(slope[None])
    batch = next(batches((2,), model.batch))
    real = model.pack(batch.samples)
    assert model._penalty(real, real, batch.condition).item() == pytest.approx(16.0, rel=1e-4)

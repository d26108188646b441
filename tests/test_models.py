"""The built-in models: shapes from the task, and the published sizes."""

import itertools

import pytest
import torch

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.errors import BadOptionError, UnfitError
from ganbench.schema.recipe import Recipe
from ganbench_models.convolutions import halvings
from ganbench_models.dcgan import DCGAN
from ganbench_models.perceptrons import Maxout
from ganbench_models.vanilla import Vanilla

SHAPES = [(1, 8, 8), (1, 28, 28), (3, 32, 32), (3, 64, 64), (1, 27, 29), (1, 12, 20)]


def task(shape=(1, 8, 8), **changes):
    from ganbench_losses.non_saturating import NonSaturating

    plain = {"shape": shape, "classes": 0, "device": "cpu", "examples": 64, "seed": 0}
    return Task(**plain | {"loss": NonSaturating(Recipe(batch=8))} | changes)


def batches(shape, size=8):
    generator = torch.Generator().manual_seed(0)
    while True:
        yield Batch(torch.rand(size, *shape, generator=generator) * 2 - 1, torch.zeros(size, dtype=torch.int64))


@pytest.mark.parametrize(
    ("make", "shape"), [*itertools.product([Vanilla, DCGAN], SHAPES), (Vanilla, (2,)), (Vanilla, (5,))]
)
def test_networks_take_their_shape_from_the_task(make, shape):
    model = make(task(shape), width=4)
    assert len(list(model.fit(itertools.islice(batches(shape), 2)))) == 2
    samples = model.sample(3, torch.Generator().manual_seed(0))
    assert samples.shape == (3, *shape)
    assert samples.dtype == torch.float32
    assert len(shape) == 1 or samples.abs().max() <= 1


@pytest.mark.parametrize("make", [Vanilla, DCGAN])
def test_models_train_in_bfloat16_and_give_float32(make):
    model = make(task((1, 8, 8), precision="bf16"), width=4)
    for terms in model.fit(itertools.islice(batches((1, 8, 8)), 2)):
        assert all(value.isfinite() for value in terms.values())
    assert model.sample(2, torch.Generator()).dtype == torch.float32


def test_vanilla_has_the_published_widths():
    images = Vanilla(task((1, 28, 28)))
    widths = [layer.out_features for layer in images.generator if isinstance(layer, torch.nn.Linear)]
    assert widths == [128, 256, 512, 1024, 784]
    judges = [layer.out_features for layer in images.discriminator if isinstance(layer, torch.nn.Linear)]
    assert judges == [512, 256, 1]
    points = Vanilla(task((2,)))
    widths = [layer.out_features for layer in points.generator if isinstance(layer, torch.nn.Linear)]
    assert (widths, points.latent) == ([400] * 4 + [2], 2)
    assert [layer.linear.out_features for layer in points.discriminator if isinstance(layer, Maxout)] == [1000] * 3


def test_maxout_is_the_largest_of_its_pieces():
    layer = Maxout(3, 2)
    values = torch.randn(4, 3)
    by_hand = torch.stack(layer.linear(values).split(2, dim=1)).amax(0)
    assert torch.equal(layer(values), by_hand)


@pytest.mark.parametrize(
    ("size", "sizes"),
    [((28, 28), [28, 14, 7]), ((8, 8), [8, 4, 2]), ((32, 32), [32, 16, 8, 4]), ((27, 27), [27, 14, 7])],
)
def test_dcgan_halves_down_to_a_small_map(size, sizes):
    assert [side for side, _ in halvings(size)] == sizes


def test_dcgan_has_batch_norm_everywhere_but_at_the_image_and_the_logit():
    model = DCGAN(task((1, 28, 28)))
    norms = [type(layer).__name__ for layer in model.discriminator]
    assert norms[:2] == ["Conv2d", "LeakyReLU"]
    assert norms.count("BatchNorm2d") == 1
    assert [type(layer).__name__ for layer in model.generator][-2:] == ["ConvTranspose2d", "Tanh"]
    weights = torch.cat([layer.weight.flatten() for layer in model.generator if isinstance(layer, torch.nn.Linear)])
    assert weights.std().item() == pytest.approx(0.02, rel=0.05)


@pytest.mark.parametrize(("make", "shape"), [(DCGAN, (2,)), (DCGAN, (1, 4, 4))])
def test_a_shape_that_a_model_cannot_take_is_a_reason_to_skip(make, shape):
    with pytest.raises(UnfitError, match="dcgan makes images"):
        make(task(shape))


@pytest.mark.parametrize("setting", ["latent", "width"])
@pytest.mark.parametrize("model", ["vanilla", "dcgan"])
def test_sizes_below_one_are_refused(factory, make_spec, model, setting):
    with pytest.raises(BadOptionError, match=f"model '{model}' takes a whole number of 1 or more for {setting}, not 0"):
        factory.model(make_spec(model=f"{model}:{setting}=0"))

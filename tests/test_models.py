"""The built-in models: shapes from the task, an independent EM, and samples better than a floor."""

import itertools

import numpy as np
import pytest
import torch

from ganbench.contracts import Batch, Task
from ganbench.errors import BadOptionError, UnfitError
from ganbench.recipe import Recipe
from ganbench_models.dcgan import DCGAN, halvings
from ganbench_models.gmm import GMM
from ganbench_models.vanilla import Maxout, Vanilla

SHAPES = [(1, 8, 8), (1, 28, 28), (3, 32, 32), (3, 64, 64), (1, 27, 29), (1, 12, 20)]


def task(shape=(1, 8, 8), **changes):
    from ganbench_losses.non_saturating import NonSaturating

    plain = {"shape": shape, "classes": 0, "examples": 64, "seed": 0, "device": "cpu", "loss": NonSaturating(batch=8)}
    return Task(**plain | changes)


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


@pytest.mark.parametrize(
    ("make", "setting"), [(Vanilla, "latent"), (Vanilla, "width"), (DCGAN, "latent"), (DCGAN, "width")]
)
def test_sizes_below_one_are_refused(make, setting):
    with pytest.raises(BadOptionError, match="1 or more"):
        make(task(), **{setting: 0})


def mixture_task():
    return task((2,), examples=900, loss=None)


def mixture_batches(size=100):
    generator = torch.Generator().manual_seed(3)
    means = torch.tensor([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
    while True:
        chosen = torch.randint(3, (size,), generator=generator)
        yield Batch(means[chosen] + 0.3 * torch.randn(size, 2, generator=generator), chosen)


def test_gmm_stepwise_reaches_what_scikit_learn_reaches_in_one_call():
    from sklearn.mixture import GaussianMixture

    model = GMM(mixture_task(), components=3, floor=1e-6)
    losses = [terms["negative_log_likelihood_loss"].item() for terms in model.fit(mixture_batches())]
    feed = mixture_batches()
    data = torch.cat([next(feed).samples for _ in range(9)]).double().numpy()
    whole = GaussianMixture(3, init_params="k-means++", random_state=0).fit(data)
    assert losses == sorted(losses, reverse=True)
    assert -losses[-1] == pytest.approx(whole.lower_bound_, abs=2e-3)


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_gmm_samples_have_the_moments_of_the_data(covariance):
    model = GMM(mixture_task(), components=3, covariance=covariance)
    list(model.fit(mixture_batches()))
    samples = model.sample(20_000, torch.Generator().manual_seed(0))
    feed = mixture_batches()
    data = torch.cat([next(feed).samples for _ in range(9)])
    assert np.allclose(samples.mean(0), data.mean(0), atol=0.1)
    assert np.allclose(torch.cov(samples.T), torch.cov(data.T), atol=0.4)


def test_gmm_takes_one_pass_whatever_the_budget():
    taken = 0

    def counted():
        nonlocal taken
        for batch in mixture_batches():
            taken += len(batch.samples)
            yield batch

    list(GMM(mixture_task(), components=3, steps=2).fit(counted()))
    assert taken == 900


def test_gmm_on_components_puts_back_what_they_leave_out():
    data = task((1, 8, 8), examples=400)
    model = GMM(data, components=2, pca=4)
    list(model.fit(batches((1, 8, 8), size=100)))
    samples = model.sample(5_000, torch.Generator().manual_seed(0))
    assert samples.flatten(1).var(0).mean().item() == pytest.approx(1 / 3, rel=0.15)  # uniform on [-1, 1], clipped


def test_gmm_survives_its_state():
    model, other = GMM(mixture_task(), components=3), GMM(mixture_task(), components=3)
    list(model.fit(mixture_batches()))
    other.load_state_dict(model.state_dict())
    draws = [each.sample(9, torch.Generator().manual_seed(1)) for each in (model, other)]
    assert torch.equal(*draws)


@pytest.mark.parametrize(
    "settings", [{"covariance": "round"}, {"components": 0}, {"pca": -1}, {"pca": 3}, {"steps": 0}, {"floor": -1.0}]
)
def test_gmm_refuses_settings_of_no_sense(settings):
    with pytest.raises(BadOptionError, match="gmm takes"):
        GMM(mixture_task(), **settings)


def test_gmm_says_so_when_there_is_too_little_data():
    with pytest.raises(BadOptionError, match="a sample for each of its 25"):
        list(GMM(mixture_task()).fit(itertools.islice(mixture_batches(10), 1)))


def test_the_default_recipe_is_dcgans():
    recipe = Recipe()
    published = (recipe.optimizer, recipe.learning_rate, recipe.beta1, recipe.beta2, recipe.batch)
    assert published == ("adam", 2e-4, 0.5, 0.999, 128)

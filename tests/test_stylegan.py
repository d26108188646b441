"""StyleGAN: modulation against a loop, path lengths and lazy R1 against numbers by hand, mixed styles, noise."""

import itertools

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.errors import UnfitError
from ganbench_losses.r1 import R1
from ganbench_models.style_layers import EqualLinear, ModulatedConvolution
from ganbench_models.stylegan import StyleGAN

SMALL = {"width": 4, "latent": 5, "mapping": 2}


def built(shape=(1, 8, 8), **settings):
    torch.manual_seed(0)
    return StyleGAN(Task(shape, 0, "cpu", 100, 0, loss=R1(R1.recipe.but({"batch": 4}))), **SMALL | settings)


def batches(count, size=4):
    random = torch.Generator().manual_seed(1)
    for _ in range(count):
        yield Batch(torch.rand(size, 1, 8, 8, generator=random) * 2 - 1, torch.zeros(size, dtype=torch.int64))


def same_stream(model):
    random = torch.Generator()
    random.set_state(model._random.get_state())
    return random


@pytest.mark.parametrize(("kernel", "demodulate"), [(3, True), (3, False), (1, False)])
def test_modulation_is_that_of_each_samples_own_weights(kernel, demodulate):
    layer = ModulatedConvolution(3, 4, kernel, 5, demodulate=demodulate)
    maps, styles = torch.randn(6, 3, 8, 8), torch.randn(6, 5)
    by_hand = []
    for sample, style in zip(maps, styles, strict=True):
        scales = layer.style.weight @ style / 5**0.5 + layer.style.bias
        weight = layer.weight / (3 * kernel**2) ** 0.5 * scales[None, :, None, None]
        if demodulate:
            weight = torch.stack([each / (each.square().sum() + 1e-8).sqrt() for each in weight])
        by_hand.append(conv2d(sample[None], weight, padding=kernel // 2)[0])
    found, expected = layer(maps, styles), torch.stack(by_hand)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    weights = list(layer.parameters())
    slopes = [torch.autograd.grad(made.sin().sum(), weights, retain_graph=True) for made in (found, expected)]
    torch.testing.assert_close(*slopes, rtol=1e-3, atol=1e-4)


def test_demodulated_maps_of_normal_inputs_keep_their_variance():
    layer, maps = ModulatedConvolution(32, 64, 3, 5), torch.randn(16, 32, 16, 16)
    made = layer(maps, torch.randn(16, 5))[:, :, 1:-1, 1:-1]
    assert made.var().item() == pytest.approx(1.0, abs=0.05)


def test_the_mapping_learns_at_a_hundredth_of_the_rate():
    torch.manual_seed(0)
    plain, slow = EqualLinear(4, 3), EqualLinear(4, 3, rate=0.01)
    assert slow.weight.std() > 50 * plain.weight.std()
    values = torch.randn(20_000, 4)
    assert 0.7 < (slow(values).std() / plain(values).std()).item() < 1.4
    with torch.no_grad():
        for layer in (plain, slow):
            layer.bias += 1.0
    assert (slow.bias * slow.rate).tolist() == pytest.approx([0.01] * 3)


def test_path_lengths_are_those_of_a_linear_synthesis():
    """Images w A, w the sum over layers: each layer's gradient is A y, its length that of every layer."""
    model, matrix = built(), torch.randn(5, 64)
    model.styles.synthesis = lambda styles, noises: (styles.sum(dim=1) @ matrix).reshape(-1, 1, 8, 8)
    mean = 0.0
    for _ in range(3):
        random = same_stream(model)
        found = model.path_penalty(6)
        torch.randn(6, 5, generator=random)
        for noise in model.styles.noises():
            torch.randn(6, *noise.shape[1:], generator=random)
        directions = torch.randn(6, 1, 8, 8, generator=random)
        lengths = torch.stack([(matrix @ each.flatten() / 8).norm() for each in directions])
        mean = 0.99 * mean + 0.01 * lengths.mean().item()
        assert model.styles.path_length.item() == pytest.approx(mean, rel=1e-4)
        assert found.item() == pytest.approx((lengths - mean).square().mean().item(), rel=1e-4)


def test_path_lengths_come_every_fourth_step_and_reach_the_weights():
    model = built(path_weight=3.0)
    seen = [terms.get("path_length_penalty") for terms in model.fit(batches(9))]
    assert [value is not None for value in seen] == [step % 4 == 0 for step in range(9)]
    assert all("path_length_penalty" not in terms for terms in built(path_weight=0.0).fit(batches(2)))
    state = model._random.get_state()
    alone = model.path_penalty(2)
    model._random.set_state(state)
    model.styles.path_length.copy_(torch.zeros(()))
    model._steps["generator"] = 4
    weight = model.styles.mapping[0].layer.weight
    assert torch.autograd.grad(alone, weight)[0].abs().max() > 0
    terms = model.generator_terms(next(batches(1)))
    assert set(terms) == {"generator_loss", "path_length_penalty"}


def test_the_penalty_comes_every_sixteenth_step_sixteen_times_as_strong():
    model = built()
    model.discriminator = nn.Sequential(nn.Flatten(), nn.Linear(64, 1, bias=False))
    slope = model.discriminator[1].weight.square().sum().item()
    images, none = torch.randn(4, 1, 8, 8), torch.zeros(4, dtype=torch.int64)
    for step in range(33):
        model._steps["discriminator"] = step
        penalty = model._penalty(images, images, none)
        assert (penalty is not None) == (step % 16 == 0)
        assert penalty is None or penalty.item() == pytest.approx(16 * slope, rel=1e-4)


def test_styles_of_two_latents_are_mixed_from_one_layer_on_in_nine_of_ten_steps():
    model, taken = built(), []
    model.styles.synthesis = lambda styles, noises: taken.append(styles) or torch.zeros(len(styles), 1, 8, 8)
    for _ in range(300):
        random = same_stream(model)
        noise, other = torch.randn(2, 5), torch.randn(2, 5, generator=random)
        model._shown(noise, torch.zeros(2))
        own, others = (model.styles.repeated(each) for each in (noise, other))
        mine = (taken[-1] == own).all(dim=(0, 2))
        theirs = (taken[-1] == others).all(dim=(0, 2))
        assert torch.equal(mine, ~theirs)
        assert mine[0]
        assert torch.equal(mine, mine.cummin(dim=0).values.bool())  # none of the first behind one of the other
        taken[-1] = int(mine.sum())
    assert 0.85 < sum(layer < model.styles.layers for layer in taken) / 300 < 0.95
    assert set(taken) == set(range(1, model.styles.layers + 1))


def test_training_draws_noise_anew_and_samples_have_that_of_the_start():
    model = built()
    for layer in (*model.styles.ups, *model.styles.keeps):
        nn.init.constant_(layer.strength, 0.5)
    styles = model.styles.repeated(torch.randn(2, 5))
    drawn = [model.styles.synthesis(styles, model._noise_maps(2)) for _ in range(2)]
    assert not torch.equal(*drawn)
    first, second = (model.sample(3, torch.Generator().manual_seed(0)) for _ in range(2))
    assert torch.equal(first, second)
    other = built()
    other.load_state_dict(model.state_dict())
    assert torch.equal(other.sample(3, torch.Generator().manual_seed(0)), first)


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 64, 64)])
def test_it_is_built_for_images_of_28_to_64_pixels(shape):
    model = built(shape)
    assert model.sample(2, torch.Generator()).shape == (2, *shape)
    side, doublings = shape[1], {28: 2, 64: 4}[shape[1]]
    assert [size[0] for size in model.styles.sizes] == [side // 2**step for step in range(doublings, -1, -1)]
    assert model.styles.layers == 2 * doublings + 2


def test_points_and_small_images_are_refused():
    for shape in [(2,), (1, 4, 4)]:
        with pytest.raises(UnfitError, match="stylegan makes images"):
            built(shape)


def test_updates_are_finite_and_the_average_is_what_samples():
    model = built()
    assert all(value.isfinite() for terms in model.fit(batches(6)) for value in terms.values())
    state = model.state_dict()
    assert any(not torch.equal(value, state[f"average.module.{name.removeprefix('generator.')}"])
               for name, value in state.items() if name.startswith("generator."))  # fmt: skip
    assert len(list(itertools.islice(model.modes(), 2))) == 2

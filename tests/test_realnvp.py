"""RealNVP: its inverse, its Jacobian by autograd, and a density that is one."""

import itertools
import math

import pytest
import torch

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.errors import UnfitError
from ganbench_models.realnvp import RealNVP, from_logits, to_logits

SHAPES = [(2,), (5,), (1, 6), (1, 4, 4), (3, 4, 4), (1, 3, 5), (2, 4, 2)]


def built(shape, **settings):
    """Return a model whose couplings all move their numbers."""
    torch.manual_seed(0)
    model = RealNVP(Task(shape=shape, classes=0, device="cpu", examples=64, seed=0), width=6, **settings)
    for weight in model.network.parameters():
        if weight.abs().max() == 0:
            torch.nn.init.normal_(weight, std=0.2)
    return model


def draws(n, shape, seed=0):
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(seed)) * 1.8 - 0.9


@pytest.mark.parametrize("scales", [1, 2, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_decoding_undoes_encoding(shape, scales):
    model, samples = built(shape, scales=scales), draws(4, shape)
    codes, _ = model.encode(samples)
    assert codes.shape == (4, samples[0].numel())
    assert torch.allclose(model.decode(codes), samples, atol=1e-4)
    assert not torch.allclose(codes, samples.flatten(1), atol=0.1)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_determinant_is_that_of_the_jacobian(shape):
    model, samples = built(shape), draws(2, shape)
    _, determinant = model.encode(samples)
    for sample, told in zip(samples, determinant, strict=True):
        jacobian = torch.autograd.functional.jacobian(lambda x: model._encoded(x[None])[0][0], sample)
        square = jacobian.reshape(sample.numel(), sample.numel())
        assert told.item() == pytest.approx(torch.linalg.slogdet(square.double()).logabsdet.item(), abs=1e-3)


def test_couplings_at_every_size_move_every_number():
    # an identity map somewhere would leave a number to the couplings of one size alone
    model = built((1, 8, 8), scales=3)
    layout = [(len(scale.couplings), len(scale.squeezed)) for scale in model.network.scales]
    assert layout == [(3, 3), (3, 3), (4, 0)]
    samples = draws(1, (1, 8, 8))
    jacobian = torch.autograd.functional.jacobian(lambda x: model._encoded(x[None])[0][0], samples[0])
    assert ((jacobian.reshape(64, 64).abs() > 1e-6).sum(1) > 1).all()


def test_the_density_of_points_integrates_to_one():
    model = built((2,))
    ticks = torch.linspace(-12, 12, 601)
    grid = torch.cartesian_prod(ticks, ticks)
    mass = model.log_prob(grid).double().exp().sum().item() * (24 / 600) ** 2
    assert mass == pytest.approx(1.0, abs=0.01)


def test_the_density_of_images_integrates_to_one_over_their_levels():
    # two pixels, half a level wider than [-1, 1]
    model = built((1, 1, 2))
    edge = 1 + 1 / 255
    ticks = -edge + (torch.arange(400) + 0.5) * (2 * edge / 400)
    grid = torch.cartesian_prod(ticks, ticks).reshape(-1, 1, 1, 2)
    mass = model.log_prob(grid).double().exp().sum().item() * (2 * edge / 400) ** 2
    # the logit's margin leaves a twentieth of the odds outside
    assert 0.5 < mass <= 1.001


def test_logits_of_images_go_there_and_back():
    images = torch.tensor([-1.0, -0.3, 0.0, 0.7, 1.0]).reshape(1, 1, 1, 5)
    logits, _ = to_logits(images)
    assert torch.allclose(from_logits(logits), images, atol=1e-5)
    assert logits.isfinite().all()
    assert logits.flatten()[2].item() == pytest.approx(0.0, abs=1e-6)


def test_a_fresh_map_of_points_is_the_standard_normal():
    torch.manual_seed(0)
    model = RealNVP(Task(shape=(2,), classes=0, device="cpu", examples=64, seed=0))
    points = draws(10, (2,))
    assert torch.allclose(model.log_prob(points), -0.5 * points.square().sum(1) - math.log(2 * math.pi), atol=1e-5)


def test_a_trained_flow_of_a_gaussian_has_its_likelihood():
    generator = torch.Generator().manual_seed(0)
    factor = torch.tensor([[1.0, 0.0], [0.8, 0.4]])

    def batches():
        while True:
            yield Batch(torch.randn(256, 2, generator=generator) @ factor.T + 2, torch.zeros(256).long())

    torch.manual_seed(0)
    task = Task(shape=(2,), classes=0, device="cpu", examples=64, seed=0)
    model = RealNVP(task, width=8, couplings=4, learning_rate=5e-3)
    for _ in model.fit(itertools.islice(batches(), 400)):
        pass
    points = next(batches()).samples
    truth = torch.distributions.MultivariateNormal(torch.full((2,), 2.0), factor @ factor.T).log_prob(points)
    assert model.log_prob(points).mean().item() == pytest.approx(truth.mean().item(), abs=0.1)


def test_one_dimension_has_no_other_half():
    with pytest.raises(UnfitError, match="this data has one dimension alone"):
        built((1,))

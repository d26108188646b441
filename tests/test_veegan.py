"""VEEGAN: which pairs are judged, what each network learns from, and codes of samples."""

import itertools

import pytest
import torch

from ganbench.contracts.capabilities import profile_of
from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.testing import check_model
from ganbench_losses.reverse_kl import ReverseKL
from ganbench_models.veegan import VEEGAN


def built(shape=(2,), seed=0, **settings):
    torch.manual_seed(seed)
    loss = ReverseKL(ReverseKL.recipe.but({"batch": 4}))
    return VEEGAN(Task(shape, 0, "cpu", 100, seed, loss=loss), **{"width": 4} | settings)


def batch(shape=(2,), size=4):
    samples = torch.rand(size, *shape, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return Batch(samples, torch.zeros(size, dtype=torch.int64))


@pytest.mark.parametrize(("shape", "latent"), [((2,), 3), ((1, 8, 8), 5)])
def test_data_are_judged_with_their_code_and_samples_with_the_noise_that_made_them(shape, latent):
    model, seen = built(shape, latent=latent, deviation=0), []
    data = batch(shape)
    codes = model.coder.reconstructor(data.samples)
    model.discriminator.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].clone()))
    noise = torch.Generator()
    noise.set_state(model._random.get_state())
    model._step_discriminator(data)
    pairs = torch.cat(seen)
    dimensions = data.samples[0].numel()
    assert torch.equal(pairs[:4, :dimensions], data.samples.flatten(1))
    torch.testing.assert_close(pairs[:4, dimensions:], codes.detach())
    assert torch.equal(pairs[4:, dimensions:], torch.randn(4, latent, generator=noise))


def test_codes_of_data_have_noise_of_the_deviation_that_is_asked_for():
    plain, noisy = built(latent=3, deviation=0), built(latent=3, deviation=2.0)
    data, noise = batch(size=1_000).samples, torch.Generator()
    noise.set_state(noisy._random.get_state())
    offset = noisy.pack(data)[:, 2:] - plain.pack(data)[:, 2:]
    torch.testing.assert_close(offset, 2 * torch.randn(1_000, 3, generator=noise))
    assert torch.equal(plain._random.get_state(), built(latent=3)._random.get_state())


def test_without_noise_on_codes_the_discriminator_tells_pairs_at_sight(factory):
    from ganbench.schema.choice import Choice

    def loss_after_training(deviation):
        loss = ReverseKL(ReverseKL.recipe.but({"batch": 64, "learning_rate": 1e-3}))
        torch.manual_seed(0)
        model = VEEGAN(Task((2,), 0, "cpu", 100, 0, loss=loss), latent=32, width=32, deviation=deviation)
        *_, last = model.fit(itertools.islice(factory.dataset(Choice("ring8")).batches("train", 64, 0), 150))
        return last["discriminator_loss"].item()

    assert loss_after_training(0.0) < 0.1 < 0.5 < loss_after_training(1.0)


def test_the_generator_minimises_the_judgement_and_the_distance_of_codes():
    model, data = built(latent=3, reconstruction=2.0), batch()
    noise = torch.Generator()
    noise.set_state(model._random.get_state())
    terms = model.generator_terms(data)
    codes = torch.randn(4, 3, generator=noise)
    samples = model.generator(codes)
    judged = model.discriminator(torch.cat([samples, codes], dim=1))
    assert terms["generator_loss"].item() == pytest.approx(-judged.mean().item(), rel=1e-5)
    distance = ((model.coder.reconstructor(samples) - codes) ** 2).sum() / 4
    assert terms["reconstruction_loss"].item() == pytest.approx(2 * distance.item(), rel=1e-5)


def test_the_reconstructor_learns_from_the_distance_alone():
    model, data = built(), batch()
    model._step_discriminator(data)
    assert all(weight.grad is None for weight in model.coder.parameters())
    loss = model.generator_terms(data)["generator_loss"]
    weights = list(model.coder.reconstructor.parameters())
    assert all(slope is None for slope in torch.autograd.grad(loss, weights, allow_unused=True))


def test_parameters_of_the_reconstructor_are_counted_apart():
    model = built(latent=3)
    sizes = profile_of(model).parameters
    assert sizes["reconstructor"] == (2 * 2 + 2) + (2 * 2 + 2) + (2 * 3 + 3)
    assert sizes["generator"] == sum(weight.numel() for weight in model.coder.generator.parameters())


def test_noise_is_found_again_in_samples_after_a_short_training(factory):
    from ganbench.schema.choice import Choice

    model = built(latent=2, width=64)
    data = factory.dataset(Choice("ring8"))
    noise = torch.randn(500, 2, generator=torch.Generator().manual_seed(3))

    def distance():
        return (model.encode(model.decode(noise)) - noise).square().sum(dim=1).mean().item()

    before = distance()
    list(model.fit(itertools.islice(data.batches("train", 64, 0), 150)))
    assert distance() < 0.5 * before


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("dataset", ["ring8", "digits"])
def test_veegan_conforms(dataset, precision):
    check_model("veegan:width=4,latent=4", dataset, precision=precision)

"""Models with a likelihood or a code: their numbers against closed forms, and what a user reads from them."""

import itertools
import math

import pytest
import torch

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.errors import BadOptionError, UnfitError
from ganbench.schema.choice import Choice
from ganbench_models.autoencoder import Autoencoder, Moments
from ganbench_models.pixelcnn import PixelCNN
from ganbench_models.vae import VAE


def task(shape, classes=0, **changes):
    return Task(**{"shape": shape, "classes": classes, "device": "cpu", "examples": 64, "seed": 0} | changes)


def draws(n, *shape, seed=0):
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


@pytest.fixture
def digits(factory):
    return factory.dataset(Choice("digits"))


def trained(model, data, updates):
    for _ in model.fit(itertools.islice(data.batches("train", model.batch, 0), updates)):
        pass
    return model


# the VAE


def test_the_elbo_is_its_two_parts_by_their_formulas():
    model = VAE(task((2,)), latent=1, width=4)
    samples, noise = draws(5, 2), torch.randn(5, 1)
    with torch.no_grad():
        mean, log_variance = model.network.encoder(samples).chunk(2, dim=1)
        code = torch.distributions.Normal(mean, (log_variance / 2).exp())
        prior = torch.distributions.Normal(0.0, 1.0)
        decoded = model.network.decoder(mean + noise * code.stddev)
        likelihood = torch.distributions.Normal(decoded, (model.network.log_variance / 2).exp())
        reconstruction, divergence = model._parts(samples, None, noise)
    assert torch.allclose(divergence, torch.distributions.kl_divergence(code, prior).sum(1), atol=1e-5)
    assert torch.allclose(reconstruction, -likelihood.log_prob(samples).sum(1), atol=1e-5)


def test_the_bernoulli_elbo_is_of_pixels_between_zero_and_one():
    model, images = VAE(task((1, 8, 8)), latent=2, width=4), draws(3, 1, 8, 8)
    noise = torch.zeros(3, 2)
    with torch.no_grad():
        reconstruction, _ = model._parts(images, None, noise)
        odds = model.network.decoder(model.encode(images)).sigmoid()
    pixels = (images.flatten(1) + 1) / 2
    by_hand = -(pixels * odds.log() + (1 - pixels) * (1 - odds).log()).sum(1)
    assert torch.allclose(reconstruction, by_hand, rtol=1e-4)


def test_the_vae_records_elbo_reconstruction_and_divergence_apart(digits):
    model = VAE(task((1, 8, 8)), width=32)
    rows = list(model.fit(itertools.islice(digits.batches("train", 128, 0), 60)))
    for row in rows:
        parts = row["reconstruction_nats"] + row["kl_nats"]
        assert row["negative_elbo_loss"].item() == pytest.approx(parts.item(), rel=1e-5)
        assert row["kl_nats"] >= 0
    assert rows[-1]["negative_elbo_loss"] < rows[0]["negative_elbo_loss"]


def test_the_elbo_of_a_linear_world_stays_below_its_likelihood():
    # points on a line with noise: an exact Gaussian, whose log-likelihood is known
    generator = torch.Generator().manual_seed(0)

    def batches():
        while True:
            code = torch.randn(128, 1, generator=generator)
            points = code * torch.tensor([[1.0, -0.5]]) + 0.3 * torch.randn(128, 2, generator=generator)
            yield Batch(points, torch.zeros(128, dtype=torch.int64))

    model = VAE(task((2,)), latent=1, width=32, learning_rate=3e-3)
    for _ in model.fit(itertools.islice(batches(), 500)):
        pass
    points = next(batches()).samples.repeat(8, 1)
    covariance = torch.tensor([[1.0], [-0.5]]) @ torch.tensor([[1.0, -0.5]]) + 0.09 * torch.eye(2)
    truth = torch.distributions.MultivariateNormal(torch.zeros(2), covariance).log_prob(points).mean()
    bound = model.elbo(points, torch.Generator().manual_seed(1)).mean()
    assert truth - 0.3 < bound < truth + 0.05
    samples = model.sample(4_000, torch.Generator().manual_seed(2))
    assert torch.allclose(torch.cov(samples.T), covariance, atol=0.15)


def test_a_conditional_vae_draws_what_its_label_says(digits):
    model = VAE(task((1, 8, 8), classes=10), width=64, conditional=True, learning_rate=3e-3)
    trained(model, digits, 150)
    means = torch.stack([digits.splits["train"][0][digits.splits["train"][1] == k].float().mean(0) for k in range(10)])
    labels = torch.arange(10).repeat(20)
    samples = model.sample(200, torch.Generator().manual_seed(0), labels)
    found = torch.cdist(samples.flatten(1), (means / 127.5 - 1).flatten(1)).argmin(1)
    assert (found == labels).float().mean() > 0.9
    assert model.sample(5, torch.Generator()).shape == (5, 1, 8, 8)
    with pytest.raises(BadOptionError, match="give it labels or captions too"):
        model.reconstruct(samples)


def test_a_vae_that_does_not_fit_says_so():
    with pytest.raises(UnfitError, match="needs data with classes"):
        VAE(task((1, 8, 8)), conditional=True)
    with pytest.raises(UnfitError, match="take vae:likelihood=gaussian for points"):
        VAE(task((2,)), likelihood="bernoulli")
    with pytest.raises(BadOptionError, match="takes no labels"):
        VAE(task((1, 8, 8), classes=10)).sample(1, torch.Generator(), torch.zeros(1, dtype=torch.int64))


# the autoencoder


def test_moments_are_those_of_the_codes():
    moments, codes = Moments(3), torch.randn(400, 3, generator=torch.Generator().manual_seed(0)) @ torch.randn(3, 3)
    for _ in range(5):
        moments.follow(codes)
    assert torch.allclose(moments.mean, codes.mean(0), atol=1e-5)
    assert torch.allclose(moments.covariance, torch.cov(codes.T, correction=0), atol=0.05)
    factor = moments.factor()
    assert torch.allclose(factor @ factor.T, moments.covariance, atol=1e-4)


def test_an_anomaly_is_what_the_autoencoder_has_not_learnt(digits):
    model = trained(Autoencoder(task((1, 8, 8)), latent=8, width=64), digits, 200)
    real = digits.head("test", 300).samples
    noise = draws(300, 1, 8, 8)
    scores, strange = model.anomaly(real), model.anomaly(noise)
    assert scores.shape == (300,)
    assert scores[0].item() == pytest.approx((model.reconstruct(real) - real)[0].square().mean().item())
    assert (strange[:, None] > scores).float().mean() > 0.98  # the area under the curve that tells them apart
    assert model.encode(real).shape == (300, 8)


# the PixelCNN


def small(channels=1, side=8):
    torch.manual_seed(0)
    return PixelCNN(task((channels, side, side)), width=8, layers=2)


@pytest.mark.parametrize("channels", [1, 3])
def test_no_pixel_sees_itself_or_a_later_one(channels):
    model, images = small(channels), draws(1, channels, 8, 8).requires_grad_()
    contexts = model.network.contexts(images)
    for row, column in ((0, 0), (3, 4), (7, 7)):
        (slope,) = torch.autograd.grad(contexts[0, :, row, column].sum(), images, retain_graph=True)
        seen = slope[0].abs().sum(0).flatten() > 0
        assert not seen[row * 8 + column :].any()
        assert seen[: row * 8 + column].any() or (row, column) == (0, 0)


def test_a_later_channel_sees_the_earlier_ones_of_its_pixel_alone():
    model, images = small(3), draws(1, 3, 8, 8)
    context = torch.zeros(1, 8, 8, 8)
    changed = images.clone()
    changed[:, 1] = 0.3
    heads = [[model.network.head(context, each, channel) for channel in range(3)] for each in (images, changed)]
    same = [torch.equal(*pair) for pair in zip(*heads, strict=True)]
    assert same == [True, True, False]


def test_drawing_pixel_by_pixel_sees_what_the_whole_network_sees():
    model, images = small(3), draws(2, 3, 8, 8)
    with torch.no_grad():
        whole = model.network.contexts(images)
        maps = model.network.empty_maps(2, (8, 8), torch.device("cpu"))
        for row in range(8):
            for column in range(8):
                context = model.network.context_at(maps, row, column)
                assert torch.allclose(context[:, :, 0, 0], whole[:, :, row, column], atol=1e-5)
                maps[0][:, :, row + 3, column + 3] = images[:, :, row, column]


def test_the_likelihood_of_all_images_adds_up_to_one():
    # one row of two pixels, one channel: 65,536 images in all
    torch.manual_seed(0)
    model = PixelCNN(task((1, 1, 2)), width=4, layers=1)
    levels = torch.cartesian_prod(torch.arange(256.0), torch.arange(256.0))
    images = (levels / 127.5 - 1).reshape(-1, 1, 1, 2)
    assert model.log_prob(images).double().exp().sum().item() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.slow
def test_a_fresh_pixelcnn_costs_about_eight_bits_and_a_trained_one_less(digits):
    model = small()
    rows = list(model.fit(itertools.islice(digits.batches("train", 64, 0), 150)))
    assert rows[0]["bits_per_dimension"].item() == pytest.approx(8.0, abs=0.3)
    held_out = digits.head("test", 100).samples
    bits = -model.log_prob(held_out).mean().item() / (64 * math.log(2))
    assert bits < 5.5
    assert bits == pytest.approx(rows[-1]["bits_per_dimension"].item(), abs=0.6)
    drawn = model.sample(50, torch.Generator().manual_seed(0))
    assert torch.equal(drawn, (drawn.add(1).mul(127.5).round() / 127.5 - 1))
    assert -model.log_prob(drawn).mean() < -model.log_prob(draws(50, 1, 8, 8)).mean()

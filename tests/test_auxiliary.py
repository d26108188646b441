"""Terms that a model adds beside its loss: what they are made of, and whom they reach."""

import itertools

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.errors import UnfitError
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.judging import AuxiliaryTerms
from ganbench_losses.feature_matching import FeatureMatching
from ganbench_losses.non_saturating import NonSaturating
from ganbench_losses.wasserstein_gp import WassersteinGP
from ganbench_models.acgan import ACGAN


def batch(shape=(2,), size=6, classes=3):
    random = torch.Generator().manual_seed(1)
    samples = torch.rand(size, *shape, generator=random) * 2 - 1
    return Batch(samples, torch.randint(classes, (size,), generator=random))


def acgan(shape=(2,), loss=NonSaturating, **settings):
    torch.manual_seed(0)
    task = Task(shape, 3, "cpu", 100, 0, loss=loss(loss.recipe.but({"batch": 6})))
    return ACGAN(task, **{"width": 4, "latent": 3} | settings)


def same_noise(model):
    noise = torch.Generator()
    noise.set_state(model._random.get_state())
    return torch.randn(6, model.latent, generator=noise)


@pytest.mark.parametrize(("shape", "settings"), [((2,), {}), ((1, 8, 8), {"norm": "none"})])
def test_both_players_minimise_the_class_of_generated_samples_and_the_discriminator_that_of_real_ones(shape, settings):
    model, data = acgan(shape, class_weight=2.0, **settings), batch(shape)
    judge, noise = model.discriminator, same_noise(model)
    with torch.no_grad():
        of_real = cross_entropy(judge.answers(judge.hidden(data.samples)), data.condition).item()
        fake = model.generator(noise, data.condition)
        of_fake = cross_entropy(judge.answers(judge.hidden(fake)), data.condition).item()
    terms = model._step_discriminator(data)
    assert terms["discriminator_class_loss"].item() == pytest.approx(2 * (of_real + of_fake), rel=1e-5)

    noise = same_noise(model)
    terms = model.generator_terms(data)
    fake = model.generator(noise, data.condition)
    of_fake = cross_entropy(judge.answers(judge.hidden(fake)), data.condition).item()
    assert set(terms) == {"generator_loss", "generator_class_loss"}
    assert terms["generator_class_loss"].item() == pytest.approx(2 * of_fake, rel=1e-4)
    assert terms["generator_loss"].item() == pytest.approx(model.loss.generator(fake, judge(fake)).item(), rel=1e-4)


@pytest.mark.parametrize("settings", [{"norm": "none"}, {"norm": "batch"}])
def test_a_step_of_the_discriminator_is_the_gradient_of_the_loss_and_the_classes_together(settings):
    """Judged in one pass, where there is no batch norm, or in two."""
    model, data = acgan((1, 8, 8), **settings), batch((1, 8, 8))
    judge, noise = model.discriminator, same_noise(model)
    fake = model.generator(noise, data.condition).detach()
    sides = [judge.hidden(samples) for samples in (data.samples, fake)]
    loss = model.loss.discriminator(*(judge.judge(side).flatten() for side in sides))
    total = loss + sum(cross_entropy(judge.answers(side), data.condition) for side in sides)
    by_hand = torch.autograd.grad(total, list(judge.parameters()))
    model._step_discriminator(data)
    for weight, slope in zip(judge.parameters(), by_hand, strict=True):
        torch.testing.assert_close(weight.grad, slope, rtol=1e-3, atol=1e-5)


def test_the_generators_step_leaves_the_class_head_alone_and_learns_from_it():
    model, data = acgan(), batch()
    model._step_discriminator(data)
    before = [weight.grad.clone() for weight in model.discriminator.parameters()]
    terms = model.generator_terms(data)
    (slope,) = torch.autograd.grad(terms["generator_class_loss"], model.generator.network[0].weight)
    assert slope.abs().max() > 0
    model._step_generator(data)
    assert all(torch.equal(a, b.grad) for a, b in zip(before, model.discriminator.parameters(), strict=True))


def test_a_loss_that_compares_activations_has_its_term_beside_the_models_own():
    model, data = acgan(loss=FeatureMatching), batch()
    assert set(model.generator_terms(data)) == {"generator_loss", "generator_class_loss"}


@pytest.mark.slow
def test_classes_are_learnt_and_made_on_points():
    """Three classes far apart: samples of each are nearest to their own centre after a short training."""
    centres = torch.tensor([[2.0, 0.0], [-1.0, 1.7], [-1.0, -1.7]])
    model, random = acgan(width=32, latent=2), torch.Generator().manual_seed(0)
    for group in model._generator_optimizer.param_groups + model._discriminator_optimizer.param_groups:
        group["lr"] = 2e-3

    def endless():
        while True:
            labels = torch.randint(3, (64,), generator=random)
            yield Batch(centres[labels] + 0.1 * torch.randn(64, 2, generator=random), labels)

    list(model.fit(itertools.islice(endless(), 500)))
    asked = torch.arange(3).repeat(50)
    samples = model.sample(150, torch.Generator().manual_seed(0), asked)
    assert (torch.cdist(samples, centres).argmin(dim=1) == asked).float().mean() > 0.9


def test_acgan_is_refused_without_classes_and_with_a_penalty_on_batch_norm():
    with pytest.raises(UnfitError, match="acgan needs data with classes"):
        ACGAN(Task((2,), 0, "cpu", 100, 0, loss=NonSaturating()))
    with pytest.raises(UnfitError, match="use a model without it, such as one with norm=layer"):
        acgan((1, 8, 8), WassersteinGP)
    assert acgan((1, 8, 8), WassersteinGP, norm="layer").apart


def test_terms_of_a_model_whose_discriminator_shows_nothing_are_a_mistake_of_its_author():
    class Blind(AdversarialModel, AuxiliaryTerms):
        def auxiliary_terms(self, inputs):
            return {}

    with pytest.raises(TypeError, match="has a discriminator that shows its hidden activations"):
        Blind(Task((2,), 0, "cpu", 100, 0, loss=NonSaturating()), nn.Linear(2, 2), nn.Linear(2, 1), latent=2)

"""Training as it is run beside the loop of every tutorial: the same losses from the same start."""

import copy
import itertools

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from ganbench.contracts.models import Task
from ganbench.schema.choice import Choice
from ganbench.seeds import stream
from ganbench_losses.non_saturating import NonSaturating
from ganbench_losses.wasserstein_gp import WassersteinGP
from ganbench_models.dcgan import DCGAN
from ganbench_models.vanilla import Vanilla
from ganbench_models.wgan_gp import WGANGP

UPDATES, BATCH = 50, 16


def judged(logits, real):
    return binary_cross_entropy_with_logits(logits.flatten(), torch.full((len(logits),), float(real)))


def penalty(critic, real, fake, generator):
    share = torch.rand(len(real), *[1] * (real.ndim - 1), generator=generator)
    mixed = (share * real + (1 - share) * fake).requires_grad_()
    (slopes,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
    return ((slopes.flatten(1).norm(dim=1)) - 1).square().mean()


def plain_losses(model, batches, recipe, wasserstein):
    """Yield both losses of each update of a loop that judges each side apart and steps with plain Adam."""
    generator, critic = copy.deepcopy(model.generator), copy.deepcopy(model.discriminator)
    noise = torch.Generator().manual_seed(stream(0, "noise"))
    settings = {"lr": recipe.learning_rate, "betas": (recipe.beta1, recipe.beta2)}
    steps = [torch.optim.Adam(network.parameters(), **settings, foreach=False) for network in (generator, critic)]
    for number, batch in enumerate(batches, start=1):
        with torch.no_grad():
            fake = generator(torch.randn(BATCH, model.latent, generator=noise))
        real_logits, fake_logits = critic(batch.samples), critic(fake)
        if wasserstein:
            first = fake_logits.mean() - real_logits.mean()
            total = first + recipe.penalty_weight * penalty(critic, batch.samples, fake, noise)
        else:
            first = total = judged(real_logits, True) + judged(fake_logits, False)
        steps[1].zero_grad()
        total.backward()
        steps[1].step()
        if number % recipe.critic_steps:
            continue
        logits = critic(generator(torch.randn(BATCH, model.latent, generator=noise)))
        second = -logits.mean() if wasserstein else judged(logits, True)
        steps[0].zero_grad()
        second.backward()
        steps[0].step()
        yield first.item(), second.item()


CASES = {
    "vanilla on images": ("digits", lambda task: Vanilla(task, width=16), NonSaturating),
    "vanilla on points": ("ring8", lambda task: Vanilla(task, width=32), NonSaturating),
    "dcgan": ("digits", lambda task: DCGAN(task, latent=16, width=8), NonSaturating),
    "dcgan, layer norm": ("digits", lambda task: DCGAN(task, latent=16, width=8, norm="layer"), NonSaturating),
    "wgan-gp": ("digits", lambda task: WGANGP(task, latent=16, width=8), WassersteinGP),
}


@pytest.mark.parametrize("case", CASES)
def test_fifty_updates_have_the_losses_of_the_plain_loop(case, factory):
    name, make, loss = CASES[case]
    data = factory.dataset(Choice(name))
    torch.manual_seed(0)
    objective = loss(loss.recipe.but({"batch": BATCH}))
    task = Task(tuple(data.shape), data.classes, "cpu", examples=1_000, seed=0, loss=objective)
    model = make(task)
    expected = plain_losses(model, data.batches("train", BATCH, 0), objective.recipe, loss is WassersteinGP)
    expected = list(itertools.islice(expected, UPDATES))
    updates = itertools.islice(model.fit(data.batches("train", BATCH, 0)), UPDATES)
    found = [(float(terms["discriminator_loss"]), float(terms["generator_loss"])) for terms in updates]
    torch.testing.assert_close(torch.tensor(found), torch.tensor(expected), rtol=1e-4, atol=1e-5)

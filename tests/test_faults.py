"""Faults that well-known implementations ship, each looked for here; the others are tested with their parts.

With the losses: a gradient norm over the whole batch, one share for all pairs, the recipe of clipped WGANs.
With the loop: clipping before the step, noise used twice, penalty and loss in two steps, counts of updates.
With the mixture: a prior added where its logarithm belongs. With PacGAN and the scores: what is judged.
"""

import itertools

import pytest
import torch
from conftest import OWN
from torch import nn

from ganbench.contracts.capabilities import profile_of
from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.errors import UnfitError
from ganbench.evaluation.checkpoints import Evaluation
from ganbench.registry.catalog import discover
from ganbench.schema.recipe import Recipe
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.resident import Resident
from ganbench_losses.non_saturating import NonSaturating
from ganbench_losses.wasserstein_gp import WassersteinGP
from ganbench_metrics.frechet import frechet_distance
from ganbench_models.sngan import SNGAN
from ganbench_models.wgan_gp import WGANGP

CATALOG = discover(OWN)
ADVERSARIAL = [card for card, _ in CATALOG.cards("models") if card.loss and card.name != "text-gan"]
WITHOUT_BATCH_NORM = {"r3gan", "mlp-gan", "stylegan"}


def task(shape, loss):
    return Task(shape, 0, "cpu", examples=64, seed=0, loss=loss)


def wasserstein_gp(**changes):
    return WassersteinGP(WassersteinGP.recipe.but(changes))


@pytest.mark.parametrize("card", ADVERSARIAL, ids=lambda card: card.name)
def test_batch_norm_has_its_usual_constants(card, factory, make_spec):
    # a positional 0.8 meant for the momentum lands in epsilon
    model = factory.model(make_spec(model=f"{card.name}:width=16"))
    norms = [layer for network in (model.generator, model.discriminator) for layer in network.modules()]
    norms = [layer for layer in norms if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)]
    assert bool(norms) is (card.name not in WITHOUT_BATCH_NORM)
    assert {(layer.eps, layer.momentum) for layer in norms} <= {(1e-5, 0.1)}


def test_a_new_pass_over_the_data_does_not_move_the_generator_early():
    data = (torch.randn(24, 2), torch.zeros(24, dtype=torch.int64))  # three batches a pass, five critic steps
    resident = Resident({"train": data, "test": data}, classes=0)
    model = WGANGP(task((2,), wasserstein_gp(batch=8)), width=4)
    moved, before = [], _weights(model.generator)
    steps = model._step_discriminator

    def counted(batch):
        moved.append(not torch.equal(before, _weights(model.generator)))
        return steps(batch)

    model._step_discriminator = counted
    assert len(list(model.fit(itertools.islice(resident.batches("train", 8, 0), 10)))) == 2
    assert moved == [False] * 5 + [True] * 5


def test_one_critic_step_is_one_step_of_its_optimizer():
    model = WGANGP(task((2,), wasserstein_gp(batch=8)), width=4)
    optimizer, taken = model._discriminator_optimizer, []
    optimizer.register_step_post_hook(lambda *_: taken.append(1))
    list(model.fit(itertools.repeat(Batch(torch.randn(8, 2), torch.zeros(8, dtype=torch.int64)), 10)))
    assert len(taken) == 10


def test_the_conditional_gan_has_the_objective_of_its_paper():
    assert CATALOG.get("models", "cgan").loss == "non-saturating"


@pytest.mark.parametrize("name", CATALOG.names("losses"))
def test_a_sigmoid_in_front_of_a_loss_is_a_reason_to_skip(name):
    loss = CATALOG.get("losses", name).load()()
    critic = nn.Sequential(nn.Linear(2, 1), nn.Sequential(nn.Identity(), nn.Sigmoid()))
    with pytest.raises(UnfitError, match="ends in a sigmoid, and .* takes logits"):
        AdversarialModel(task((2,), loss), nn.Linear(3, 2), critic, latent=3)


def test_batch_norm_under_a_penalty_without_weight_is_no_reason_to_skip():
    critic = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    unweighted = task((2,), wasserstein_gp(penalty_weight=0.0, critic_steps=1))
    model = AdversarialModel(unweighted, nn.Linear(3, 2), critic, latent=3)
    (terms,) = model.fit(iter([Batch(torch.randn(8, 2), torch.zeros(8, dtype=torch.int64))]))
    assert "gradient_penalty" not in terms
    with pytest.raises(UnfitError, match="batch norm in this discriminator mixes samples"):
        AdversarialModel(task((2,), WassersteinGP()), nn.Linear(3, 2), critic, latent=3)


def test_a_pair_that_does_not_fit_is_a_skipped_row_with_its_reason(run, make_spec):
    record = run(make_spec(model="dcgan:width=4", loss="wasserstein-gp"))
    assert record.status == "skipped"
    assert "WassersteinGP penalises each sample's gradient" in record.reason
    assert "norm=layer" in record.reason


def test_spectral_norm_holds_every_layer_near_a_slope_of_one():
    model = SNGAN(task((1, 8, 8), NonSaturating(Recipe(batch=8))), width=8)
    list(model.fit(itertools.repeat(Batch(torch.rand(8, 1, 8, 8), torch.zeros(8, dtype=torch.int64)), 30)))
    model.discriminator.eval()
    layers = [layer for layer in model.discriminator.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    assert len(layers) >= 4
    for layer in layers:
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1.0, abs=0.25)


class Faint:
    """A model whose images use a part of their range, so that stretching them would show."""

    def __init__(self, task):
        self.shape = task.shape

    def fit(self, batches):
        for _ in batches:
            yield {}

    def sample(self, n, generator, labels=None):
        return torch.rand(n, *self.shape, generator=generator) * 0.2 - 0.3

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass


def test_samples_are_scored_as_they_are_and_against_the_held_out_ones(make_spec, factory, features):
    spec = make_spec(model="faint", loss=None, samples=300)
    faint = Faint(factory.task(spec))
    evaluation = Evaluation(features, spec, factory.dataset(spec.dataset), faint, profile_of(faint))
    (score,) = evaluation.scores(final=True)
    fake = evaluation.latest
    real = factory.dataset(spec.dataset).head("test", evaluation.count).samples
    assert fake.min() >= -0.3
    assert fake.max() <= -0.1
    by_hand = frechet_distance(*(side.flatten(1).double().numpy() for side in (real, fake)))
    assert score.value == pytest.approx(by_hand, rel=1e-9)
    assert score.value > 10


def _weights(network):
    return torch.cat([weight.detach().flatten() for weight in network.parameters()])

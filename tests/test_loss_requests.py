"""Losses that need more than logits: what they ask for, what they get, and what happens where it can't be had."""

import itertools
import math
from dataclasses import replace

import pytest
import torch
from torch import nn

import ganbench
from ganbench import UnfitError
from ganbench.contracts.datasets import Batch
from ganbench.contracts.losses import REQUESTS
from ganbench.contracts.models import Task
from ganbench.schema.choice import Choice
from ganbench.schema.recipe import Recipe
from ganbench.schema.record import Status
from ganbench.schema.spec import Budget
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench_losses.feature_matching import FeatureMatching
from ganbench_losses.instance_noise import InstanceNoise
from ganbench_losses.non_saturating import NonSaturating

SGD = Recipe(optimizer="sgd", learning_rate=0.1, beta1=0.0, batch=4)


def gan(loss, discriminator=None, **task):
    torch.manual_seed(0)
    discriminator = discriminator or nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    return AdversarialModel(Task((2,), 0, "cpu", 100, 0, loss=loss, **task), nn.Linear(3, 2), discriminator, latent=3)


def batches(count, size=4):
    generator = torch.Generator().manual_seed(1)
    for _ in range(count):
        yield Batch(torch.randn(size, 2, generator=generator) + 3, torch.zeros(size, dtype=torch.int64))


class Moved(NonSaturating, ganbench.Augmentation):
    """Shows everything one to the right."""

    def augment(self, samples, generator):
        return samples + 1


class Remembering(NonSaturating, ganbench.Resumable):
    """Weighs its loss by a moving average of real logits."""

    def __init__(self, recipe=None):
        super().__init__(recipe)
        self.mean = torch.zeros(())

    def discriminator(self, real, fake):
        self.mean = 0.9 * self.mean + 0.1 * real.detach().mean()
        return (1 + self.mean.abs()) * super().discriminator(real, fake)

    def checkpoint(self):
        return {"mean": self.mean}

    def restore(self, state):
        self.mean = state["mean"]


def test_every_sample_is_changed_before_the_discriminator_sees_it():
    shown, plain = {}, {}
    for loss, seen in ((Moved(SGD), shown), (NonSaturating(SGD), plain)):
        model = gan(loss)
        inputs = seen.setdefault("inputs", [])
        model.discriminator.register_forward_pre_hook(lambda module, given, inputs=inputs: inputs.append(given[0]))
        batch = next(batches(1))
        model._step_discriminator(batch)
        seen["real"] = batch.samples
    assert torch.equal(shown["inputs"][0], plain["inputs"][0] + 1)
    assert torch.equal(shown["inputs"][1], plain["inputs"][1] + 1)  # the generated ones


def test_the_generator_learns_through_the_augmentation():
    class Scaled(NonSaturating, ganbench.Augmentation):
        def __init__(self, recipe, factor):
            super().__init__(recipe)
            self.factor = factor

        def augment(self, samples, generator):
            return samples * self.factor

    norms = {}
    for factor in (0.0, 1.0):
        (terms,) = gan(Scaled(SGD, factor)).fit(batches(1))
        norms[factor] = terms["generator_gradient_norm"].item()
    assert norms[0.0] == 0
    assert norms[1.0] > 0


def test_instance_noise_of_nothing_is_the_objective_itself_but_for_its_draws():
    generator = torch.Generator().manual_seed(0)
    samples = torch.randn(5, 2)
    assert torch.equal(InstanceNoise(deviation=0.0).augment(samples, generator), samples)
    spread = InstanceNoise(deviation=0.5).augment(torch.zeros(20_000, 1), generator).std().item()
    assert spread == pytest.approx(0.5, rel=0.03)


@pytest.mark.parametrize(
    ("until", "progress", "share"), [(1.0, 0.0, 1.0), (1.0, 0.25, 0.75), (0.5, 0.25, 0.5), (0.5, 0.6, 0.0)]
)
def test_the_noise_falls_linearly_to_nothing(until, progress, share):
    loss = InstanceNoise(deviation=0.2, until=until)
    loss.advance(progress)
    assert loss.deviation == pytest.approx(0.2 * share)


def test_a_schedule_is_told_the_share_of_the_budget_before_each_critic_step(
    features, make_spec, tmp_path, factory_with
):
    told = []

    class Told(NonSaturating, ganbench.Scheduled):
        def advance(self, progress):
            told.append(progress)

    factory = factory_with("told", losses=[ganbench.LossCard("told", make=Told, about="Listens.")])
    spec = make_spec(dataset="ring8", model="vanilla:width=8", loss="told:batch=10", budget=Budget(updates=4))
    from ganbench.evaluation.features import FeatureStore
    from ganbench.schema.events import nobody
    from ganbench.storage.store import Store
    from ganbench.training.runner import Runner

    record = Runner(FeatureStore(factory), tmp_path).run(spec, Store(tmp_path / "a").run(spec.key), nobody)
    assert record.status == Status.DONE, record.reason
    assert told == [0.0, 0.25, 0.5, 0.75]


def test_the_generators_loss_is_the_squared_distance_of_mean_activations():
    model, batch = gan(FeatureMatching(SGD)), next(batches(1))
    noise = torch.Generator()
    noise.set_state(model._random.get_state())
    body, weights = model.discriminator[:2], [weight.clone() for weight in model.generator.parameters()]
    with torch.no_grad():
        fake = torch.randn(4, 3, generator=noise) @ weights[0].T + weights[1]
        expected = (body(batch.samples).mean(0) - body(fake).mean(0)).square().sum()
    terms = model._step_generator(batch)
    assert terms["generator_loss"].item() == pytest.approx(expected.item(), rel=1e-5)
    assert all(weight.grad is None for weight in model.discriminator.parameters())


def test_logits_by_way_of_the_activations_are_those_of_the_discriminator():
    class Both(FeatureMatching):
        def generator(self, real, fake):
            self.logits = fake.detach()
            return super().generator(real, fake)

    loss = Both(SGD, adversarial_weight=1.0)
    model, plain, batch = gan(loss), gan(NonSaturating(SGD)), next(batches(1))
    terms, alone = model._step_generator(batch), plain._step_generator(batch)
    matching = terms["generator_loss"] - nn.functional.softplus(-loss.logits).mean()
    assert matching > 0
    assert torch.equal(nn.functional.softplus(-loss.logits).mean(), alone["generator_loss"])


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(
    "loss", ["feature-matching", "instance-noise:objective=hinge", "consistency:shift=1", "lecam", "diffaugment"]
)
@pytest.mark.parametrize("model", ["dcgan:width=4", "cgan:width=4", "sngan:width=4", "pacgan:width=4,base=vanilla"])
def test_each_of_ours_trains_with_networks_of_many_kinds(factory, make_spec, model, loss, precision):
    trained = factory.model(make_spec(model=Choice.parse(model), loss=Choice.parse(loss), precision=precision))
    data = factory.dataset(Choice("digits")).batches("train", 8, 0)
    for terms in itertools.islice(trained.fit(data), 2):
        assert all(math.isfinite(value) for value in terms.values())


def test_a_discriminator_that_shows_no_activations_is_skipped_with_a_reason():
    class Opaque(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(2, 1)

        def forward(self, samples):
            return self.linear(samples)

    with pytest.raises(UnfitError, match="FeatureMatching compares the discriminator's hidden activations, and"):
        gan(FeatureMatching(SGD), Opaque())
    assert gan(InstanceNoise(SGD), Opaque())


class Own:
    """A model with a training of its own, which knows nothing of requests."""

    def __init__(self, task):
        self.task = task

    def fit(self, batches):
        yield from ()

    def sample(self, n, generator, condition=None):
        return torch.zeros(n, *self.task.shape)

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass


@pytest.mark.parametrize("loss", ["feature-matching", "instance-noise", "consistency", "lecam", "diffaugment"])
def test_a_model_with_a_loop_of_its_own_is_not_given_a_loss_whose_requests_it_ignores(loss, factory_with, make_spec):
    factory = factory_with("own", models=[ganbench.ModelCard("own", make=Own, about="Own loop.", loss="hinge")])
    assert factory.model(make_spec(model="own", loss="hinge"))
    with pytest.raises(UnfitError, match="and this model does not allow that; use another loss"):
        factory.model(make_spec(model="own", loss=loss))


def test_a_loss_of_images_is_skipped_on_points_before_anything_is_built(factory, make_spec):
    for loss, what in (("consistency", "shifts and mirrors"), ("diffaugment", "changes")):
        with pytest.raises(UnfitError, match=rf"{loss} {what} images; this data has shape \(2,\)"):
            factory.model(make_spec(dataset="ring8", model="vanilla", loss=loss))


def test_a_loss_with_a_state_goes_on_to_the_bit():
    straight, first, second = (gan(Remembering(replace(SGD, average=0.9))) for _ in range(3))
    data = list(batches(8))
    list(straight.fit(iter(data)))
    list(first.fit(iter(data[:3])))
    second.restore({name: tensor.clone() for name, tensor in first.checkpoint().items()})
    list(second.fit(iter(data[3:])))
    assert straight.checkpoint()["loss.mean"] != 0
    for name, tensor in straight.checkpoint().items():
        assert torch.equal(tensor, second.checkpoint()[name]), name


def test_what_may_be_asked_for_is_what_an_adversarial_model_gives():
    assert set(gan(NonSaturating(SGD)).gives()) == set(REQUESTS)

"""Adversarial training: who moves when, on what, and what each step is made of."""

import itertools

import pytest
import torch
from torch import nn

from ganbench.contracts.datasets import Batch
from ganbench.contracts.losses import AdversarialLoss
from ganbench.contracts.models import Task
from ganbench.errors import BadOptionError, UnfitError
from ganbench.schema.recipe import Recipe
from ganbench.torchkit.adversarial import AdversarialModel


class Linear(AdversarialLoss):
    """The simplest critic objective, with everything switchable."""

    log_odds = False

    def __init__(self, penalise=False, paired=False, **recipe):
        super().__init__(Recipe(optimizer="sgd", learning_rate=0.1, beta1=0.0, batch=4).but(recipe))
        self.penalise, self.paired, self.seen_real = penalise, paired, None

    def generator(self, real, fake):
        self.seen_real = real
        return -fake.mean()

    def discriminator(self, real, fake):
        return fake.mean() - real.mean()

    def penalty(self, critic, real, fake, generator):
        if not self.penalise:
            return None
        share = torch.rand(len(real), 1, generator=generator, device=real.device)
        mixed = (share * real + (1 - share) * fake).requires_grad_()
        (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
        return (slope.norm(dim=1) - 1).square().mean()

    def constrain(self, critic):
        if self.recipe.clip is not None:
            with torch.no_grad():
                for weight in critic.parameters():
                    weight.clamp_(-self.recipe.clip, self.recipe.clip)


class Pair(nn.Module):
    """A conditional network: samples or noise, and a label as one more number."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs + 1, outputs)

    def forward(self, values, labels):
        return self.linear(torch.cat([values, labels[:, None].float()], dim=1))


def model(loss, conditional=False, seed=0, **task):
    torch.manual_seed(seed)
    make = Pair if conditional else nn.Linear
    task = Task(**{"shape": (2,), "classes": 3, "examples": 100, "seed": seed, "device": "cpu", "loss": loss} | task)
    return AdversarialModel(task, make(3, 2), make(2, 1), latent=3, conditional=conditional)


def batches(count, size=4):
    generator = torch.Generator().manual_seed(1)
    for _ in range(count):
        yield Batch(torch.randn(size, 2, generator=generator) + 3, torch.randint(3, (size,), generator=generator))


@pytest.mark.parametrize(("steps", "given", "rounds"), [(1, 7, 7), (5, 10, 2), (5, 14, 2), (3, 2, 0)])
def test_the_generator_moves_only_after_all_critic_steps(steps, given, rounds):
    gan = model(Linear(critic_steps=steps))
    assert len(list(gan.fit(batches(given)))) == rounds
    assert gan.steps_by_player() == {"generator": rounds, "discriminator": given}


def test_data_that_end_within_a_round_leave_the_generator_where_it_was():
    gan = model(Linear(critic_steps=5))
    before = gan.generator.weight.clone()
    list(gan.fit(batches(4)))
    assert torch.equal(gan.generator.weight, before)
    list(gan.fit(batches(5)))
    assert not torch.equal(gan.generator.weight, before)


def test_every_step_draws_fresh_noise():
    gan, seen = model(Linear()), []
    gan.generator.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0].clone()))
    list(gan.fit(batches(3)))
    assert len(seen) == 6
    assert all(not torch.equal(a, b) for a, b in itertools.combinations(seen, 2))


def test_the_critic_steps_on_generated_samples_without_gradient():
    gan, grads = model(Linear()), []
    gan.discriminator.register_forward_pre_hook(lambda module, inputs: grads.append(inputs[0].requires_grad))
    list(gan.fit(batches(1)))
    assert grads == [False, False, True]


def test_the_generators_step_gathers_no_gradient_in_the_critic():
    gan, batch = model(Linear()), next(batches(1))
    gan._step_discriminator(batch)
    before = gan.discriminator.weight.grad.clone()
    gan._step_generator(batch)
    assert torch.equal(gan.discriminator.weight.grad, before)
    assert all(weight.requires_grad for weight in gan.discriminator.parameters())


def test_one_critic_step_is_the_gradient_of_the_summed_terms():
    loss = Linear(penalise=True, penalty_weight=10.0)
    gan, batch = model(loss), next(batches(1))
    weight = gan.discriminator.weight.detach().clone()
    norm = weight.norm()
    noise = torch.Generator()
    noise.set_state(gan._random.get_state())
    fake = gan.generator(torch.randn(4, 3, generator=noise)).detach()
    (terms,) = gan.fit(iter([batch]))

    # for a linear critic both gradients are known in closed form
    slope = (fake.mean(0) - batch.samples.mean(0)) + 10.0 * 2 * (norm - 1) * weight[0] / norm
    assert torch.allclose(gan.discriminator.weight[0], weight[0] - 0.1 * slope, atol=1e-5)
    assert terms["gradient_penalty"].item() == pytest.approx((norm.item() - 1) ** 2, rel=1e-4)
    gap = ((fake - batch.samples) @ weight[0]).mean().item()
    assert terms["discriminator_loss"].item() == pytest.approx(gap, abs=1e-5)


def test_clipping_leaves_every_weight_within_its_bound_and_tells_the_share():
    gan = model(Linear(clip=0.01))
    for terms in gan.fit(batches(5)):
        sizes = torch.cat([weight.detach().flatten().abs() for weight in gan.discriminator.parameters()])
        assert sizes.max() <= 0.01
        assert terms["clipped_share"] == (sizes >= 0.01).float().mean()


def test_a_loss_that_is_not_paired_is_not_given_real_logits():
    apart, paired = Linear(paired=False), Linear(paired=True)
    list(model(apart).fit(batches(1)))
    list(model(paired).fit(batches(1)))
    assert apart.seen_real.shape == (0,)
    assert paired.seen_real.shape == (4,)
    assert not paired.seen_real.requires_grad


def test_gradient_norms_are_those_of_all_weights_together():
    gan = model(Linear())
    (terms,) = gan.fit(batches(1))
    by_hand = torch.cat([weight.grad.flatten() for weight in gan.generator.parameters()]).norm()
    assert terms["generator_gradient_norm"].item() == pytest.approx(by_hand.item())


def test_accuracy_counts_pairs_ranked_rightly_whatever_the_scale():
    gan = model(Linear())
    with torch.no_grad():
        gan.discriminator.weight.copy_(torch.tensor([[1e-6, 0.0]]))
        gan.generator.weight.zero_()
        gan.generator.bias.copy_(torch.tensor([-9.0, 0.0]))
    (terms,) = gan.fit(batches(1))
    assert terms["discriminator_accuracy"] == 1.0
    assert "discriminator_real" not in terms  # such logits are no log-odds


def test_the_moving_average_follows_the_generator():
    gan = model(Linear(average=0.15))
    path = [gan.generator.weight.detach().clone() for _ in gan.fit(batches(4))]
    expected = path[0]
    for weight, decay in zip(path[1:], (0.15, 0.15, 0.15), strict=True):
        expected = decay * expected + (1 - decay) * weight
    assert torch.allclose(gan._average.module.weight, expected)
    noise = torch.randn(5, 3, generator=torch.Generator().manual_seed(2))
    drawn = gan.sample(5, torch.Generator().manual_seed(2))
    assert torch.allclose(drawn, gan._average.module(noise))


def test_the_moving_average_forgets_its_start():
    gan = model(Linear(average=0.999))
    path = [gan.generator.weight.detach().clone() for _ in gan.fit(batches(60))]
    shares, expected = [(1 + n) / (10 + n) for n in range(1, 60)], path[0]
    for weight, decay in zip(path[1:], shares, strict=True):
        expected = decay * expected + (1 - decay) * weight
    assert torch.allclose(gan._average.module.weight, expected, atol=1e-6)


def test_a_conditional_model_samples_with_labels():
    gan = model(Linear(), conditional=True)
    list(gan.fit(batches(5)))
    labels = torch.tensor([0, 1, 2, 2])
    drawn = gan.sample(4, torch.Generator().manual_seed(0), labels)
    other = gan.sample(4, torch.Generator().manual_seed(0), labels.flip(0))
    assert drawn.shape == (4, 2)
    assert not torch.equal(drawn, other)
    assert gan.sample(6, torch.Generator().manual_seed(0)).shape == (6, 2)


def test_labels_asked_of_an_unconditional_model_are_refused():
    with pytest.raises(BadOptionError, match="takes no labels"):
        model(Linear()).sample(1, torch.Generator(), torch.zeros(1, dtype=torch.int64))


def test_a_conditional_model_needs_classes_and_an_adversarial_one_a_loss():
    with pytest.raises(UnfitError, match="classes"):
        model(Linear(), conditional=True, classes=0)
    with pytest.raises(UnfitError, match="needs a loss"):
        model(None)


def test_sampling_is_in_evaluation_mode_and_leaves_training_mode_behind():
    torch.manual_seed(0)
    task = Task((2,), 0, "cpu", 100, 0, loss=Linear())
    gan = AdversarialModel(task, nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)), nn.Linear(2, 1), latent=3)
    list(gan.fit(batches(3)))
    one_by_one = torch.cat([gan.sample(1, torch.Generator().manual_seed(5)) for _ in range(2)])
    assert torch.equal(one_by_one[0], one_by_one[1])
    assert gan.generator.training


def test_large_draws_are_the_small_ones_side_by_side():
    gan = model(Linear())
    whole = gan.sample(2_500, torch.Generator().manual_seed(3))
    noise = torch.randn(2_500, 3, generator=torch.Generator().manual_seed(3))
    assert torch.allclose(whole, gan.generator(noise), atol=1e-6)
    assert gan.sample(0, torch.Generator()).shape == (0, 2)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
@pytest.mark.parametrize("average", [0.0, 0.9])
def test_a_restored_model_trains_on_to_the_bit(optimizer, average):
    changes = {"optimizer": optimizer, "beta1": 0.5, "average": average, "critic_steps": 2}
    straight, first, second = (model(Linear(**changes), seed=seed) for seed in (0, 0, 9))
    data = list(batches(12))
    list(straight.fit(iter(data)))
    list(first.fit(iter(data[:6])))
    second.restore({name: tensor.clone() for name, tensor in first.checkpoint().items()})
    list(second.fit(iter(data[6:])))
    for name, tensor in straight.checkpoint().items():
        assert torch.equal(tensor, second.checkpoint()[name]), name

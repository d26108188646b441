"""CycleGAN and pix2pix: losses by hand, networks of the published sizes, a buffer that keeps its law."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

import ganbench
from ganbench.testing.bench import seeded
from ganbench_models import cyclegan, pix2pix
from ganbench_models.cyclegan import CycleGAN, PicturePool
from ganbench_models.identity import Identity
from ganbench_models.median_target import MedianTarget
from ganbench_models.pix2pix import Pix2Pix
from ganbench_models.translation_networks import UNet, patch_discriminator, residual_generator

SHAPE = (1, 8, 8)
TASK = ganbench.Task(SHAPE, 0, "cpu", 64, 0, condition=ganbench.Sources(SHAPE, paired=False))
SMALL = {"width": 4, "discriminator_width": 4}


def batch(size=3, seed=0):
    pictures = torch.rand(2, size, *SHAPE, generator=seeded(seed)) * 2 - 1
    return ganbench.Batch(pictures[0], pictures[1])


def logits(*values):
    return torch.tensor(values, dtype=torch.float32).view(-1, 1, 1, 1)


def test_losses_have_the_values_of_their_formulas():
    real, fake = logits(1.0, 3.0), logits(0.0, 2.0)
    assert cyclegan.discriminator_loss(real, fake) == pytest.approx((0 + 4) / 2 / 2 + (0 + 4) / 2 / 2)
    assert cyclegan.generator_loss(fake) == pytest.approx((1 + 1) / 2)
    sure = 1 / (1 + math.exp(-2.0))
    assert pix2pix.generator_loss(logits(2.0)) == pytest.approx(-math.log(sure))
    expected = (-math.log(sure) - math.log(1 - sure)) / 2
    assert pix2pix.discriminator_loss(logits(2.0), logits(2.0)) == pytest.approx(expected)


class Scale(nn.Module):
    """A picture times one number."""

    def __init__(self, factor):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, pictures):
        return self.factor * pictures


@pytest.mark.parametrize("identity", [0.5, 0.0])
def test_generators_of_cyclegan_go_down_the_sum_that_is_published(identity):
    model = CycleGAN(TASK, identity=identity, **SMALL)
    there, back = (nn.Parameter(torch.tensor(factor)) for factor in (0.5, -0.8))
    networks = model.networks["generator"]
    networks["to_samples"], networks["to_sources"] = Scale(0.5), Scale(-0.8)
    model._weights["generator"] = list(networks.parameters())
    model._optimizers["generator"] = torch.optim.SGD(model._weights["generator"], lr=0.1)
    judges = model.networks["discriminator"]
    samples, sources = batch()

    def judged(name, pictures):
        return (judges[name](pictures) - 1).square().mean()

    fooled = judged("to_samples", there * sources) + judged("to_sources", back * samples)
    cycle = (back * there * sources - sources).abs().mean() + (there * back * samples - samples).abs().mean()
    same = (there * samples - samples).abs().mean() + (back * sources - sources).abs().mean()
    total = fooled + 10 * cycle + 10 * identity * same
    gradient = torch.stack(torch.autograd.grad(total, [there, back]))
    terms = model.update(ganbench.Batch(samples, sources))
    assert terms["generator_loss"] == pytest.approx(fooled.item(), rel=1e-4)
    assert terms["cycle_loss"] == pytest.approx(cycle.item(), rel=1e-4)
    assert ("identity_loss" in terms) == bool(identity)
    assert terms["generator_gradient_norm"] == pytest.approx(gradient.norm().item(), rel=1e-3)
    moved = torch.stack([networks[name].factor.detach() for name in ("to_samples", "to_sources")])
    assert torch.allclose(moved, torch.tensor([0.5, -0.8]) - 0.1 * gradient, rtol=1e-3)


def test_the_generator_of_pix2pix_goes_down_its_loss_and_a_hundred_times_l1_and_its_judge_sees_the_source():
    model = Pix2Pix(TASK, **SMALL)
    model.unet = UNet((1, 1), (8, 8), 4)
    scale = model.networks["generator"]["to_samples"] = Scale(0.5)
    model.unet.forward = scale.forward
    model._weights["generator"] = [scale.factor]
    model._optimizers["generator"] = torch.optim.SGD([scale.factor], lr=0.0)
    model._optimizers["discriminator"] = torch.optim.SGD(model._weights["discriminator"], lr=0.0)
    samples, sources = batch()
    factor = nn.Parameter(torch.tensor(0.5))
    judge = model.networks["discriminator"]["to_samples"]
    fake = factor * sources
    fooled = -torch.sigmoid(judge(torch.cat([sources, fake], dim=1))).log().mean()
    distance = (fake - samples).abs().mean()
    (gradient,) = torch.autograd.grad(fooled + 100 * distance, [factor])
    terms = model.update(ganbench.Batch(samples, sources))
    assert terms["generator_loss"] == pytest.approx(fooled.item(), rel=1e-4)
    assert terms["l1_distance"] == pytest.approx(distance.item(), rel=1e-4)
    assert terms["generator_gradient_norm"] == pytest.approx(abs(gradient.item()), rel=1e-3)


def size_of(network):
    return sum(weight.numel() for weight in network.parameters()) / 1e6


def test_networks_have_the_published_sizes_at_256_pixels():
    """The millions of parameters that the authors' code prints; the U-Net's batch norm has others than biases."""
    whole = replace(TASK, shape=(3, 256, 256))
    with torch.device("meta"):
        assert size_of(residual_generator((3, 3), (256, 256), 64)) == pytest.approx(11.378, abs=1e-3)
        assert size_of(patch_discriminator(3, whole, 64)) == pytest.approx(2.765, abs=1e-3)
        assert size_of(UNet((3, 3), (256, 256), 64)) == pytest.approx(54.41, abs=0.01)


@pytest.mark.parametrize(("side", "patch"), [(128, 70), (64, 34), (32, 16)])
def test_a_logit_sees_a_patch_of_the_picture(side, patch):
    judge = patch_discriminator(1, replace(TASK, shape=(1, side, side)), 4)
    plain = nn.Sequential(*(layer for layer in judge if not isinstance(layer, nn.InstanceNorm2d)))
    picture = torch.rand(1, 1, side, side, generator=seeded(), requires_grad=True)
    out = plain(picture)
    out[0, 0, out.shape[2] // 2, out.shape[3] // 2].backward()
    seen = picture.grad[0, 0].abs().sum(dim=0).nonzero()
    assert int(seen.max() - seen.min()) + 1 == patch


@pytest.mark.parametrize("size", [(8, 8), (16, 16), (27, 29), (64, 32)])
def test_translations_keep_the_size(size):
    pictures = torch.zeros(2, 1, *size)
    for network in (residual_generator((1, 3), size, 4), UNet((1, 3), size, 4)):
        out = network(pictures)
        assert out.shape == (2, 3, *size)
        assert out.abs().max() <= 1


def test_the_buffer_gives_back_half_of_what_comes_and_keeps_no_more_than_it_may():
    pool = PicturePool((1,), 50, "cpu", seeded())
    first = torch.arange(50.0).view(-1, 1)
    assert torch.equal(pool.exchanged(first), first)
    later = torch.arange(50.0, 4050.0).view(-1, 1)
    shown = pool.exchanged(later)
    share = (shown == later).float().mean()
    assert share == pytest.approx(0.5, abs=0.03)
    assert len(pool.kept) == 50
    exchanged, as_they_were = shown[shown != later].tolist(), later[shown == later].tolist()
    everything = torch.cat([first, later]).flatten().tolist()
    assert sorted([*exchanged, *as_they_were, *pool.kept.flatten().tolist()]) == everything
    none = PicturePool((1,), 0, "cpu", seeded())
    assert torch.equal(none.exchanged(later), later)


def test_judges_of_cyclegan_are_shown_what_the_buffer_gives():
    first, other = (CycleGAN(TASK, buffer=buffer, **SMALL) for buffer in (2, 0))
    other.load_state_dict(first.state_dict())
    terms = [[model.update(batch(seed=seed)) for seed in range(3)] for model in (first, other)]
    assert terms[0][0]["generator_loss"] == terms[1][0]["generator_loss"]
    assert any(one["discriminator_loss"] != two["discriminator_loss"] for one, two in zip(*terms, strict=True))


@pytest.mark.parametrize(("progress", "rate"), [(0.0, 1.0), (0.5, 1.0), (0.75, 0.5), (1.0, 0.0)])
def test_the_learning_rate_goes_down_over_the_second_half_of_the_budget(progress, rate):
    model = CycleGAN(replace(TASK, progress=lambda: progress), **SMALL)
    next(model.fit(iter([batch()])))
    assert [group["lr"] for each in model._optimizers.values() for group in each.param_groups] == [rate * 2e-4] * 2


@pytest.mark.parametrize("make", [CycleGAN, Pix2Pix])
def test_a_translator_goes_on_to_the_bit_its_buffer_and_noise_too(make):
    whole, half, resumed = (make(TASK, **SMALL) for _ in range(3))
    half.load_state_dict(whole.state_dict())
    batches = [batch(12, seed) for seed in range(8)]
    list(whole.fit(iter(batches)))
    list(half.fit(iter(batches[:5])))
    resumed.restore({name: tensor.clone() for name, tensor in half.checkpoint().items()})
    list(resumed.fit(iter(batches[5:])))
    expected = whole.checkpoint()
    assert all(torch.equal(expected[name], tensor) for name, tensor in resumed.checkpoint().items())
    assert not torch.equal(resumed.checkpoint()["steps"], torch.zeros(2))


def test_pix2pix_draws_its_dropout_from_the_generator_that_it_is_given():
    model = Pix2Pix(TASK, **SMALL)
    sources = batch().condition
    first, again, other = (model.sample(3, seeded(seed), sources) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_grey_sources_of_coloured_samples_are_translated_and_identity_repeats_them():
    task = replace(TASK, shape=(3, 8, 8))
    sources = batch().condition
    assert torch.equal(Identity(task).sample(3, seeded(), sources), sources.repeat(1, 3, 1, 1))
    model = CycleGAN(task, **SMALL)
    assert "identity_loss" not in model.update(ganbench.Batch(torch.zeros(3, 3, 8, 8), sources))
    samples = model.sample(3, seeded(), sources)
    assert (samples.shape, model.translate_back(samples).shape) == ((3, 3, 8, 8), (3, 1, 8, 8))


def test_judges_of_cyclegan_go_down_the_loss_of_real_pictures_and_of_translations():
    model, given = CycleGAN(TASK, **SMALL), batch()
    generators, judges = (model.networks[player] for player in ("generator", "discriminator"))
    for weight in judges.parameters():
        nn.init.normal_(weight, std=0.3)
    with torch.no_grad():
        fake = {
            "to_samples": generators["to_samples"](given.condition),
            "to_sources": generators["to_sources"](given.samples),
        }
        real = {"to_samples": given.samples, "to_sources": given.condition}
        by_hand = sum(cyclegan.discriminator_loss(judges[name](real[name]), judges[name](fake[name])) for name in real)
    assert model.update(given)["discriminator_loss"].item() == pytest.approx(by_hand.item(), rel=1e-4)


def test_the_median_of_the_targets_is_the_same_for_every_source_and_goes_on_where_it_was():
    levels = torch.randint(256, (64, *SHAPE), generator=seeded()).to(torch.uint8)
    targets = levels.float() / 127.5 - 1
    batches = [ganbench.Batch(part, torch.zeros_like(part)) for part in torch.split(targets, 25)]
    model = MedianTarget(TASK)
    assert len(list(model.fit(iter([*batches, *batches])))) == 3  # one pass, and no more
    sources = batch().condition
    assert torch.equal(model.sample(3, seeded(), sources), targets.median(dim=0).values.expand(3, *SHAPE))
    begun, resumed = MedianTarget(TASK), MedianTarget(TASK)
    list(begun.fit(iter(batches[:1])))
    resumed.restore(begun.checkpoint())
    assert len(list(resumed.fit(iter([*batches[1:], *batches])))) == 2
    assert torch.equal(resumed.levels, model.levels)
    assert list(resumed.fit(iter(batches))) == []
    # its weights are the picture alone, and not 256 numbers a pixel
    drawing = MedianTarget(TASK)
    drawing.load_state_dict(model.state_dict())
    assert torch.equal(drawing.sample(3, seeded(), sources), model.sample(3, seeded(), sources))
    assert sum(tensor.numel() for tensor in model.state_dict().values()) == targets[0].numel()


@pytest.mark.parametrize("make", [CycleGAN, Pix2Pix, Identity, MedianTarget])
def test_what_is_no_translation_is_refused_in_one_line(make):
    name = {MedianTarget: "median-target"}.get(make, make.__name__.lower())
    with pytest.raises(ganbench.UnfitError, match=rf"{name} translates source pictures, and these data have labels"):
        make(ganbench.Task(SHAPE, 3, "cpu", 64, 0))
    with pytest.raises(ganbench.UnfitError, match=rf"{name} translates source pictures, and these data have none"):
        make(ganbench.Task(SHAPE, 0, "cpu", 64, 0))
    with pytest.raises(
        ganbench.UnfitError, match=rf"{name} keeps the size: samples are \(1, 8, 8\), and their sources"
    ):
        make(replace(TASK, condition=ganbench.Sources((1, 8, 9))))
    with pytest.raises(ganbench.BadOptionError, match="2 translations need 2 source pictures, and none came"):
        make(TASK).sample(2, seeded())

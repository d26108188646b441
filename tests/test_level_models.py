"""Models over sequences of levels: blind to what comes later, adding up to one, the same with a cache."""

import itertools
import math

import pytest
import torch

from ganbench.contracts.models import Task
from ganbench.errors import BadOptionError, UnfitError
from ganbench.registry.catalog import discover
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench_models import image_gpt, wavenet
from ganbench_models.image_gpt import ImageGPT
from ganbench_models.levels import level_widths, levels_of, samples_of
from ganbench_models.uniform import Uniform
from ganbench_models.wavenet import WaveNet

LENGTH = 12


def task(shape, classes=0):
    return Task(shape=shape, classes=classes, device="cpu", examples=64, seed=0)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def networks(length=LENGTH, levels=256, classes=0):
    """Return both networks, small, with weights large enough that every input counts."""
    torch.manual_seed(0)
    made = {
        "wavenet": wavenet.Network(6, 6, [1, 2, 4, 1, 2, 4], classes, levels),
        "image-gpt": image_gpt.Network(length, 8, 2, 2, levels),
    }
    for network in made.values():
        for weight in network.parameters():
            torch.nn.init.normal_(weight, std=0.4)
    return made


@pytest.mark.parametrize("name", ["wavenet", "image-gpt"])
def test_no_level_sees_itself_or_a_later_one(name):
    network = networks()[name]
    embedded = torch.randn(1, LENGTH, 6 if name == "wavenet" else 8, requires_grad=True)
    logits = network.logits(embedded)
    for place in (0, 5, LENGTH - 1):
        (slope,) = torch.autograd.grad(logits[0, place].sum(), embedded, retain_graph=True)
        seen = slope[0].abs().sum(1) > 0
        assert seen[: place + 1].all(), "what stands before a place, up to its own input, is all used"
        assert slope[0, place + 1 :].abs().max().item() == 0 if place < LENGTH - 1 else True


@pytest.mark.parametrize("name", ["wavenet", "image-gpt"])
def test_changing_a_level_changes_no_logits_up_to_its_own(name):
    network, levels = networks()[name], torch.randint(256, (2, LENGTH), generator=seeded())
    with torch.no_grad():
        before = network(levels)
        for place in (0, 4, LENGTH - 2):
            changed = levels.clone()
            changed[:, place] = (changed[:, place] + 100) % 256
            after = network(changed)
            assert torch.equal(before[:, : place + 1], after[:, : place + 1])
            assert not torch.allclose(before[:, place + 1], after[:, place + 1])


@pytest.mark.parametrize("name", ["wavenet", "image-gpt"])
def test_the_probabilities_of_all_sequences_of_a_tiny_alphabet_add_up_to_one(name):
    network = networks(length=4, levels=3)[name]
    every = torch.cartesian_prod(*[torch.arange(3)] * 4)
    with torch.no_grad():
        chosen = network(every).log_softmax(-1).gather(2, every[:, :, None])[:, :, 0].sum(1)
    assert chosen.double().exp().sum().item() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("name", ["wavenet", "image-gpt"])
def test_the_cache_gives_what_the_whole_sequence_gives(name):
    network, levels = networks()[name], torch.randint(256, (3, LENGTH), generator=seeded())
    with torch.no_grad():
        whole, cache = network(levels), network.start(3)
        for place in range(LENGTH):
            step = network.step(cache, levels[:, place - 1] if place else None, place)
            assert torch.allclose(step, whole[:, place], atol=1e-4), place


def test_the_cache_of_a_conditional_wavenet_keeps_its_labels():
    network, levels, labels = networks(classes=3)["wavenet"], torch.randint(256, (3, LENGTH)), torch.arange(3)
    with torch.no_grad():
        whole, cache = network(levels, labels), network.start(3, labels)
        for place in range(LENGTH):
            step = network.step(cache, levels[:, place - 1] if place else None, place)
            assert torch.allclose(step, whole[:, place], atol=1e-4), place
        assert not torch.allclose(whole, network(levels, labels.flip(0)))


def test_a_conditional_likelihood_is_that_of_the_mixture_of_classes():
    torch.manual_seed(0)
    model = WaveNet(task((1, 2, 2), classes=3), width=4, skip=4, dilations=2, stacks=1, conditional=True)
    images = samples_of(torch.randint(256, (5, 4), generator=seeded()), model.task)
    with torch.no_grad():
        each = torch.stack([model._level_log_prob(levels_of(images), torch.full((5,), k)) for k in range(3)])
    assert torch.allclose(model.log_prob(images), each.exp().mean(0).log(), atol=1e-4)
    assert model.profile().conditional


@pytest.mark.parametrize("make", [WaveNet, ImageGPT])
def test_colours_are_read_and_drawn_in_one_order(make):
    levels = torch.arange(2 * 3 * 4).reshape(1, 24) * 10
    images = samples_of(levels, task((3, 2, 4)))
    assert images.shape == (1, 3, 2, 4)
    assert torch.equal(levels_of(images), levels)
    # the first three levels are the channels of the first pixel
    assert (images[0, :, 0, 0] * 127.5 + 127.5).round().tolist() == [0, 10, 20]


def test_mu_law_is_undone_to_within_its_levels_and_their_widths_fill_the_range():
    waves = torch.linspace(-1, 1, 2_001).reshape(1, 1, -1)
    again = samples_of(levels_of(waves), task((1, 2_001)))
    widths = level_widths(waves)
    assert (again.flatten(1) - waves.flatten(1)).abs().le(widths).all()
    middles = samples_of(torch.arange(256)[None], task((1, 256)))
    assert level_widths(middles).sum().item() == pytest.approx(2.0, abs=1e-5)
    assert level_widths(middles).min() < 0.001


def test_the_density_of_waveforms_integrates_to_one():
    torch.manual_seed(0)
    model = WaveNet(task((1, 1)), width=4, skip=4, dilations=1, stacks=1)
    middles = samples_of(torch.arange(256)[:, None], model.task)
    density = model.log_prob(middles).exp() * level_widths(middles)[:, 0]
    assert density.sum().item() == pytest.approx(1.0, abs=1e-4)
    assert model.profile().levels is None


@pytest.mark.slow
@pytest.mark.parametrize("make", [WaveNet, ImageGPT])
def test_a_fresh_model_costs_about_eight_bits_and_a_trained_one_less(make, factory):
    torch.manual_seed(0)
    digits = factory.dataset(Choice("digits"))
    small = {"width": 16, "skip": 16, "dilations": 5} if make is WaveNet else {"width": 16, "depth": 2, "heads": 2}
    model = make(task((1, 8, 8)), batch=32, learning_rate=5e-3, **small)
    rows = list(model.fit(itertools.islice(digits.batches("train", 32, 0), 80)))
    assert rows[0]["bits_per_dimension"].item() == pytest.approx(8.0, abs=0.5)
    held_out = digits.head("test", 100).samples
    assert -model.log_prob(held_out).mean().item() / (64 * math.log(2)) < 4.5
    drawn = model.sample(20, seeded())
    assert torch.equal(drawn, drawn.add(1).mul(127.5).round() / 127.5 - 1)


def test_a_uniform_code_costs_eight_bits_a_number():
    images = Uniform(task((1, 8, 8))).sample(10, seeded())
    assert images.abs().max() <= 1
    nats = Uniform(task((1, 8, 8))).log_prob(images)
    assert (-nats / (64 * math.log(2))).tolist() == pytest.approx([8.0] * 10)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: WaveNet(task((2,))), "wavenet makes waveforms and images; this data has shape"),
        (lambda: WaveNet(task((1, 8)), dilations=9), "beyond samples of 8 numbers; take dilations of 3 or fewer"),
        (lambda: WaveNet(task((1, 1024)), conditional=True), "a conditional model needs data with classes"),
        (lambda: ImageGPT(task((1, 1024))), "image-gpt makes images; this data has shape"),
        (lambda: ImageGPT(task((3, 64, 64))), "image-gpt makes images of 4,096 numbers or fewer, not 12,288"),
        (lambda: WaveNet(task((3, 96, 96))), "wavenet makes samples of 16,384 numbers or fewer, not 27,648"),
        (lambda: ImageGPT(task((1, 8, 8)), width=10), "a width that is a multiple of its 4 heads, not 10"),
        (lambda: Uniform(task((2,))), "uniform makes images of 256 levels"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(make, message):
    with pytest.raises((UnfitError, BadOptionError)) as caught:
        make()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wavenet:dilations=0", "a whole number of 1 or more for dilations, not 0"),
        ("wavenet:stacks=0", "a whole number of 1 or more for stacks, not 0"),
        ("image-gpt:depth=0", "a whole number of 1 or more for depth, not 0"),
        ("image-gpt:heads=0", "a whole number of 1 or more for heads, not 0"),
        ("ddpm:steps=0", "a whole number of 1 or more for steps, not 0"),
        ("ddpm:schedule=square", "linear or cosine for schedule, not 'square'"),
        ("flow-matching:steps=0", "a whole number of 1 or more for steps, not 0"),
        ("flow-matching:solver=dopri5", "euler or midpoint for solver, not 'dopri5'"),
        ("realnvp:scales=0", "a whole number of 1 or more for scales, not 0"),
    ],
)
def test_settings_below_their_bounds_are_refused(text, message, factory: Factory):
    with pytest.raises(BadOptionError, match=message):
        factory.make("models", Choice.parse(text), task((1, 8, 8)))


def test_evaluations_are_those_that_drawing_takes():
    """A hook counts how often the network, or a step of it, is called for one sample."""
    from ganbench_models.ddpm import DDPM
    from ganbench_models.flow_matching import FlowMatching
    from ganbench_models.realnvp import RealNVP

    models = [
        DDPM(task((2,)), width=4, steps=12),
        DDPM(task((2,)), width=4, steps=12, sampling_steps=5),
        FlowMatching(task((2,)), width=4, steps=3),
        FlowMatching(task((2,)), width=4, steps=3, solver="euler"),
    ]
    for model in models:
        calls = []
        model.sampled.register_forward_hook(lambda *_, calls=calls: calls.append(1))
        model.sample(2, seeded())
        assert len(calls) == model.profile().evaluations
    assert [model.profile().evaluations for model in models] == [12, 5, 6, 3]
    assert RealNVP(task((2,)), width=4).profile().evaluations == 1
    assert ImageGPT(task((1, 8, 8)), width=4).profile().evaluations == 64


def test_the_offered_models_are_of_their_families():
    cards = {card.name: card.family for card, _ in discover().cards("models")}
    known = {name: cards[name] for name in ("wavenet", "image-gpt", "realnvp", "ddpm", "flow-matching", "uniform")}
    assert known == {
        "wavenet": "autoregressive", "image-gpt": "autoregressive", "realnvp": "flow", "ddpm": "diffusion",
        "flow-matching": "diffusion", "uniform": "reference",
    }  # fmt: skip


@pytest.mark.parametrize(("shape", "batch"), [((1, 28, 28), 64), ((3, 32, 32), 32)])
def test_image_gpt_takes_the_batch_that_trains_within_four_gibibytes(shape, batch):
    assert ImageGPT(task(shape), width=4, depth=1).profile().batch == batch
    assert ImageGPT(task(shape), width=4, depth=1, batch=7).profile().batch == 7

"""Models that take captions: what the discriminator is shown, how captions are read, and that they steer."""

import itertools

import pytest
import torch
from torch.nn.functional import softplus
from torch.utils.flop_counter import FlopCounterMode

import ganbench
from ganbench.contracts.models import Task
from ganbench.evaluation.features import FeatureStore
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.schema.spec import Budget
from ganbench.testing import check_model
from ganbench.testing.toys import CAPTIONED, WORDS, with_toys
from ganbench_losses.non_saturating import NonSaturating
from ganbench_metrics.condition_variety import share_within
from ganbench_models.cgan import CGAN
from ganbench_models.convolutions import generator
from ganbench_models.text_encoder import TextEncoder
from ganbench_models.text_gan import TextGAN

LEFT, RIGHT = (torch.tensor(WORDS.tokens(f"bright on the {side}")) for side in ("left", "right"))


def text_gan(norm="none", shape=(1, 8, 8), **settings):
    torch.manual_seed(0)
    loss = NonSaturating(NonSaturating.recipe.but({"batch": 6}))
    return TextGAN(Task(shape, 0, "cpu", 64, 0, loss=loss, condition=WORDS), width=4, norm=norm, **settings)


def batch(n=6, shape=(1, 8, 8)):
    generator = torch.Generator().manual_seed(0)
    samples = torch.rand(n, *shape, generator=generator) * 2 - 1
    captions = torch.stack([LEFT, RIGHT])[torch.arange(n) % 2]
    return ganbench.Batch(samples, captions)


def test_wrong_captions_and_generated_pictures_are_each_half_of_what_is_false():
    model, (samples, captions) = text_gan(), batch()
    fake = torch.tanh(torch.randn(samples.shape, generator=torch.Generator().manual_seed(1)))
    for weight in model.discriminator.parameters():  # far enough from nothing for captions to count
        torch.nn.init.normal_(weight, std=0.5)
    judged = [each.logits for each in model._look_at_both(samples, fake, captions)]
    assert [len(each) for each in judged] == [12, 12]
    loss = model.loss.discriminator(*judged)
    judge = model.discriminator
    real, made = judge(samples, captions), judge(fake, captions)
    wrong = judge(samples, torch.cat([captions[-1:], captions[:-1]]))
    by_hand = softplus(-real).mean() + (softplus(made).mean() + softplus(wrong).mean()) / 2
    assert loss.item() == pytest.approx(by_hand.item(), rel=1e-5)
    assert (wrong - real).abs().min() > 1e-2


@pytest.mark.parametrize("objective", ["wasserstein-gp", "relativistic-r1r2", "lecam", "feature-matching", "hinge"])
def test_other_objectives_train_it_too(objective, factory):
    loss = factory.loss(Choice.parse(objective), {"batch": 6})
    model = TextGAN(Task((1, 8, 8), 0, "cpu", 64, 0, loss=loss, condition=WORDS), width=4, norm="none")
    terms = list(model.fit(itertools.repeat(batch(), 12)))
    assert terms
    assert all(value.isfinite() for each in terms for value in each.values())


@pytest.mark.parametrize("norm", ["batch", "layer", "none"])
@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 32, 32)])
@pytest.mark.parametrize("upsampling", ["transposed", "nearest"])
def test_it_draws_what_captions_say_at_every_size(norm, shape, upsampling):
    model = text_gan(norm, shape, upsampling=upsampling)
    assert list(model.fit(itertools.repeat(batch(shape=shape), 2)))
    generator = torch.Generator().manual_seed(0)
    samples = model.sample(5, generator, LEFT.expand(5, -1))
    assert samples.shape == (5, *shape)
    assert samples.abs().max() <= 1
    with pytest.raises(ganbench.BadOptionError, match="draws what captions say"):
        model.sample(5, generator)


def test_the_louder_the_noise_the_more_pictures_of_one_caption_differ():
    captions, generator = torch.stack([LEFT, RIGHT]).repeat(100, 1), torch.Generator()
    shares = []
    for noise in (0.1, 1.0, 10.0):
        pictures = text_gan(noise=noise).sample(200, generator.manual_seed(0), captions)
        shares.append(share_within(pictures.flatten(1), captions))
    assert shares == sorted(shares)
    assert shares[0] < 0.2
    assert shares[2] > 0.9


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 28, 28), (1, 15, 9)])
def test_nearest_neighbours_are_doubled_and_then_looked_at_once_more(shape):
    network = generator(Task(shape, 0, "cpu", 64, 0), 6, 4, "nearest")
    sizes = []
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(lambda _layer, _given, made: sizes.append(tuple(made.shape[1:])))
    pictures = network(torch.randn(2, 6))
    assert pictures.shape == (2, *shape)
    assert sizes[-2:] == [
        (4, *(-(-side // 2) * 2 for side in shape[1:])),
        shape,
    ]  # as wide as is said, next to the image
    assert not [layer for layer in network.modules() if isinstance(layer, torch.nn.ConvTranspose2d)]


def test_nearest_neighbours_take_twelve_times_the_operations():
    made = []
    for upsampling in ("transposed", "nearest"):
        network, noise = generator(Task((3, 32, 32), 0, "cpu", 64, 0), 8, 32, upsampling), torch.randn(2, 8)
        with FlopCounterMode(display=False) as counted:
            network(noise)
        made.append(counted.get_total_flops())
    assert made[1] / made[0] == pytest.approx(12, rel=0.1)


def test_words_and_their_order_are_read_and_padding_is_not():
    torch.manual_seed(0)
    encoder = TextEncoder(ganbench.Captions(("red", "blue", "circle"), 4), 16).eval()
    short = torch.tensor([[1, 3], [2, 3], [3, 1]])
    padded = torch.cat([short, torch.zeros(3, 2, dtype=torch.int64)], dim=1)
    vectors = encoder(padded)
    assert torch.allclose(vectors, encoder(short), atol=1e-6)
    assert torch.allclose(vectors[1:2], encoder(padded[1:2]), atol=1e-6)
    assert ((vectors[0] - vectors[1:]).abs().amax(dim=1) > 0.1).all()


@pytest.mark.parametrize("condition", [ganbench.Labels(3), ganbench.Sources((1, 8, 8)), None])
def test_it_is_for_captions(condition):
    loss = NonSaturating(NonSaturating.recipe)
    with pytest.raises(ganbench.UnfitError, match="text-gan needs data with captions, such as shapes"):
        TextGAN(Task((1, 8, 8), 0, "cpu", 64, 0, loss=loss, condition=condition), width=4)


@pytest.fixture
def toys(catalog, factory):
    return Factory(with_toys(catalog), "cpu", factory.source)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "loss", "updates"),
    [("text-gan:width=8", "non-saturating:batch=16,learning_rate=2e-3", 100),
     ("cgan:width=8", "non-saturating:batch=16,learning_rate=2e-3", 150), ("vae:conditional=true,width=64", None, 60)],
)  # fmt: skip
def test_captions_steer_where_it_is_bright(name, loss, updates, toys, make_spec):
    spec = make_spec(dataset=CAPTIONED, model=name, loss=loss, budget=Budget(updates=updates))
    torch.manual_seed(0)
    model = toys.model(spec)
    data = toys.dataset(Choice(CAPTIONED))
    list(model.fit(itertools.islice(data.batches("train", model.profile().batch, 0), updates)))
    for caption, side in ((LEFT, 1), (RIGHT, -1)):
        samples = model.sample(50, torch.Generator().manual_seed(0), caption.expand(50, -1))
        lean = samples[..., :4].mean(dim=(1, 2, 3)) - samples[..., 4:].mean(dim=(1, 2, 3))
        assert (side * lean > 0).double().mean() > 0.9


@pytest.mark.slow
def test_it_keeps_the_contract_of_models(factory):
    check_model("text-gan:width=16", None, "non-saturating:batch=16", factory)


@pytest.mark.slow
def test_a_run_is_scored_by_its_captions_and_shown_below_them(toys, make_spec, run, tmp_path):
    metrics = tuple(Choice(name) for name in ("alignment", "composition", "scene-modes"))
    spec = make_spec(
        dataset="shapes:examples=400,objects=2", model="text-gan:width=4", budget=Budget(updates=4), samples=60,
        metrics=metrics,
    )  # fmt: skip
    record = run(spec, "results", features=FeatureStore(toys))
    assert record.status == "done", record.reason
    scores = {score.name: score for score in record.checkpoints[-1].scores}
    assert scores["alignment_ceiling"].value > 0.98
    assert 0 <= scores["alignment"].value <= 1
    assert scores["alignment"].protocol["captions"] == "held-out"
    assert scores["composition_ceiling"].value > 0.98
    assert list((tmp_path / "results").rglob("samples.png"))


def test_the_judge_of_cgan_is_normalised_as_it_is_told(factory):
    def cgan(norm):
        loss = factory.loss(Choice.parse("wasserstein-gp"), {"batch": 6, "critic_steps": 1})
        return CGAN(Task((1, 8, 8), 0, "cpu", 64, 0, loss=loss, condition=WORDS), width=4, norm=norm)

    with pytest.raises(ganbench.UnfitError, match="batch norm"):
        cgan("batch")
    assert len(list(cgan("layer").fit(itertools.repeat(batch(), 2)))) == 2

"""Every model on offer, at every shape that makes sense, under every objective, at both precisions."""

import itertools
import math
from pathlib import Path

import pytest
import torch
from conftest import OWN

from ganbench.contracts.datasets import Batch, Source
from ganbench.contracts.models import Task
from ganbench.errors import GanbenchError, UnfitError
from ganbench.registry.catalog import discover
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.schema.condition import Sources
from ganbench.schema.spec import Budget
from ganbench.training.preflight import check

SHAPES = [(2,), (5,), (1, 8, 8), (1, 28, 28), (3, 32, 32), (1, 27, 29)]
IMAGES_ALONE = {"dcgan", "stylegan", "resnet-gan", "pixelcnn", "image-gpt", "wavenet", "uniform", "cyclegan", "pix2pix"}

WITHOUT_NETWORK = {
    "gmm", "real", "memoriser", "nearest-neighbour", "unchanged", "pixel-gaussian", "uniform", "identity",
    "median-target",
}  # fmt: skip
TRANSLATORS = {"cyclegan", "pix2pix", "identity", "median-target"}  # these are given sources, pictures like the samples

# small enough for a test, built by the same code as the published sizes
SMALL = {
    "vanilla": "width=8",
    "mlp-gan": "width=8",
    "dcgan": "width=4",
    "cgan": "width=4",
    "acgan": "width=4",
    "projection-gan": "width=4",
    "wgan": "width=4",
    "wgan-gp": "width=4",
    "sngan": "width=4",
    "resnet-gan": "width=4",
    "r3gan": "width=16",
    "stylegan": "width=4,latent=8",
    "pacgan": "width=4",
    "unrolled": "width=4,unrolled=2",
    "infogan": "width=4",
    "veegan": "width=4",
    "gmm": "components=2,steps=2",
    "autoencoder": "width=16",
    "vae": "width=16",
    "pixelcnn": "width=4,layers=2",
    "wavenet": "width=4,skip=4,dilations=3,stacks=1",
    "image-gpt": "width=4,depth=1,heads=1",
    "realnvp": "width=4,blocks=1",
    "ddpm": "width=4,steps=10",
    "flow-matching": "width=4,steps=2",
    "cyclegan": "width=4,discriminator_width=4,blocks=1",
    "pix2pix": "width=4,discriminator_width=4",
    "identity": "",
    "median-target": "",
    "pixel-gaussian": "",
    "uniform": "",
    "memoriser": "",
    "nearest-neighbour": "",
    "unchanged": "",
    "real": "",
}
LARGE = {"gmm": "components=2,steps=2,covariance=diag,pca=0"}  # for data of thousands of dimensions
FACTORY = Factory(discover(OWN), "cpu", Source(None, Path()))
CAPTIONED = {"text-gan"}  # tried by tests of their own
CARDS = {card.name: card for card, _ in FACTORY.catalog.cards("models") if card.name not in CAPTIONED}
ADVERSARIAL = [name for name, card in CARDS.items() if card.loss]


def build(name, shape, loss=None, precision="fp32", **recipe):
    card = CARDS[name]
    objective = None
    if card.loss:
        own = card.loss.partition(":")[0] if recipe else card.loss  # what a test sets goes before what a card does
        objective = FACTORY.loss(Choice.parse(loss or own), {"batch": 8} | recipe)
    settings = LARGE.get(name, SMALL[name]) if math.prod(shape) > 1_000 else SMALL[name]
    choice = Choice.parse(f"{name}:{settings}" if settings else name)
    sources = Sources(shape) if name in TRANSLATORS else None
    unseen = lambda: torch.rand(20, *shape) * 2 - 1  # noqa: E731
    task = Task(shape, 3, "cpu", 64, 0, precision, objective, unseen, condition=sources)
    torch.manual_seed(0)
    return FACTORY.make("models", choice, task)


def batches(shape, count, size=8, name=""):
    generator = torch.Generator().manual_seed(0)
    for _ in range(count):
        samples = torch.rand(size, *shape, generator=generator) * 2 - 1
        labels = torch.randint(3, (size,), generator=generator)
        yield Batch(samples, samples.flip(-1) if name in TRANSLATORS else labels)


def trained(name, shape, count=6, **changes):
    model = build(name, shape, **changes)
    yielded = list(model.fit(batches(shape, count, name=name)))
    assert yielded
    assert all(torch.as_tensor(value).isfinite() for terms in yielded for value in terms.values())
    return model


def test_every_model_on_offer_is_tested_here():
    assert set(SMALL) == set(CARDS)


@pytest.mark.parametrize("precision", ["fp32", pytest.param("bf16", marks=pytest.mark.slow)])
@pytest.mark.parametrize(("name", "shape"), list(itertools.product(SMALL, SHAPES)))
def test_every_model_trains_and_samples_at_every_shape(name, shape, precision):
    if name in IMAGES_ALONE and len(shape) == 1:
        with pytest.raises(UnfitError, match=rf"{name} makes .*images.*; this data has shape"):
            build(name, shape)
        return
    count = 1 if name == "image-gpt" and shape == (3, 32, 32) else 3  # attention to 3,072 places takes its time
    model = trained(name, shape, count, precision=precision, critic_steps=1)
    given = (torch.zeros(3, *shape),) if name in TRANSLATORS else ()
    samples = model.sample(3, torch.Generator().manual_seed(0), *given)
    assert samples.shape == (3, *shape)
    assert samples.dtype == torch.float32
    assert samples.isfinite().all()
    assert len(shape) == 1 or samples.abs().max() <= 1


CLIPPED = {"unrolled"}  # these take no clipped weights
ASKING = {"feature-matching", "instance-noise", "consistency", "lecam", "diffaugment"}  # for more than logits
WITHOUT_REQUESTS = {"unrolled", "veegan"}  # these give logits and penalties alone
PENALISED = {"wasserstein-gp", "dragan", "r1", "relativistic-r1r2"}
WITH_BATCH_NORM = {
    "dcgan", "cgan", "acgan", "wgan", "pacgan", "unrolled", "veegan", "infogan",
}  # fmt: skip  # in the discriminator, on images


@pytest.mark.parametrize(("name", "loss"), list(itertools.product(ADVERSARIAL, FACTORY.catalog.names("losses"))))
def test_any_objective_goes_with_any_architecture_or_says_why_not(name, loss):
    if loss in PENALISED and name in WITH_BATCH_NORM:
        with pytest.raises(UnfitError, match="batch norm in this discriminator mixes samples; use a model without"):
            build(name, (1, 8, 8), loss)
        return
    if loss == "wasserstein-clip" and name in CLIPPED:
        with pytest.raises(UnfitError, match="leave clip out"):
            build(name, (1, 8, 8), loss)
        return
    if loss in ASKING and name in WITHOUT_REQUESTS:
        with pytest.raises(UnfitError, match="and this model does not allow that; use another loss"):
            build(name, (1, 8, 8), loss)
        return
    model = trained(name, (1, 8, 8), count=4, loss=loss, critic_steps=2)
    assert model.steps_by_player()["generator"] > 0
    assert model.sample(2, torch.Generator()).shape == (2, 1, 8, 8)


@pytest.mark.parametrize("norm", ["layer", "none"])
def test_dcgan_without_batch_norm_takes_a_penalty(norm):
    SMALL["dcgan"] = f"width=4,norm={norm}"
    try:
        assert trained("dcgan", (1, 8, 8), loss="wasserstein-gp", count=10).steps_by_player()["generator"] == 2
    finally:
        SMALL["dcgan"] = "width=4"


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_a_penalised_discriminator_judges_each_sample_by_itself(name):
    model = build(name, (1, 28, 28))
    if any(isinstance(layer, torch.nn.BatchNorm2d) for layer in model.discriminator.modules()):
        assert name in WITH_BATCH_NORM
        return
    samples, labels = next(batches((1, 28, 28), 1))
    shown = model.pack(samples)
    model.discriminator.eval()  # spectral norm takes a step of its power iteration in training
    with torch.no_grad():
        together = model._judge(shown, labels)
        alone = torch.cat([model._judge(shown[i : i + 1], labels[i : i + 1]) for i in range(len(shown))])
    assert torch.allclose(together, alone, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SMALL if name not in WITHOUT_NETWORK])
def test_a_restored_model_trains_on_to_the_bit(name):
    shape, data = (1, 8, 8), list(batches((1, 8, 8), 8, name=name))
    straight, first, second = (build(name, shape, critic_steps=1) for _ in range(3))
    list(straight.fit(iter(data)))
    list(first.fit(iter(data[:4])))
    second.restore({key: tensor.clone() for key, tensor in first.checkpoint().items()})
    list(second.fit(iter(data[4:])))
    for key, tensor in straight.checkpoint().items():
        assert torch.equal(tensor, second.checkpoint()[key]), key


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(SMALL) - TRANSLATORS))
def test_two_seeds_differ_and_one_seed_does_not(run, make_spec, name):
    card = CARDS[name]
    loss = Choice.parse(card.loss) if card.loss else None
    model = Choice.parse(f"{name}:{SMALL[name]}" if SMALL[name] else name)
    recipe = (("batch", 32), ("critic_steps", 1)) if loss else ()
    found = {}
    for where, seed in (("a", 0), ("b", 0), ("c", 1)):
        record = run(make_spec(model=model, loss=loss, seed=seed, budget=Budget(images=128), recipe=recipe), where)
        assert record.status == "done", record.reason
        found[where] = record.checkpoints[-1].scores[0].value
    assert found["a"] == found["b"]
    assert found["a"] != found["c"]


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("vanilla", "latent=0", "model 'vanilla' takes a whole number of 1 or more for latent, not 0"),
        ("mlp-gan", "width=0", "model 'mlp-gan' takes a whole number of 1 or more for width, not 0"),
        ("dcgan", "width=0", "model 'dcgan' takes a whole number of 1 or more for width, not 0"),
        ("dcgan", "norm=spectral", "model 'dcgan' takes batch, layer or none for norm, not 'spectral'"),
        ("cgan", "embedding=0", "model 'cgan' takes a whole number of 1 or more for embedding, not 0"),
        ("acgan", "class_weight=-1", "model 'acgan' takes a number of 0 or more for class_weight, not -1"),
        ("wgan", "width=-1", "model 'wgan' takes a whole number of 1 or more for width, not -1"),
        ("wgan-gp", "width=0", "model 'wgan-gp' takes a whole number of 1 or more for width, not 0"),
        ("sngan", "latent=1.5", "model 'sngan' takes a whole number of 1 or more for latent, not 1.5"),
        ("resnet-gan", "width=0", "model 'resnet-gan' takes a whole number of 1 or more for width, not 0"),
        ("r3gan", "blocks=0", "model 'r3gan' takes a whole number of 1 or more for blocks, not 0"),
        ("stylegan", "mapping=0", "model 'stylegan' takes a whole number of 1 or more for mapping, not 0"),
        ("pacgan", "packing=0", "model 'pacgan' takes a whole number of 1 or more for packing, not 0"),
        ("pacgan", "base=gmm", "pacgan packs plain adversarial models, such as vanilla and dcgan, not 'gmm'"),
        ("pacgan", "base=pacgan", "model 'pacgan' can't have itself for base"),
        ("pacgan", "base=cgan", "pacgan packs models without labels, not 'cgan'"),
        ("pacgan", "base=dcgna", "unknown model 'dcgna'; did you mean 'dcgan'"),
        ("unrolled", "unrolled=-1", "model 'unrolled' takes a whole number of 0 or more for unrolled, not -1"),
        ("unrolled", "base=vae", "unrolled trains networks of plain adversarial models, such as vanilla and dcgan"),
        ("infogan", "categories=1", "model 'infogan' takes a whole number of 2 or more for categories, not 1"),
        ("veegan", "reconstruction=-1", "model 'veegan' takes a number of 0 or more for reconstruction, not -1"),
        ("gmm", "covariance=round", "model 'gmm' takes full, tied, diag or spherical for covariance, not 'round'"),
        ("autoencoder", "latent=0", "model 'autoencoder' takes a whole number of 1 or more for latent, not 0"),
        ("autoencoder", "noise=-1", "model 'autoencoder' takes a number of 0 or more for noise, not -1"),
        ("autoencoder", "grey=2", "model 'autoencoder' takes a number from 0 to 1 for grey, not 2"),
        ("vae", "latent=0", "model 'vae' takes a whole number of 1 or more for latent, not 0"),
        ("vae", "likelihood=laplace", "model 'vae' takes bernoulli or gaussian for likelihood, not 'laplace'"),
        ("pixelcnn", "layers=0", "model 'pixelcnn' takes a whole number of 1 or more for layers, not 0"),
        ("dcgan", "widht=4", "model 'dcgan' takes no parameter 'widht'; did you mean 'width'?"),
    ],
)
def test_settings_of_no_sense_are_refused_in_one_line(name, settings, message, make_spec, features):
    loss = Choice.parse(CARDS[name].loss) if CARDS[name].loss else None
    spec = make_spec(model=Choice.parse(f"{name}:{settings}"), loss=loss)
    with pytest.raises(GanbenchError) as caught:
        check([spec], features)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)

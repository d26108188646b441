"""Every model learns: a short run on digits ends nearer to them than a Gaussian of their pixels is."""

import pytest

from ganbench.contracts.datasets import Source
from ganbench.evaluation.features import FeatureStore
from ganbench.registry.factory import Factory
from ganbench.schema.choice import Choice
from ganbench.schema.spec import Budget

# a few seconds each: learning rates and widths are chosen for that, not for the best score; over three seeds the
# worst of each stays a tenth or more below the floor, since another processor rounds its way to another score
SHORT = {
    "vanilla": ("", 700, {"batch": 64, "discriminator_learning_rate": 6e-4}),
    "mlp-gan": (
        "width=256",
        1_500,
        {"batch": 64, "learning_rate": 1e-3, "discriminator_learning_rate": 3e-3, "average": 0.99},
    ),
    "dcgan": ("width=16", 300, {"learning_rate": 1e-3}),
    "cgan": ("width=16", 300, {"learning_rate": 1e-3}),
    "acgan": ("width=16", 400, {"learning_rate": 2e-3, "batch": 64}),
    "projection-gan": ("width=8", 150, {"learning_rate": 2e-3, "batch": 32}),
    "wgan": ("width=16", 300, {"learning_rate": 5e-4}),
    "wgan-gp": ("width=16", 120, {"learning_rate": 1e-3}),
    "sngan": ("width=32", 660, {"learning_rate": 1e-3, "batch": 32}),
    "resnet-gan": ("width=16", 100, {"learning_rate": 1e-3}),
    "r3gan": ("width=16", 640, {"learning_rate": 2e-3, "batch": 32, "average": 0.99}),
    "stylegan": (
        "width=16,latent=16,mapping=2,path_weight=0",
        1_500,
        {"discriminator_learning_rate": 4e-3, "average": 0.98, "batch": 40},
    ),
    "pacgan": ("width=16", 600, {"learning_rate": 5e-4, "batch": 64}),
    "unrolled": ("width=16,unrolled=2", 300, {}),
    "infogan": ("width=16", 400, {"batch": 64, "average": 0.98}),
    "veegan": ("width=16,latent=16", 300, {"learning_rate": 1e-3}),
    "gmm": ("components=10", 100, {}),
    "autoencoder": ("", 200, {}),
    "vae": ("", 600, {}),
    "pixelcnn": ("", 260, {}),
    "wavenet": ("learning_rate=3e-3", 150, {}),
    "image-gpt": ("width=32,depth=2,batch=32", 250, {}),
    "realnvp": ("width=16,blocks=1", 120, {}),
    "ddpm": ("width=12,sampling_steps=20,learning_rate=2e-3,batch=64,schedule=cosine", 125, {}),
    "flow-matching": ("width=8,steps=10,learning_rate=2e-3", 100, {}),
    "memoriser": ("", 1, {}),
    "nearest-neighbour": ("", 1, {}),
    "unchanged": ("", 1, {}),
    "real": ("", 1, {}),
}


@pytest.fixture(scope="module")
def shared(catalog, tmp_path_factory):
    """The digits, what real ones look like, and room for the floor's score, once for all models."""
    return FeatureStore(Factory(catalog, "cpu", Source(None, tmp_path_factory.mktemp("cache")))), {}


@pytest.mark.slow
@pytest.mark.parametrize("name", SHORT)
def test_a_short_run_on_digits_beats_the_pixelwise_gaussian(run, make_spec, catalog, shared, name):
    settings, updates, recipe = SHORT[name]
    store, kept = shared
    card = catalog.get("models", name)
    model = Choice.parse(f"{name}:{settings}" if settings else name)
    loss = Choice.parse(card.loss) if card.loss else None
    if "floor" not in kept:
        floor = make_spec(model="pixel-gaussian", loss=None, budget=Budget(images=1_097), samples=350)
        kept["floor"] = run(floor, features=store).checkpoints[-1].scores[0].value
    spec = make_spec(
        model=model, loss=loss, budget=Budget(updates=updates), samples=350, recipe=tuple(sorted(recipe.items()))
    )
    assert run(spec, features=store).checkpoints[-1].scores[0].value < kept["floor"]


def test_every_model_but_the_floor_has_its_short_run(catalog):
    elsewhere = {"text-gan", "identity", "median-target", "cyclegan", "pix2pix"}  # which take captions or sources
    assert set(SHORT) == set(catalog.names("models")) - {"pixel-gaussian", "uniform"} - elsewhere

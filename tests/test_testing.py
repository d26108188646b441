"""Conformance: the built-ins keep their contracts, and things that don't are caught in one sentence."""

import pytest
import torch

import ganbench
from ganbench.registry.catalog import discover
from ganbench.registry.factory import Factory
from ganbench.testing import check_dataset, check_loss, check_metric, check_model

POINTS = ["ring8", "grid25"]
MODELS = [
    "mlp-gan:width=8",
    "vanilla:width=8",
    "dcgan:width=4",
    "cgan:width=4",
    "wgan:width=4",
    "wgan-gp:width=4",
    "sngan:width=4",
    "resnet-gan:width=4",
    "r3gan:width=16",
    "pacgan:width=4",
    "unrolled:width=4,unrolled=2",
    "veegan:width=4",
    "gmm:components=3,steps=3",
    "autoencoder:width=16",
    "vae:width=16",
    "vae:width=16,conditional=true",
    "pixelcnn:width=8,layers=2",
    "wavenet:width=8,skip=8,stacks=1,batch=8",
    "wavenet:width=8,skip=8,stacks=1,conditional=true,batch=8",
    "image-gpt:width=8,depth=1,heads=2,batch=4",
    "realnvp:width=4,blocks=1,batch=16",
    "ddpm:width=4,steps=10,batch=8",
    "ddpm:width=4,steps=10,sampling_steps=3,batch=8",
    "flow-matching:width=4,steps=2,batch=8",
    "pixel-gaussian",
    "uniform",
    "memoriser",
    "real",
]


@pytest.mark.parametrize("dataset", ["digits", "ring8"])
@pytest.mark.parametrize("model", MODELS)
def test_built_in_models_conform(model, dataset, factory):
    loss = factory.catalog.get("models", model.partition(":")[0]).loss
    small = f"{loss}{',' if ':' in loss else ':'}batch=16" if loss else None  # the published batches cost minutes
    if dataset == "ring8" and model.startswith(("dcgan", "resnet-gan", "pixelcnn", "wavenet", "image-gpt", "uniform")):
        with pytest.raises(ganbench.UnfitError):
            check_model(model, dataset, small, factory)
    else:
        check_model(model, dataset, small, factory)


def test_every_built_in_model_is_checked_above(catalog):
    own = {card.name for card, plugin in catalog.cards("models") if plugin.distribution == "ganbench"}
    assert own == {model.partition(":")[0] for model in MODELS}


def test_built_in_losses_conform(catalog, factory):
    for name in catalog.names("losses"):
        check_loss(name, factory)
        check_model("vanilla:width=8", "ring8", loss=name, factory=factory)


@pytest.mark.parametrize("dataset", ["digits", "tones", *POINTS])
def test_built_in_datasets_conform(dataset, factory):
    check_dataset(dataset, factory=factory)


def test_built_in_metrics_conform(factory):
    check_metric("modes", "ring8", factory)
    check_metric("spectral", "tones", factory)
    for dataset in ("digits", *POINTS):
        check_metric("frechet", dataset, factory)


class Good:
    def __init__(self, task):
        self.shape = task.shape

    def fit(self, batches):
        for batch in batches:
            yield {"a_loss": batch.samples.mean()}

    def sample(self, n, generator, labels=None):
        return torch.rand(n, *self.shape, generator=generator)

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass


class Global(Good):
    def sample(self, n, generator, labels=None):
        return torch.rand(n, *self.shape)


class Loud(Good):
    def sample(self, n, generator, labels=None):
        return 3 * torch.rand(n, *self.shape, generator=generator)


class Silent(Good):
    def fit(self, batches):
        yield from ()


class Forgetful(Good):
    def __init__(self, task):
        super().__init__(task)
        self.level = 0.0

    def fit(self, batches):
        for batch in batches:
            self.level = 0.5
            yield {"a_loss": batch.samples.mean()}

    def sample(self, n, generator, labels=None):
        return torch.rand(n, *self.shape, generator=generator) * self.level


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (Good, None),
        (Global, "reads more than its generator"),
        (Loud, r"images lie in \[-1, 1\]"),
        (Silent, "it yielded nothing"),
        (Forgetful, "a loaded state samples differently"),
    ],
)
def test_a_model_that_breaks_its_contract_is_caught(model, sentence, install, factory):
    from importlib import metadata

    @ganbench.hookimpl
    def offer_models():
        yield ganbench.ModelCard("stranger", make=model, about="A stranger.")

    entry_points = [*metadata.entry_points(group="ganbench"), install("stranger", offer_models=offer_models)]
    own = Factory(discover(entry_points), "cpu", factory.source)
    if sentence is None:
        check_model("stranger", "digits", factory=own)
    else:
        with pytest.raises(AssertionError, match=sentence):
            check_model("stranger", "digits", factory=own)

"""Conformance: the built-ins keep their contracts, and things that don't are caught in one sentence."""

import pytest
import torch

import ganbench
from ganbench.registry.catalog import discover
from ganbench.registry.factory import Factory
from ganbench.testing import Subject, Verdict, check_dataset, check_loss, check_model, run_checks

POINTS = ["ring8", "grid25"]
MODELS = [
    "mlp-gan:width=8",
    "vanilla:width=8",
    "dcgan:width=4",
    "cgan:width=4",
    "acgan:width=4",
    "projection-gan:width=4",
    "wgan:width=4",
    "wgan-gp:width=4",
    "sngan:width=4",
    "resnet-gan:width=4",
    "r3gan:width=8",
    "stylegan:width=4,latent=8",
    "pacgan:width=4",
    "unrolled:width=4,unrolled=2",
    "infogan:width=4",
    "veegan:width=4",
    "gmm:components=3,steps=3",
    "autoencoder:width=16",
    "vae:width=16",
    "vae:width=16,conditional=true",
    "pixelcnn:width=8,layers=2",
    "wavenet:width=8,skip=8,stacks=1,batch=4",
    "wavenet:width=8,skip=8,stacks=1,conditional=true,batch=4",
    "image-gpt:width=8,depth=1,heads=2,batch=2",
    "realnvp:width=4,blocks=1,batch=4",
    "ddpm:width=4,steps=10,batch=4",
    "ddpm:width=4,steps=10,sampling_steps=3,batch=4",
    "flow-matching:width=4,steps=2,batch=4",
    "cyclegan:width=4,discriminator_width=4,blocks=1,batch=4",
    "pix2pix:width=4,discriminator_width=4,batch=4",
    "identity",
    "median-target",
    "pixel-gaussian",
    "uniform",
    "memoriser",
    "nearest-neighbour",
    "unchanged",
    "real",
]


IMAGES_ALONE = ("dcgan", "stylegan", "resnet-gan", "pixelcnn", "wavenet", "image-gpt", "uniform")
TRANSLATORS = ("cyclegan", "pix2pix", "identity", "median-target")


@pytest.mark.slow
@pytest.mark.parametrize("dataset", ["digits", "ring8"])
@pytest.mark.parametrize("model", MODELS)
def test_built_in_models_conform(model, dataset, factory):
    loss = factory.catalog.get("models", model.partition(":")[0]).loss
    few = loss and loss.replace("critic_steps=5", "critic_steps=2")
    small = f"{few}{',' if ':' in few else ':'}batch=4" if loss else None  # the published batches cost minutes
    if model.startswith(TRANSLATORS):
        with pytest.raises(ganbench.UnfitError, match=r"translates source pictures|makes images"):
            check_model(model, dataset, small, factory)
        if dataset == "digits":
            check_model(model, None, small, factory)  # on the toy that has sources
    elif dataset == "ring8" and model.startswith(IMAGES_ALONE):
        with pytest.raises(ganbench.UnfitError):
            check_model(model, dataset, small, factory)
    else:
        check_model(model, dataset, small, factory)


def test_every_built_in_model_is_checked_above(catalog):
    own = {card.name for card, plugin in catalog.cards("models") if plugin.distribution == "ganbench"}
    assert own == {model.partition(":")[0] for model in MODELS} | {"text-gan"}  # which takes captions


@pytest.mark.slow
def test_built_in_losses_conform(catalog, factory):
    for name in catalog.names("losses"):
        check_loss(name, factory)
        dataset = "digits" if name in ("consistency", "diffaugment") else "ring8"
        check_model("vanilla:width=8", dataset, loss=name, factory=factory)


@pytest.mark.parametrize("dataset", ["digits", "tones", *POINTS])
def test_built_in_datasets_conform(dataset, factory):
    check_dataset(dataset, factory=factory)


DENSITY = "density of equal sets is 1 and may be more elsewhere, where samples lie closer (Naeem et al. 2020)"
RECALL = "recall counts real samples within balls of generated ones, which noise makes larger"
ERROR = "a standard error tells how sure the score is, and not how good"
BINS = "bins of noise are few, and their shares hardly differ from the real ones'"
CHANCE = "it compares with the true law, which real samples miss by chance too"
METRICS = {
    "frechet:features=raw": {},
    "fid:features=raw": {},
    "fid-infinity:features=raw": {},
    "kid:features=raw": {"growing-blur-is-no-gain": ERROR},
    "prdc:features=raw": {
        "equal-sets-are-best": DENSITY,
        "real-data-are-no-worse-than-noise": RECALL,
        "growing-noise-is-no-gain": RECALL,
        "dropped-classes-are-no-gain": DENSITY,
    },
    "ndb:features=raw": {"real-data-are-no-worse-than-noise": BINS, "growing-noise-is-no-gain": BINS},
    "nearest-neighbour:features=raw": {},
    "sliced-wasserstein:features=raw": {},
    "mmd:features=raw": {},
    "intra-class-fid:features=raw": {},
    "classification-accuracy:features=raw": {},
    "translation": {},
    "condition-variety": {},
    "memorisation:features=raw": {},
    "modes": {"growing-noise-is-no-gain": CHANCE},
    "scene-modes": {"equal-sets-are-best": CHANCE},
    "spectral": {"equal-sets-are-best": CHANCE},
}
ON = {"spectral": "tones", "scene-modes": "shapes:examples=1000"}
# they need weights, digits of 28 x 28, a model, or captions
ELSEWHERE = {
    "inception-score", "class-modes", "likelihood", "reconstruction", "denoising", "colouring", "anomaly",
    "duality-gap", "cycle", "alignment", "composition",
}  # fmt: skip


@pytest.mark.parametrize("metric", METRICS)
def test_built_in_metrics_conform_but_for_what_is_known_of_them(metric, factory):
    outcomes = run_checks(Subject.of("metrics", metric, ON.get(metric), factory=factory), METRICS[metric])
    assert [outcome for outcome in outcomes if outcome.verdict is Verdict.FAILED] == []


def test_every_built_in_metric_is_checked_above_or_elsewhere(catalog):
    own = {card.name for card, plugin in catalog.cards("metrics") if plugin.distribution == "ganbench"}
    assert own == {metric.partition(":")[0] for metric in METRICS} | ELSEWHERE


OTHERS = [
    ("features", "raw", None),
    ("features", "digits-classifier", "digits"),
    ("features", "shapes-recogniser", "shapes:examples=500"),
    ("features", "shapes-factors", "shapes:examples=500"),
    ("executors", "local", None),
    pytest.param("executors", "processes:workers=2", None, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("kind", "name", "dataset"), OTHERS)
def test_built_in_things_of_other_kinds_conform(kind, name, dataset, factory):
    outcomes = run_checks(Subject.of(kind, name, dataset, factory=factory))
    assert [outcome for outcome in outcomes if outcome.verdict is Verdict.FAILED] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["suites", "report-sections"])
def test_built_in_suites_and_sections_conform(kind, catalog, factory):
    for name in catalog.names(kind):
        outcomes = run_checks(Subject.of(kind, name, factory=factory))
        assert [outcome for outcome in outcomes if outcome.verdict is Verdict.FAILED] == [], name


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
        (Global, "equal samples of equal generators"),
        (Loud, r"images in \[-1, 1\]; found: 2\.\d+; see ganbench.Model.sample"),
        (Silent, "it yielded nothing"),
        (Forgetful, "a loaded state samples the same"),
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

"""Each check of a model or a loss catches the fault that it is about, planted for it and tried by that check alone."""

import os
import random

import numpy as np
import pytest
import torch

import ganbench
from ganbench.testing import BrokenContractError, Subject
from ganbench.testing.checking import CHECKS


def caught(factory, kind, check, dataset=None):
    """Run one check of the stranger; it has to fail."""
    with pytest.raises(BrokenContractError) as failure:
        CHECKS[kind](Subject.of(kind, "stranger", dataset, factory=factory)).run(check)
    assert failure.value.__cause__ is None  # it was judged, and did not break down


def itself(self):
    """Give the level that samples are drawn at away, and no copy of it."""
    generator, judge = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    self.level = generator.weight.data.fill_(1.0)[0, 0]

    def generate(codes, _):
        return self.level.expand(len(codes), *self.task.shape)

    def judged(samples, _):
        return judge(samples.flatten(1)[:, :1])[:, 0]

    return ganbench.Players(generator, judge, generate, judged, 1, 16, 0.1)


class Steady(ganbench.Profiled):
    """A model that keeps its contract, and learns nothing."""

    batch = 16

    def __init__(self, task):
        self.task, self.level = task, torch.ones(())

    def profile(self):
        return ganbench.Profile(batch=self.batch, latent=2)

    def fit(self, batches):
        for _ in batches:
            yield {"a_loss": torch.zeros(())}

    def sample(self, n, generator, condition=None):
        return 0.1 * self.level * torch.rand(n, *self.task.shape, generator=generator)

    def state_dict(self):
        return {"level": self.level}

    def load_state_dict(self, state):
        self.level = state["level"]


def model(**methods):
    """Return a steady model with other methods, and claims: classes under `claims`."""
    return type("Faulty", (Steady, *methods.pop("claims", ())), methods)


def fitting(before):
    """Return a fit that does something first, and then what a steady one does."""

    def fit(self, batches):
        before(self)
        yield from Steady.fit(self, batches)

    return fit


def drawing(before):
    def sample(self, n, generator, condition=None):
        before()
        return Steady.sample(self, n, generator)

    return sample


def fading(self, batches):
    for _ in batches:
        self.level = 0.9 * self.level
        yield {"a_loss": torch.zeros(())}


def nan(self, batches):
    return ({"a_loss": torch.tensor(torch.nan)} for _ in batches)


def one_more(self, n, generator, condition=None):
    return Steady.sample(self, n + 1, generator)


def by_chance(self):
    self.level = torch.tensor(int.from_bytes(os.urandom(2)) / 2**16)


def at_bf16(self, n, generator, condition=None):
    return Steady.sample(self, n, generator).to(torch.bfloat16 if self.task.precision == "bf16" else torch.float32)


def nothing(self, *given):
    return {}


MODELS = [
    ("fit-yields-finite-scalars", model(fit=nan)),
    ("equal-seeds-make-equal-models", model(fit=fitting(by_chance))),
    ("a-state-is-all-that-sampling-needs", model(state_dict=lambda self: {"level": 1.0})),
    ("global-state-is-left-alone", model(fit=fitting(lambda self: torch.set_float32_matmul_precision("medium")))),
    ("global-state-is-left-alone", model(fit=fitting(lambda self: torch.set_default_dtype(torch.float64)))),
    ("global-state-is-left-alone", model(fit=fitting(lambda self: torch.manual_seed(0)))),
    ("global-state-is-left-alone", model(sample=drawing(random.random))),
    ("global-state-is-left-alone", model(sample=drawing(np.random.rand))),
    ("trains-at-bf16", model(sample=at_bf16)),
    ("samples-look-like-the-data", model(sample=one_more)),
    ("training-resumes-to-the-bit", model(
        claims=(ganbench.Resumable,), checkpoint=nothing, restore=nothing, fit=fading)),
    ("steps-are-counted", model(claims=(ganbench.StepCounter,), steps_by_player=nothing)),
    ("codes-are-decoded", model(
        claims=(ganbench.LatentDecoder,), decode=lambda self, codes, condition=None: codes[:1])),
    ("samples-are-reconstructed", model(
        claims=(ganbench.Reconstructor,), encode=lambda self, samples, condition=None: samples,
        reconstruct=lambda self, samples, condition=None: samples.flatten(1)[:, :1])),
    ("likelihoods-are-bounded", model(
        claims=(ganbench.EvidenceBound,), elbo=lambda self, samples, generator, condition=None: torch.zeros(()))),
    ("players-are-copies", model(claims=(ganbench.TwoPlayers,), players=itself)),
    ("every-mode-of-sampling-draws", model(claims=(ganbench.SamplingModes,), modes=lambda self: (), use=nothing)),
]  # fmt: skip


@pytest.mark.parametrize(("check", "faulty"), MODELS)
def test_a_models_fault_is_caught_by_its_check(check, faulty, factory_with):
    precision, dtype = torch.get_float32_matmul_precision(), torch.get_default_dtype()
    try:
        card = ganbench.ModelCard("stranger", make=faulty, about="One.")
        caught(factory_with("stranger", models=[card]), "models", check)
    finally:
        torch.set_float32_matmul_precision(precision)
        torch.set_default_dtype(dtype)


def test_the_steady_model_is_caught_by_none_of_them(factory_with):
    factory = factory_with("stranger", models=[ganbench.ModelCard("stranger", make=Steady, about="One.")])
    checks = CHECKS["models"](Subject.of("models", "stranger", factory=factory))
    for name in {check for check, _ in MODELS[:10]}:
        checks.run(name)


class Fair(ganbench.AdversarialLoss):
    paired = False

    def generator(self, real, fake):
        return -fake.mean()

    def discriminator(self, real, fake):
        return fake.mean() - real.mean()


LOSSES = [
    ("terms-are-finite-scalars", {"generator": lambda self, real, fake: -fake}),
    ("real-logits-are-left-out-where-it-says-so", {"paired": True}),
    ("the-penalty-is-a-mean-of-squares", {
        "penalty": lambda self, critic, real, fake, generator: -critic(fake).square().mean()}),
]  # fmt: skip


@pytest.mark.parametrize(("check", "changes"), LOSSES)
def test_a_losss_fault_is_caught_by_its_check(check, changes, factory_with):
    faulty = type("Faulty", (Fair,), changes)
    factory = factory_with("stranger", losses=[ganbench.LossCard("stranger", make=faulty, about="One.")])
    caught(factory, "losses", check)

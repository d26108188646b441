"""The conformance kit: planted faults of every kind are caught, and what it says is of use."""

import os
from pathlib import Path

import pytest
import torch

import ganbench
from ganbench.schema.recipe import Recipe
from ganbench.schema.spec import Budget
from ganbench.testing import Subject, Verdict, run_checks
from ganbench.testing.bench import energy_distance


def failed(factory, kind, name="stranger", **setting):
    """Return the names of the checks that a thing fails."""
    outcomes = run_checks(Subject.of(kind, name, factory=factory, **setting))
    return {outcome.check for outcome in outcomes if outcome.verdict is Verdict.FAILED}


class Steady:
    """A model of one picture."""

    def __init__(self, task):
        self.task = task

    def fit(self, batches):
        for _ in batches:
            yield {"a_loss": torch.zeros(())}

    def sample(self, n, generator, condition=None):
        return 0.1 * torch.rand(n, *self.task.shape, generator=generator)

    def state_dict(self):
        return {"nothing": torch.zeros(1)}

    def load_state_dict(self, state):
        pass


class Wide(Steady):
    def fit(self, batches):
        torch.set_num_threads(torch.get_num_threads() + 1)
        yield from super().fit(batches)


class Whole(Steady):
    def fit(self, batches):
        for batch in batches:
            assert len(batch.samples) == 128
            yield {"a_loss": torch.zeros(())}


class Half(Steady, ganbench.Likelihood):
    def log_prob(self, samples):
        return torch.zeros(len(samples), 2)


class Brief(Steady):
    def sample(self, n, generator, condition=None):
        return super().sample(max(2, n), generator)


@pytest.mark.parametrize(
    ("model", "checks"),
    [
        (Steady, set()),
        (Wide, {"global-state-is-left-alone"}),
        (Whole, {"a-ragged-last-batch-is-learnt-from"}),
        (Half, {"likelihoods-are-told"}),
        (Brief, {"samples-look-like-the-data"}),
    ],
)
def test_a_models_faults_are_caught(model, checks, factory_with):
    card = ganbench.ModelCard("stranger", make=model, about="A stranger.")
    found = failed(factory_with("stranger", models=[card]), "models")
    assert found == checks | {"learns-two-modes"}  # none of them learns


class Good(ganbench.AdversarialLoss):
    recipe = Recipe(batch=16)
    paired = False

    def generator(self, real, fake):
        return -fake.mean()

    def discriminator(self, real, fake):
        return (1 - real).relu().mean() + (1 + fake).relu().mean()


class Reversed(Good):
    def generator(self, real, fake):
        return fake.mean()


class Blind(Good):
    def discriminator(self, real, fake):
        return (1 - real).relu().mean() + 0 * fake.mean()


class Needy(Good):
    def generator(self, real, fake):
        return -fake.mean() + real.mean()


class Exploding(Good):
    def discriminator(self, real, fake):
        return (-real).exp().mean() + fake.exp().mean()


class Cutting(Good, ganbench.Augmentation):
    def augment(self, samples, generator):
        return torch.rand_like(samples)


@pytest.mark.parametrize(
    ("loss", "check"),
    [
        (Good, None),
        (Blind, "both-players-are-moved"),
        (Needy, "real-logits-are-left-out-where-it-says-so"),
        (Exploding, "extreme-logits-stay-finite"),
        (Cutting, "augmented-samples-keep-their-shape"),
    ],
)
def test_a_losss_faults_are_caught(loss, check, factory_with):
    factory = factory_with("stranger", losses=[ganbench.LossCard("stranger", make=loss, about="A stranger.")])
    outcomes = run_checks(Subject.of("losses", "stranger", factory=factory), slow=False)
    found = {each.check for each in outcomes if each.verdict is Verdict.FAILED}
    assert check in found if check else not found


@pytest.mark.slow
def test_hundreds_of_steps_tell_the_right_way_from_the_wrong(factory_with):
    cards = [ganbench.LossCard(loss.__name__.lower(), make=loss, about="One.") for loss in (Good, Reversed)]
    factory = factory_with("stranger", losses=cards)
    assert failed(factory, "losses", "good") == set()
    assert failed(factory, "losses", "reversed") == {"hundreds-of-steps-lead-the-right-way"}


@pytest.mark.slow
def test_hundreds_of_steps_of_our_own_objectives_lead_the_right_way(catalog, factory):
    for name in catalog.names("losses"):
        assert failed(factory, "losses", name) == set(), name


class Backwards:
    def score(self, evidence):
        return {"distance": -energy_distance(evidence.fake.samples.flatten(1), evidence.real.samples.flatten(1))}


class Ordered:
    def score(self, evidence):
        return {"distance": evidence.fake.samples[0].abs().mean().item()}


@pytest.mark.parametrize(
    ("metric", "check"), [(Backwards, "growing-noise-is-no-gain"), (Ordered, "the-order-of-samples-means-nothing")]
)
def test_a_metrics_faults_are_caught(metric, check, factory_with):
    column = ganbench.Column("distance", "How far.", "lower")
    card = ganbench.MetricCard("stranger", make=metric, about="A stranger.", columns=(column,))
    assert check in failed(factory_with("stranger", metrics=[card]), "metrics")


class Crowd:
    """Features that depend on who else is there."""

    def __call__(self, samples):
        flat = samples.flatten(1)
        return ganbench.Features(flat - flat.mean(dim=0))


def test_a_feature_space_that_looks_at_the_others_is_caught(factory_with):
    card = ganbench.FeatureCard("stranger", make=lambda samples: Crowd(), about="A stranger.")
    assert failed(factory_with("stranger", features=[card]), "features") == {"a-samples-features-are-its-own"}


class Twice:
    def run(self, work, specs, notify):
        for spec in specs:
            yield work(spec, lambda event: None)
            yield work(spec, lambda event: None)


def test_an_executor_that_does_work_twice_and_tells_nothing_is_caught(factory_with):
    card = ganbench.ExecutorCard("stranger", make=Twice, about="A stranger.")
    found = failed(factory_with("stranger", executors=[card]), "executors")
    assert found == {"every-spec-has-one-record", "events-arrive"}


class Raw:
    def write(self, results, folder):
        page = folder / "page.html"
        page.write_text(" ".join(results.tidy["reason"]) if len(results.tidy) else "nothing")
        return [page]


class Elsewhere:
    def write(self, results, folder):
        return [Path(__file__)]


@pytest.mark.parametrize(
    ("section", "checks"),
    [(Raw, {"markup-is-escaped"}), (Elsewhere, {"it-writes-files-in-its-folder", "nothing-to-show-is-no-complaint"})],
)
def test_a_sections_faults_are_caught(section, checks, factory_with):
    card = ganbench.SectionCard("stranger", make=section, about="A stranger.")
    factory = factory_with("stranger", report_sections=[card])
    assert failed(factory, "report-sections") >= checks


def test_a_suites_faults_are_caught(factory_with):
    def suite(**changes):
        from ganbench.schema.choice import Choice

        plain = {"datasets": (Choice("digits"),), "entries": (ganbench.Entry(Choice("real")),), "seeds": (0,)}
        plain |= {"version": 1, "about": "One.", "metrics": (), "budget": Budget(updates=1)}
        return ganbench.Suite(name="stranger", **plain | changes)

    for changes, checks in (
        ({}, set()),
        ({"seeds": ()}, {"it-stands-for-runs", "every-seed-is-run-alike"}),
        ({"about": " "}, {"it-says-what-it-is"}),
        ({"checkpoints": (1.0, 0.5)}, {"checkpoints-ascend-to-the-end"}),
    ):
        card = ganbench.SuiteCard("stranger", make=lambda changes=changes: suite(**changes), about="A stranger.")
        found = failed(factory_with("stranger", suites=[card]), "suites")
        assert found >= checks if checks else not found, changes


def test_the_kits_work_spares_the_process_that_asked():
    from ganbench.testing.executors import PretendedWork, _specs

    assert PretendedWork(os.getpid(), kill=True)(_specs(2)[1], print).status == "done"

"""Each check of data, scores, features, executors and sections catches the fault that it is about, planted for it."""

from types import SimpleNamespace

import pytest
import torch
from test_planted_faults import caught

import ganbench
from ganbench.contracts.datasets import Batch
from ganbench.schema.record import RunRecord, Status
from ganbench.testing.toys import ToyPoints, toy_images
from ganbench.torchkit.resident import Resident


class Data(ToyPoints):
    """The kit's points; a subclass plants its fault in what batches and heads give."""

    def changed(self, batch):
        return batch

    def batches(self, split, size, seed, start=0):
        return map(self.changed, super().batches(split, size, seed, start))

    def head(self, split, n):
        return self.changed(super().head(split, n))

    def to(self, device):
        return self


def data(**methods):
    return type("Faulty", (Data,), methods)


DATASETS = [
    ("samples-have-their-shape-and-range", data(
        changed=lambda self, batch: Batch(batch.samples.double(), batch.condition))),
    ("conditions-are-what-it-says", data(changed=lambda self, batch: Batch(batch.samples, batch.condition + 1))),
    ("a-head-has-as-many-as-asked", data(head=lambda self, split, n: ToyPoints.head(self, split, n // 2))),
    ("a-pass-has-every-sample-once", data(
        batches=lambda self, split, size, seed, start=0: ToyPoints.batches(self, split, size, seed, start=0))),
    ("batches-go-on-from-any-start", data(
        batches=lambda self, split, size, seed, start=0: ToyPoints.batches(self, split, size, seed, start=0))),
    ("seeds-shuffle", data(
        batches=lambda self, split, size, seed, start=0: ToyPoints.batches(self, split, size, 0, start))),
    ("global-streams-are-left-alone", data(changed=lambda self, batch: (torch.rand(1), batch)[1])),
    ("modes-are-where-it-says", data(means=torch.tensor([[5.0, 0.0], [0.5, 0.0]]))),
]  # fmt: skip


@pytest.mark.parametrize(("check", "faulty"), DATASETS)
def test_a_datasets_fault_is_caught_by_its_check(check, faulty, factory_with):
    factory = factory_with("stranger", datasets=[ganbench.DatasetCard("stranger", make=faulty, about="One.")])
    caught(factory, "datasets", check)


def test_images_beyond_their_range_are_caught(factory_with):
    class Loud(Resident):
        def head(self, split, n):
            return Batch(*(4 * part for part in super().head(split, n)))

        def batches(self, split, size, seed, start=0):
            return (Batch(3 * samples, given) for samples, given in super().batches(split, size, seed, start))

    def make(source):
        quiet = toy_images(source)
        quiet.__class__ = Loud
        return quiet

    factory = factory_with("stranger", datasets=[ganbench.DatasetCard("stranger", make=make, about="One.")])
    caught(factory, "datasets", "samples-have-their-shape-and-range")


def roughness(evidence):
    """Return the mean step between neighbouring pixels of generated images: blur makes it less."""
    images = evidence.fake.samples
    return (images[..., 1:] - images[..., :-1]).abs().mean().item()


def classes_seen(evidence):
    return float(len(evidence.fake.condition.unique()))


def distance(evidence):
    """Return how far apart the two sides' means are."""
    return (evidence.real.samples.mean(dim=0) - evidence.fake.samples.mean(dim=0)).abs().sum().item()


def metric(function, **methods):
    claims = methods.pop("claims", ())
    return type("Judge", claims, {"score": lambda self, evidence: {"number": function(evidence)}} | methods)


COUNTS = {"generated": torch.tensor([9_999]), "real": torch.tensor([1])}
METRICS = [
    ("every-column-is-filled-within-its-range", metric(lambda evidence: -1.0), None),
    ("equal-evidence-has-equal-scores", metric(lambda evidence: torch.rand(1).item()), None),
    ("equal-sets-are-best", metric(lambda evidence: 1 / (1e-3 + distance(evidence))), None),
    ("real-data-are-no-worse-than-noise", metric(lambda evidence: 1 / evidence.fake.samples.var().item()), None),
    ("growing-blur-is-no-gain", metric(roughness), "toy-images"),
    ("dropped-classes-are-no-gain", metric(classes_seen), "toy-images"),
    ("histograms-count-no-sample-twice", metric(
        distance, claims=(ganbench.ModeHistogram,), histogram=lambda self, evidence: COUNTS), None),
    ("bounds-lie-within-the-cards", metric(
        distance, claims=(ganbench.BoundedByData,), bounds=lambda self, evidence: {"number": (-1.0, 1.0)}), None),
]  # fmt: skip


@pytest.mark.parametrize(("check", "faulty", "dataset"), METRICS)
def test_a_metrics_fault_is_caught_by_its_check(check, faulty, dataset, factory_with):
    column = ganbench.Column("number", "of something", better="lower", low=0.0)
    card = ganbench.MetricCard("stranger", make=faulty, about="One.", columns=(column,))
    caught(factory_with("stranger", metrics=[card]), "metrics", check, dataset)


def space(function, **methods):
    claims = methods.pop("claims", ())
    made = type("Space", claims, {"__call__": lambda self, samples: ganbench.Features(function(samples))} | methods)
    return lambda samples: made()


FEATURES = [
    ("vectors-are-finite-rows", space(lambda samples: samples)),
    ("equal-samples-have-equal-features", space(lambda samples: torch.rand(len(samples), 2))),
    ("other-samples-have-other-features", space(lambda samples: torch.ones(len(samples), 2))),
    ("the-digest-is-text", space(
        lambda samples: samples.flatten(1), claims=(ganbench.ProfiledSpace,),
        profile=lambda self: ganbench.SpaceProfile("not hex"))),
]  # fmt: skip


@pytest.mark.parametrize(("check", "faulty"), FEATURES)
def test_a_feature_spaces_fault_is_caught_by_its_check(check, faulty, factory_with):
    card = ganbench.FeatureCard("stranger", make=faulty, about="One.")
    caught(factory_with("stranger", features=[card]), "features", check)


def test_an_executor_that_loses_the_others_with_a_killed_worker_is_caught(factory_with):
    def run(self, work, specs, notify):
        for spec in specs:
            notify(SimpleNamespace(key=spec.key))
            yield RunRecord(spec, Status.DONE, environment={"process": -1})
            if work.kill:
                return

    card = ganbench.ExecutorCard("stranger", make=type("Frail", (), {"run": run}), about="One.")
    caught(factory_with("stranger", executors=[card]), "executors", "a-killed-worker-costs-one-run")


def test_a_section_that_changes_the_results_is_caught(factory_with):
    def write(self, results, folder):
        results.tidy["spoiled"] = 1
        return []

    card = ganbench.SectionCard("stranger", make=type("Spoiler", (), {"write": write}), about="One.")
    caught(factory_with("stranger", report_sections=[card]), "report-sections", "results-are-left-as-they-are")

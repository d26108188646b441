"""Errors of translations: by hand, against torchmetrics, and missing with a reason where nothing can be known."""

import pytest
import torch
from torchmetrics import MeanAbsoluteError

import ganbench
from ganbench.evaluation.features import FeatureStore
from ganbench.schema.record import Status
from ganbench.storage.store import Store
from ganbench.torchkit.domains import TwoDomains
from ganbench_metrics.translation import Translation, picture_errors

SCORES = (ganbench.Choice("translation"), ganbench.Choice("cycle"))
INVERTED = "paired-digits:target=inverted,of=digits"
SMALL = "width=4,discriminator_width=4,batch=8"


def test_an_error_is_the_share_of_the_range_picture_by_picture():
    black, white, half = (torch.full((1, 1, 2, 2), value) for value in (-1.0, 1.0, 0.0))
    assert picture_errors(torch.cat([black, white, half]), torch.cat([black, black, white])).tolist() == [0, 1, 0.5]


def test_the_mean_is_that_of_torchmetrics_and_one_picture_in_twenty_is_worse():
    generator = torch.Generator().manual_seed(0)
    made, truth = torch.rand(2, 400, 3, 8, 8, generator=generator) * 2 - 1
    made = truth + torch.rand(400, 1, 1, 1, generator=generator) * (made - truth)
    evidence = ganbench.Evidence(ganbench.Side(truth, truth), ganbench.Side(made, truth), None, None, 0)
    found = Translation().score(evidence)
    reference = MeanAbsoluteError()
    reference.update(made, truth)
    assert found["translation_error"] == pytest.approx(reference.compute().item() / 2, rel=1e-5)
    worse = (picture_errors(made, truth) > found["worst_translation_error"]).double().mean()
    assert worse == pytest.approx(0.05, abs=0.003)


def scores_of(run, make_spec, model, dataset, features=None):
    spec = make_spec(dataset=dataset, model=model, loss=None, metrics=SCORES, budget=ganbench.Budget(updates=1))
    record = run(spec, features=features) if features else run(spec)
    assert record.status is Status.DONE, record.reason
    return {score.name: score for score in record.checkpoints[-1].scores}


def test_identity_has_the_error_of_its_sources_and_no_way_back(run, make_spec, factory):
    scores = scores_of(run, make_spec, "identity", INVERTED)
    samples, sources = factory.dataset(ganbench.Choice.parse(INVERTED)).head("test", 100)
    assert scores["translation_error"].value == pytest.approx(((samples - sources).abs().mean() / 2).item(), rel=1e-5)
    assert (scores["translation_error"].lowest, scores["translation_error"].highest) == (0, 1)
    assert scores["translation_error"].better == "lower"
    assert scores["translation_error"].protocol["sources"] == "held-out"
    assert scores["cycle_error"].reason == "cycle needs a model that translates samples back"


def test_sources_translations_and_truths_are_kept_side_by_side(run, make_spec, tmp_path):
    budget = ganbench.Budget(updates=1)
    for model in ("identity", f"cyclegan:{SMALL}"):
        spec = make_spec(dataset=INVERTED, model=model, loss=None, metrics=SCORES, budget=budget)
        assert run(spec).status is Status.DONE
        shown = Store(tmp_path / "a").run(spec.key).picture_rows()
        rows = shown["translation"]
        assert list(rows) == ["source", "translation", "truth"]
        assert (rows["truth"] == 255 - rows["source"]).all()
        assert (rows["translation"] == rows["source"]).all() == (model == "identity")
        assert ("cycle" in shown) == (model != "identity")
    assert list(shown["cycle"]) == ["source", "translation", "there and back"]
    assert (shown["cycle"]["source"] == rows["source"]).all()


def test_a_cycle_goes_there_and_back_and_needs_no_truth(run, make_spec, factory_with):
    pictures = torch.randint(256, (60, 1, 8, 8), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    data = TwoDomains((pictures[:20], pictures[20:40]), (pictures[40:], pictures[20:40]), truth=False)

    class Halving(ganbench.Profiled, ganbench.BackTranslator):
        def __init__(self, task):
            self.task = task

        def profile(self):
            return ganbench.Profile(batch=4, condition=self.task.condition)

        def fit(self, batches):
            for each in batches:
                yield {"mean": each.samples.mean()}

        def sample(self, n, generator, condition=None):
            return condition / 2

        def translate_back(self, samples):
            return samples * 1.5

        def state_dict(self):
            return {"nothing": torch.zeros(1)}

        def load_state_dict(self, state):
            pass

    factory = factory_with(
        "apart",
        datasets=[ganbench.DatasetCard("apart", make=lambda source: data, about="", kind="images")],
        models=[ganbench.ModelCard("halving", make=Halving, about="")],
    )
    scores = scores_of(run, make_spec, "halving", "apart", FeatureStore(factory))
    sources = data.head("test", 8).condition  # two fifths of twenty are compared
    assert scores["cycle_error"].value == pytest.approx((sources.abs().mean() / 8).item(), rel=1e-5)
    assert scores["translation_error"].reason == (
        "these data know no true translation; distances between laws, such as frechet, and cycle are proxies"
    )


@pytest.mark.slow
def test_models_learn_between_the_floor_and_the_truth(run, make_spec):
    found = {}
    for model in ("identity", f"cyclegan:{SMALL}", f"pix2pix:{SMALL}"):
        spec = make_spec(
            dataset=INVERTED,
            model=model,
            loss=None,
            metrics=SCORES,
            budget=ganbench.Budget(updates=40),
        )
        record = run(spec, model.partition(":")[0])
        assert record.status is Status.DONE, record.reason
        found[model.partition(":")[0]] = record.checkpoints[-1].scores[0].value
    assert found["pix2pix"] < found["cyclegan"] < found["identity"]

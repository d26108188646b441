"""A class that is left out of training, and whether a model finds it strange."""

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import mannwhitneyu

import ganbench
from ganbench.contracts.datasets import Batch, Source
from ganbench.contracts.metrics import Evidence, Side
from ganbench.contracts.models import Task
from ganbench.errors import BadOptionError, UnfitError
from ganbench.evaluation.comparison import Comparison
from ganbench.evaluation.features import FeatureStore
from ganbench.schema.choice import Choice
from ganbench.torchkit.resident import Resident
from ganbench_datasets.image_folder import image_folder
from ganbench_datasets.withheld import withhold
from ganbench_metrics.anomaly import Anomaly, area_under_roc
from ganbench_models.nearest_neighbour import NearestNeighbour
from ganbench_models.pixel_gaussian import PixelGaussian
from ganbench_models.unchanged import Unchanged


def some(classes=3, n=60):
    labels = torch.arange(n) % max(1, classes)
    splits = {split: (labels[:, None].float() + torch.rand(n, 2), labels) for split in ("train", "test")}
    return Resident(splits, classes)


class Distance(ganbench.Likelihood, ganbench.EvidenceBound):
    """Improbable far from 0; its bound says the opposite."""

    def log_prob(self, samples):
        return -samples.norm(dim=1)

    def elbo(self, samples, generator, condition=None):
        return samples.norm(dim=1)


def score(data, model, by=None, profile=None):
    batch = data.head("test", data.count("test"))
    side = Side(batch.samples, batch.condition)
    return Anomaly(by).score(Evidence(side, side, data, model, 0, profile=profile or ganbench.Profile()))


def test_a_class_is_left_out_of_training_alone_and_labels_keep_their_numbers():
    data = withhold(some(), 1).to("cpu")
    assert isinstance(data, ganbench.WithheldClass)
    assert data.withheld == 1
    assert (data.count("train"), data.count("test"), data.classes) == (40, 60, 3)
    assert set(data.head("train", 40).condition.tolist()) == {0, 2}
    assert set(data.head("test", 60).condition.tolist()) == {0, 1, 2}


def test_without_a_class_the_data_are_as_they_were(factory):
    plain = some()
    assert withhold(plain, None) is plain
    whole, part = (factory.dataset(Choice.parse(name)) for name in ("digits", "digits:without=3"))
    labels = whole.head("train", whole.count("train")).condition
    assert (part.count("train"), part.count("test")) == (int((labels != 3).sum()), whole.count("test"))
    assert 3 not in part.head("train", part.count("train")).condition
    assert torch.equal(part.head("test", 700).samples, whole.head("test", 700).samples)


@pytest.mark.parametrize(
    ("data", "label", "message"),
    [
        (some(), 3, "the classes go from 0 to 2, and without=3 is none of them"),
        (some(0), 1, "without=1 leaves a class out, and these data have no classes"),
        (some(1), 0, "without=0 leaves a class out, and these data have 1 classes"),
    ],
)
def test_a_class_that_is_not_there_is_refused(data, label, message):
    with pytest.raises(BadOptionError, match=message):
        withhold(data, label)


def test_a_class_of_folders_is_left_out_by_its_name(tmp_path):
    for number, name in enumerate(("cats", "dogs", "frogs")):
        for split in ("train", "test"):
            (tmp_path / split / name).mkdir(parents=True)
            for index in range(2):
                Image.new("RGB", (4, 4), (number, number, index)).save(tmp_path / split / name / f"{index}.png")
    data = image_folder(Source(None, tmp_path), str(tmp_path), size=4, without="dogs")
    assert (data.withheld, data.count("train"), data.count("test")) == (1, 4, 6)
    with pytest.raises(BadOptionError, match="no class 'cow' to leave out in .*; its classes are cats, dogs, frogs"):
        image_folder(Source(None, tmp_path), str(tmp_path), size=4, without="cow")
    with pytest.raises(BadOptionError, match="no class 'cats' to leave out in .*; it has no classes"):
        image_folder(Source(None, tmp_path), str(tmp_path / "train" / "cats"), size=4, without="cats")


def test_the_area_is_that_of_mann_and_whitney_with_ties_as_halves():
    random = np.random.default_rng(0)
    strangeness, anomalous = random.integers(0, 5, 200).astype(float), random.random(200) < 0.3
    wins = mannwhitneyu(strangeness[anomalous], strangeness[~anomalous]).statistic
    area = area_under_roc(strangeness, anomalous)
    assert area == pytest.approx(wins / (anomalous.sum() * (~anomalous).sum()))
    assert area_under_roc(-strangeness, anomalous) == pytest.approx(1 - area)
    assert area_under_roc(np.array([1, np.inf, 0.0]), np.array([False, True, False])) == 1.0


def test_what_is_improbable_or_reconstructed_badly_is_strange():
    data = withhold(some(), 2)  # the class farthest from 0
    assert score(data, Distance())["anomaly_auroc"] == 1.0  # a likelihood goes before a bound of it
    assert score(withhold(some(), 0), Distance(), by="likelihood")["anomaly_auroc"] == 0.0

    class Bound(ganbench.EvidenceBound):
        elbo = Distance.elbo

    assert score(data, Bound())["anomaly_auroc"] == 0.0

    class Near(Distance, ganbench.Reconstructor):
        def encode(self, samples, condition=None):
            return samples

        def reconstruct(self, samples, condition=None):
            return torch.where(samples.max(dim=1, keepdim=True).values < 1, samples + 1, samples)

    assert score(data, Near())["anomaly_auroc"] == 0.25  # by reconstruction, which is bad for the class 0 alone
    assert score(data, Near(), by="likelihood")["anomaly_auroc"] == 1.0


@pytest.mark.parametrize(
    ("data", "model", "by", "message"),
    [
        (some(), Distance(), None, "no class is left out of training; name one, as in digits:without=3"),
        (withhold(some(), 1), object(), None, "a model that reconstructs samples or tells likelihoods, such as auto"),
        (withhold(some(), 1), Distance(), "reconstruction", "a model that reconstructs samples, such as autoencoder"),
        (withhold(some(), 1), object(), "likelihood", "a model that tells likelihoods, such as gmm or vae"),
    ],
)
def test_what_can_not_be_asked_says_what_would_work(data, model, by, message):
    with pytest.raises(UnfitError, match=message):
        score(data, model, by)


def test_a_model_that_is_told_labels_is_not_asked():
    profile = ganbench.Profile(condition=ganbench.Labels(3))
    with pytest.raises(UnfitError, match="knows the class that is left out"):
        score(withhold(some(), 1), Distance(), profile=profile)


def test_one_kind_of_sample_has_no_area():
    with pytest.raises(UnfitError, match="0 of 4 are of the class left out"):
        area_under_roc(np.zeros(4), np.zeros(4, dtype=bool))
    with pytest.raises(UnfitError, match="no number for how strange"):
        area_under_roc(np.array([0, np.nan]), np.array([True, False]))


def fitted(kind, samples):
    model = kind(Task(tuple(samples.shape[1:]), 0, "cpu", len(samples), 0))
    list(model.fit(iter([Batch(samples, torch.zeros(len(samples), dtype=torch.int64))])))
    return model


def test_the_nearest_neighbour_is_the_nearest():
    generator = torch.Generator().manual_seed(0)
    kept, asked = (torch.randint(256, (n, 1, 4, 4), generator=generator) / 127.5 - 1 for n in (700, 600))
    model = fitted(NearestNeighbour, kept)
    distances = (asked[:, None] - kept[None]).square().flatten(2).sum(2)
    assert torch.equal(model.encode(asked)[:, 0], distances.argmin(1))
    assert torch.allclose(model.anomaly(asked), distances.min(1).values / 16, atol=1e-6)
    assert torch.allclose(model.reconstruct(kept), kept, atol=1e-6)


def test_what_is_unchanged_is_the_same_and_the_pixel_gaussian_gives_the_mean():
    kept = torch.rand(500, 1, 4, 4) * 2 - 1
    assert torch.equal(fitted(Unchanged, kept).reconstruct(kept), kept)
    model = fitted(PixelGaussian, kept)
    assert torch.allclose(model.reconstruct(kept[:3]), kept.mean(0).expand(3, -1, -1, -1), atol=1e-6)
    variance = kept.double().var(0, correction=0) + (2 / 255) ** 2 / 12
    law = torch.distributions.Normal(kept.double().mean(0), variance.sqrt())
    assert torch.allclose(model.log_prob(kept), law.log_prob(kept.double()).flatten(1).sum(1))


def test_scores_of_models_without_reconstruction_are_missing_with_what_would_work(factory):
    store = FeatureStore(factory)
    data = factory.dataset(Choice("digits"))
    real = store.real(Choice("digits"), 50)
    metrics = [Choice(name) for name in ("reconstruction", "denoising", "colouring", "anomaly")]
    scores = Comparison(store, real, real, 0, {}, data).scores(metrics)
    assert all(score.value is None for score in scores)
    assert scores[0].reason == "reconstruction needs a model that reconstructs samples, as autoencoders do"
    assert scores[-1].reason == "no class is left out of training; name one, as in digits:without=3"

"""The floor and the two that play data back: what they keep, and that the ceiling shares nothing with its judge."""

import itertools

import pytest
import torch

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.errors import BadOptionError, UnfitError
from ganbench.schema.choice import Choice
from ganbench_models.memoriser import Memoriser
from ganbench_models.pixel_gaussian import PixelGaussian
from ganbench_models.real import Real


def rows(samples):
    return {tuple(row) for row in samples.flatten(1).tolist()}


@pytest.mark.parametrize(("dataset", "samples"), [("digits", 280), ("ring8", 2_500), ("digits", 700)])
def test_real_plays_back_what_no_score_compares_with(features, make_spec, dataset, samples):
    spec = make_spec(dataset=dataset, model="real", loss=None, samples=samples)
    data = features.factory.dataset(spec.dataset)
    model = features.factory.model(spec)
    list(model.fit(data.batches("train", 64, 0)))
    samples = spec.compared(data.count("test"))
    played = model.sample(samples, torch.Generator().manual_seed(0))
    compared = rows(features.real(spec.dataset, samples).samples)
    training = rows(data.head("train", data.count("train")).samples)
    assert played.shape == (samples, *data.shape)
    assert not rows(played) & compared
    assert not rows(played) & training
    assert len(rows(played)) == samples  # each once


def test_real_goes_round_when_more_is_asked_than_there_is():
    model = Real(Task((2,), 0, "cpu", 9, 0, unseen=lambda: torch.arange(6.0).reshape(3, 2)))
    list(model.fit(iter([Batch(torch.zeros(1, 2), torch.zeros(1, dtype=torch.int64))])))
    assert sorted(model.sample(6, torch.Generator())[:, 0].tolist()) == [0, 0, 2, 2, 4, 4]


def test_real_without_a_dataset_at_hand_says_so():
    with pytest.raises(UnfitError, match="no dataset is at hand"):
        list(Real(Task((2,), 0, "cpu", 9, 0)).fit(iter([])))


def test_the_memoriser_gives_back_training_samples_to_the_bit(factory):
    data = factory.dataset(Choice("digits"))
    model = Memoriser(Task(data.shape, 10, "cpu", data.count("train"), 0))
    list(model.fit(data.batches("train", 100, 0)))
    assert len(model.kept) == data.count("train")
    assert model.kept.dtype == torch.uint8
    drawn = model.sample(500, torch.Generator().manual_seed(0))
    assert rows(drawn) <= rows(data.head("train", data.count("train")).samples)
    assert len(rows(drawn)) < 500  # with replacement


def test_the_memoriser_keeps_what_a_small_budget_shows_it(factory):
    data = factory.dataset(Choice("digits"))
    model = Memoriser(Task(data.shape, 10, "cpu", data.count("train"), 0))
    list(model.fit(itertools.islice(data.batches("train", 100, 0), 2)))
    assert len(model.kept) == 200


def test_the_pixelwise_gaussian_has_the_moments_of_one_pass(factory):
    data = factory.dataset(Choice("digits"))
    model = PixelGaussian(Task(data.shape, 10, "cpu", data.count("train"), 0))
    steps = list(model.fit(data.batches("train", 100, 0)))
    whole = data.head("train", data.count("train")).samples.double()
    assert model.count == data.count("train")
    assert torch.allclose(model.mean, whole.mean(0), atol=1e-12)
    assert torch.allclose(model.deviation, whole.std(0, correction=0), atol=1e-12)
    assert steps[-1]["deviation"].item() == pytest.approx(whole.std(0, correction=0).mean().item())
    points = PixelGaussian(Task((2,), 0, "cpu", 10, 0))
    list(points.fit(iter([Batch(torch.full((10, 2), 5.0), torch.zeros(10, dtype=torch.int64))])))
    assert torch.equal(points.sample(3, torch.Generator()), torch.full((3, 2), 5.0))


@pytest.mark.parametrize("make", [Memoriser, Real, PixelGaussian])
def test_none_of_them_takes_labels(make):
    with pytest.raises(BadOptionError, match="takes no labels"):
        make(Task((2,), 3, "cpu", 9, 0)).sample(1, torch.Generator(), torch.zeros(1, dtype=torch.int64))

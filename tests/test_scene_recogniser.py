"""The recogniser of scenes that comes with ganbench: right of every factor, and trained by the script beside it."""

import hashlib

import pytest
import torch

from ganbench.contracts.datasets import SampleFormat
from ganbench.errors import UnfitError
from ganbench_datasets.shapes import shapes
from ganbench_features.scene_recogniser import WEIGHTS, SceneFactors, SceneFeatures
from ganbench_features.train_recogniser import accuracy, examples, train
from ganbench_metrics.scene_reading import recognised

SMALL, LARGE = (SampleFormat((3, side, side), 0, "cpu") for side in (32, 64))


@pytest.fixture(scope="module")
def scenes():
    return shapes(None, examples=1_000)


def test_scenes_are_read_as_they_were_drawn_at_either_size(scenes):
    for data, space in ((scenes, SceneFactors(SMALL)), (shapes(None, size=64, examples=10), SceneFactors(LARGE))):
        seen = recognised(space(data.head("test", 1_000).samples).vectors, data.law)
        truth = data.objects("test", 1_000)
        there = truth[:, :, 0] > 0
        assert (seen[:, :, 0] == truth[:, :, 0]).double().mean() >= 0.99
        for factor in (1, 2):
            assert (seen[:, :, factor] == truth[:, :, factor])[there].double().mean() >= 0.99


@pytest.mark.slow
def test_the_weights_are_small_and_right_of_every_factor(scenes):
    space = SceneFeatures(SMALL)
    assert WEIGHTS.stat().st_size <= 500_000
    assert space.profile().digest == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()[:12]
    assert space(scenes.head("test", 3).samples).vectors.shape == (3, 256)
    shares = accuracy(space._network)
    assert min(shares[name] for name in ("shape", "colour", "size")) >= 0.99
    assert shares["unclear"] >= 0.97


def test_a_recogniser_is_shown_what_it_says_and_trains_to_the_same_bits():
    places, truth = examples(120, torch.Generator().manual_seed(0))
    assert places.shape == (120, 3, 16, 16)
    assert places.abs().max() <= 1
    assert (truth[:60] > torch.tensor([0, -1, -1])).all()
    assert truth[60:100].tolist() == [[5, -1, -1]] * 40
    assert truth[100:].tolist() == [[0, -1, -1]] * 20
    first, again = (train(steps=2).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], again[name]) for name in first)


@pytest.mark.parametrize("shape", [(1, 32, 32), (3, 48, 48), (2,)])
def test_other_pictures_are_refused_in_one_line(shape):
    with pytest.raises(UnfitError, match="scenes are read from pictures of 3 x 32 x 32 or 3 x 64 x 64"):
        SceneFactors(SampleFormat(shape, 0, "cpu"))

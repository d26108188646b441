"""Stacked digits: three of a split, channel by channel, without holding a picture twice."""

from itertools import islice

import pytest
import torch

from ganbench.contracts.datasets import Source
from ganbench.testing import check_dataset
from ganbench_datasets.stacked_mnist import stack


@pytest.fixture
def source(tiny_mnist_root, tmp_path):
    return Source(tiny_mnist_root, tmp_path)


@pytest.fixture
def stacked(tiny_mnist, source):
    return tiny_mnist.stack(source)


def test_each_channel_is_a_digit_of_the_split_and_the_label_says_which(stacked, tiny_mnist, source):
    single = tiny_mnist.load(source)
    for split in ("train", "test"):
        digits, labels = single.head(split, single.count(split))
        known = {digit.numpy().tobytes(): int(label) for digit, label in zip(digits, labels, strict=True)}
        images, classes = stacked.head(split, 50)
        assert images.shape == (50, 3, 28, 28)
        for image, label in zip(images, classes, strict=True):
            first, second, third = (known[channel[None].numpy().tobytes()] for channel in image)
            assert label == 100 * first + 10 * second + third


def test_it_trains_on_as_many_as_published_and_has_a_thousand_classes(tiny_mnist, source):
    data = stack(tiny_mnist.load(source))
    assert (data.count("train"), data.count("test"), data.classes) == (128_000, 65_000, 1_000)
    assert data.shape == (3, 28, 28)
    held = sum(tensor.numel() * tensor.element_size() for tensor, _ in data.triples.splits.values())
    assert held < 2_500_000  # bytes; the images themselves would be 300 million


def test_the_triples_are_the_same_every_time_and_differ_between_splits(stacked, tiny_mnist, source):
    again = tiny_mnist.stack(source)
    assert torch.equal(stacked.head("train", 50).samples, again.head("train", 50).samples)
    assert not torch.equal(stacked.triples.splits["train"][0][:50], stacked.triples.splits["test"][0])


def test_batches_go_on_from_any_start(stacked):
    late = next(stacked.batches("train", 16, seed=3, start=32))
    third = next(islice(stacked.batches("train", 16, seed=3), 2, None))
    assert torch.equal(late.samples, third.samples)
    assert torch.equal(late.condition, third.condition)


def test_it_is_a_dataset_as_others_are(tiny_mnist_root):
    check_dataset("stacked-mnist", tiny_mnist_root)

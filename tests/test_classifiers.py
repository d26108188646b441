"""The classifiers that come with ganbench: as good as promised, trained by the script beside them, read rightly."""

import hashlib

import pytest
import torch
from safetensors.torch import load_file

from ganbench.contracts.datasets import SampleFormat
from ganbench.errors import UnfitError
from ganbench.schema.choice import Choice
from ganbench_features.digit_classifier import WEIGHTS, DigitClassifier, digits_classifier, mnist_classifier
from ganbench_features.train_classifier import RECIPES, main, train, viewed

DIGITS, MNIST, STACKED = (SampleFormat(shape, 10, "cpu") for shape in ((1, 8, 8), (1, 28, 28), (3, 28, 28)))


def judged_right(space, data):
    images, labels = data.head("test", data.count("test"))
    parts = [space(chunk) for chunk in torch.split(images, 1_000)]
    return float((torch.cat([part.logits for part in parts]).argmax(1) == labels).double().mean())


def test_digits_are_judged_right(factory):
    assert judged_right(digits_classifier(DIGITS), factory.dataset(Choice("digits"))) >= 0.985


def test_mnists_digits_are_judged_right(mnist_factory):
    assert judged_right(mnist_classifier(MNIST), mnist_factory.dataset(Choice("mnist"))) >= 0.993


@pytest.mark.parametrize("name", RECIPES)
def test_the_files_are_small_and_named_by_their_digest(name):
    path = WEIGHTS / f"{name}.safetensors"
    space = {"mnist-classifier": mnist_classifier, "digits-classifier": digits_classifier}[name]
    assert path.stat().st_size <= 500_000
    made = space(MNIST if name == "mnist-classifier" else DIGITS)
    assert made.profile().digest == hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def images(sample_format, n=40, seed=0):
    return torch.rand(n, *sample_format.shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


@pytest.mark.parametrize(("make", "sample_format"), [(digits_classifier, DIGITS), (mnist_classifier, STACKED)])
def test_a_samples_features_do_not_depend_on_its_neighbours(make, sample_format):
    space, samples = make(sample_format), images(sample_format)
    whole, alone = space(samples), [space(sample[None]) for sample in samples]
    assert torch.allclose(whole.vectors, torch.cat([part.vectors for part in alone]), atol=1e-5)
    assert torch.allclose(whole.logits, torch.cat([part.logits for part in alone]), atol=1e-4)


def test_stacked_digits_are_judged_channel_by_channel():
    stacked, single = mnist_classifier(STACKED), mnist_classifier(MNIST)
    samples = images(STACKED, 20)
    found = stacked(samples)
    each = [single(samples[:, channel : channel + 1]) for channel in range(3)]
    assert found.vectors.shape == (20, 192)
    assert torch.allclose(found.vectors, torch.cat([one.vectors for one in each], dim=1), atol=1e-5)
    assert found.logits.shape == (20, 1_000)
    assert torch.allclose(found.logits.exp().sum(1), torch.ones(20), atol=1e-4)
    classes = [one.logits.argmax(1) for one in each]
    assert torch.equal(found.logits.argmax(1), 100 * classes[0] + 10 * classes[1] + classes[2])


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 32, 32), (2,), (2, 28, 28)])
def test_other_shapes_are_refused_in_one_line(shape):
    with pytest.raises(UnfitError, match=r"mnist-classifier takes digits of 1 or 3 x 28 x 28, not samples of shape"):
        mnist_classifier(SampleFormat(shape, 10, "cpu"))


def test_training_gives_the_same_bits_twice(factory):
    data = factory.dataset(Choice("digits"))
    first, again, other = (train(data, 1, passes=1.0, seed=seed).state_dict() for seed in (0, 0, 1))
    for name, tensor in first.items():
        assert torch.equal(tensor, again[name]), name
    assert not torch.equal(first["head.weight"], other["head.weight"])


@pytest.mark.slow
def test_the_script_makes_a_file_like_the_one_that_ships(factory, tmp_path):
    # in a quarter of the passes, which are enough to come as far
    threads = torch.get_num_threads()
    try:
        line = ["digits-classifier", "--passes", "40", "--out", str(tmp_path / "weights.safetensors")]
        main(line, standalone_mode=False)
    finally:
        torch.set_num_threads(threads)
    made, shipped = load_file(tmp_path / "weights.safetensors"), load_file(WEIGHTS / "digits-classifier.safetensors")
    assert made.keys() == shipped.keys()
    for name, tensor in made.items():
        assert tensor.shape == shipped[name].shape
    space = DigitClassifier(DIGITS, tmp_path / "weights.safetensors", 8, stride=1)
    assert judged_right(space, factory.dataset(Choice("digits"))) >= 0.98


def test_views_keep_black_borders_and_the_range():
    torch.manual_seed(0)
    views = viewed(torch.full((50, 1, 28, 28), -1.0))
    assert torch.allclose(views, torch.full_like(views, -1.0), atol=1e-6)
    white = viewed(torch.ones(50, 1, 28, 28))
    assert white.max() <= 1 + 1e-5
    assert white[:, :, 14, 14].min() > 0.99
    assert white[:, :, 0, 0].min() < 0  # turned or shifted out of sight

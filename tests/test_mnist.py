"""Real MNIST, where a copy is at hand: the data are right, and a GAN learns something from them."""

from dataclasses import replace

import pytest
import torch

from ganbench.evaluation.asking import Request
from ganbench.evaluation.features import FeatureStore
from ganbench.evaluation.sampling import restore
from ganbench.schema.choice import Choice
from ganbench.schema.events import nobody
from ganbench.schema.spec import Budget
from ganbench.storage.store import Store
from ganbench.training.runner import Runner
from ganbench_metrics.frechet import frechet_distance


def test_the_splits_are_whole_and_hold_every_digit(mnist_factory):
    data = mnist_factory.dataset(Choice("mnist"))
    assert (data.shape, data.classes, data.count("train"), data.count("test")) == ((1, 28, 28), 10, 60_000, 10_000)
    assert data.splits["train"][1].bincount().tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


def test_real_against_real_is_best_and_more_noise_is_worse(mnist_factory):
    data = mnist_factory.dataset(Choice("mnist"))
    real, other = (data.head(split, 2_000).samples.flatten(1).double() for split in ("test", "train"))
    noise = torch.randn(other.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = [frechet_distance(real.numpy(), (other + s * noise).numpy()) for s in (0, 0.1, 0.2, 0.3, 0.4, 0.5)]
    assert found == sorted(found)
    assert frechet_distance(real.numpy(), real.numpy()) < 1e-3 < found[0]


@pytest.mark.slow
def test_dcgan_gets_closer_to_the_digits_as_it_trains(mnist_factory, make_spec, tmp_path):
    spec = make_spec(
        dataset="mnist", model="dcgan:width=16", budget=Budget(images=20_000), checkpoints=(0.1, 1.0), samples=1_000
    )
    record = Runner(FeatureStore(mnist_factory), tmp_path).run(spec, Store(tmp_path).run(spec.key), nobody)
    early, late = (checkpoint.scores[0].value for checkpoint in record.checkpoints)
    assert late < early / 2


@pytest.mark.slow
def test_the_conditional_gans_samples_are_what_their_labels_say(mnist_factory, make_spec, tmp_path):
    from sklearn.neighbors import KNeighborsClassifier

    # a judge that never saw a generated digit, and knows the real ones
    data = mnist_factory.dataset(Choice("mnist"))
    train, test = data.head("train", 5_000), data.head("test", 1_000)
    judge = KNeighborsClassifier(3).fit(train.samples.flatten(1).numpy(), train.condition.numpy())
    assert judge.score(test.samples.flatten(1).numpy(), test.condition.numpy()) > 0.9

    # a short run, and what is left of it; a model that is blind to labels is right once in ten times
    spec = make_spec(dataset="mnist", model="cgan:width=16", budget=Budget(images=20_000), samples=500)
    spec = replace(spec, recipe=(("batch", 32), ("learning_rate", 1e-3)))
    folder = Store(tmp_path).run(spec.key)
    record = Runner(FeatureStore(mnist_factory), tmp_path).run(spec, folder, nobody)
    sampler = restore(record, folder, mnist_factory)
    right = []
    for label in range(10):
        samples = sampler.draw(Request(100, seed=0, label=label)).flatten(1).numpy()
        right.append((judge.predict(samples) == label).mean())
    assert sum(right) / 10 > 0.5, right

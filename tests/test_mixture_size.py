"""How many Gaussians a mixture is given where nobody says: as many as the data have, from training data alone."""

import math

import pytest
import torch

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Task
from ganbench.schema.choice import Choice
from ganbench_metrics.likelihood import with_noise
from ganbench_models.gmm import GMM
from ganbench_models.mixture_size import choose_components, numbers


@pytest.mark.parametrize(("dataset", "modes"), [("ring8", 8), ("grid25", 25)])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_number_of_modes_is_read_from_the_data(factory, dataset, modes, seed):
    data = factory.dataset(Choice(dataset)).head("train", 20_000).samples
    assert choose_components(data, "full", 1e-6, torch.Generator().manual_seed(seed)) == modes


def test_one_gaussian_is_given_one_and_a_few_samples_are_no_trouble():
    generator = torch.Generator().manual_seed(0)
    assert choose_components(torch.randn(3_000, 3, generator=generator), "full", 1e-6, generator) == 1
    for count in (1, 2, 5):
        assert 1 <= choose_components(torch.randn(count, 3, generator=generator), "diag", 1e-6, generator) <= count


@pytest.mark.parametrize(("kind", "free"), [("full", 29), ("tied", 17), ("diag", 20), ("spherical", 14)])
def test_a_mixtures_free_numbers_are_counted(kind, free):
    # of 3 components in 3 dimensions: 2 weights, 9 of the means, and their covariances
    assert numbers(kind, 3, 3) == free


def test_a_mixture_that_chose_its_number_counts_its_parameters_and_comes_back_from_its_state():
    points = torch.cat([torch.randn(500, 2) * 0.1, torch.randn(500, 2) * 0.1 + 4])
    model = GMM(Task((2,), 0, "cpu", 1_000, 0))
    assert model.profile().parameters == {}
    list(model.fit(iter([Batch(points, torch.zeros(1_000, dtype=torch.int64))])))
    assert model.components == 2
    assert model.profile().parameters == {"mixture": 14}
    again = GMM(Task((2,), 0, "cpu", 1_000, 0))
    again.load_state_dict(model.state_dict())
    assert torch.equal(*(each.sample(9, torch.Generator().manual_seed(0)) for each in (model, again)))


def test_a_mixture_codes_held_out_digits_in_fewer_bits_than_a_uniform_code(factory):
    data = factory.dataset(Choice("digits"))
    model = GMM(Task(tuple(data.shape), 10, "cpu", data.count("train"), 0))
    list(model.fit(data.batches("train", 100, 0)))
    samples = with_noise(data.head("test", 300).samples, 0)
    nats = model.log_prob(samples).mean().item() + 64 * math.log(2 / 255)
    assert -nats / (64 * math.log(2)) < 7

"""A mixture's terms: all that sums could show is there, and as precise as its arithmetic is."""

import math

import pytest
import torch
from torch.distributions import MultivariateNormal

from ganbench_models.mixture import Mixture
from ganbench_models.mixture_terms import joint_terms


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])
@pytest.mark.parametrize("apart", [0.0, 0.6, 5.0])  # all components share a sample, some do, and one has it alone
def test_terms_that_are_left_out_are_of_shares_that_no_sum_shows(apart, dtype):
    means = torch.randn(6, 40, generator=seeded(3), dtype=torch.float64) * apart
    mixing = torch.randn(6, 40, 40, generator=seeded(4), dtype=torch.float64)
    factors = torch.linalg.cholesky(torch.eye(40) + mixing @ mixing.mT / 40)
    data = means[torch.arange(1_200) % 6] + torch.randn(1_200, 40, generator=seeded(5), dtype=torch.float64)
    mixture = Mixture("full", torch.full((6,), 1 / 6, dtype=torch.float64), means, factors)
    found = joint_terms(mixture, dtype)(data.to(dtype))
    true = MultivariateNormal(means, scale_tril=factors).log_prob(data[:, None]) - math.log(6)
    left_out, single = found == -torch.inf, dtype == torch.float32
    assert (left_out.float().mean() > 0.5) == (apart == 5.0)
    assert torch.allclose(found[~left_out], true[~left_out], rtol=1e-5 if single else 1e-12)
    shares = true.softmax(dim=1)
    assert (shares[left_out] < (1e-5 * torch.finfo(dtype).eps)).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])
def test_a_share_that_is_small_and_can_be_seen_is_there(dtype):
    # components differ in the coordinates that bound their terms alone, so that the bound is the share itself
    apart = torch.arange(1, 5, dtype=torch.float64)  # deviations, in each of ten coordinates
    means = torch.zeros(5, 40, dtype=torch.float64)
    means[1:, :10] = apart[:, None]
    factors = torch.eye(40, dtype=torch.float64).expand(5, 40, 40)
    mixture = Mixture("full", torch.full((5,), 1 / 5, dtype=torch.float64), means, factors)
    found = joint_terms(mixture, dtype)(torch.zeros(1, 40, dtype=dtype))[0]
    shares = torch.cat([torch.zeros(1, dtype=torch.float64), -5 * apart.square()])  # logarithms: 0, -5, -20, -45, -80
    seen = shares > math.log(1e-5 * torch.finfo(dtype).eps)
    assert torch.equal(found > -torch.inf, seen)
    assert torch.allclose((found - found[0])[seen], shares[seen], rtol=1e-5)

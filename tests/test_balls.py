"""The least distances that are kept as tiles come, whether few or all of a tile are nearer."""

import pytest
import torch

from ganbench_metrics.balls import centred, radii
from ganbench_metrics.prdc import prdc


def by_all_distances(samples, k):
    distances = torch.cdist(samples.double(), samples.double(), compute_mode="donot_use_mm_for_euclid_dist").square()
    return distances.fill_diagonal_(torch.inf).topk(k, dim=1, largest=False).values[:, -1]


@pytest.mark.parametrize("order", ["any", "nearer and nearer", "farther and farther", "in clusters"])
@pytest.mark.parametrize("k", [1, 5, 60])
def test_radii_are_those_of_all_distances_in_whatever_order_samples_come(order, k):
    samples = torch.randn(2_300, 3, generator=torch.Generator().manual_seed(0))  # three tiles, the last one not full
    far = samples.norm(dim=1)
    samples = samples[
        {
            "any": slice(None),
            "nearer and nearer": far.argsort(descending=True),
            "farther and farther": far.argsort(),
            "in clusters": (samples[:, 0].sign() * 10 + samples[:, 1].sign()).argsort(),
        }[order]
    ]
    assert torch.allclose(radii(centred(samples)[0], k), by_all_distances(samples, k), rtol=1e-9, atol=0)


@pytest.mark.parametrize("scale", [2.0**-140, 2.0**-80, 2.0**70, 2.0**120])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scores_are_the_same_at_every_scale(scale, dtype):
    generator = torch.Generator().manual_seed(0)
    # few digits, so that the smallest scale, where float32 has no more, loses none
    real, fake = (torch.randint(-99, 100, (300, 6), generator=generator).double() for _ in range(2))
    assert 0 < prdc(real, fake)["coverage"] < 1
    assert prdc((real * scale).to(dtype), (fake * scale).to(dtype)) == prdc(real, fake)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_costs_no_more_digits_than_it_has(dtype):
    generator = torch.Generator().manual_seed(0)
    real, fake = (0.3 + torch.randn(2_000, 3, generator=generator) for _ in range(2))
    real, fake = real.to(dtype), fake.to(dtype)
    assert prdc(real, fake) == prdc(real.double(), fake.double())

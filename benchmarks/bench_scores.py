"""The speed of scores beside what others do: a square root of a matrix, whole matrices of distances, Pillow."""

import numpy as np
import pytest
import torch
from cleanfid.resize import make_resizer
from prdc import compute_prdc
from scipy.linalg import sqrtm

from ganbench_features.inception import resized
from ganbench_metrics.frechet import trace_of_root
from ganbench_metrics.prdc import prdc


def covariances(dimensions):
    random = np.random.default_rng(0)
    return [torch.from_numpy(np.cov(random.standard_normal((2 * dimensions, dimensions)).T)) for _ in range(2)]


def by_square_root(first, second):
    return float(np.trace(sqrtm((first @ second).numpy())).real)


@pytest.mark.parametrize("trace", [trace_of_root, by_square_root])
def bench_trace_of_root(benchmark, trace):
    first, second = covariances(256)
    value = benchmark(trace, first, second)
    assert value == pytest.approx(trace_of_root(first, second), rel=1e-6)


def by_package(real, fake):
    return compute_prdc(real.numpy(), fake.numpy(), nearest_k=5)


@pytest.mark.parametrize("compare", [prdc, by_package])
def bench_precision_and_recall(benchmark, compare):
    generator = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(2_000, 64, generator=generator, dtype=torch.float64) for _ in range(2))
    found = benchmark(compare, real, fake)
    assert found == pytest.approx(prdc(real, fake), rel=1e-9)


def by_pillow(images):
    resize = make_resizer("PIL", False, "bicubic", (299, 299))
    pictures = images.permute(0, 2, 3, 1).byte().numpy()
    return torch.from_numpy(np.stack([resize(picture) for picture in pictures])).permute(0, 3, 1, 2)


@pytest.mark.parametrize("resize", [resized, by_pillow])
def bench_resizing(benchmark, resize):
    images = torch.randint(256, (32, 3, 32, 32), generator=torch.Generator().manual_seed(0)).float()
    found = benchmark(resize, images)
    assert (found - resized(images)).abs().max() < 0.01

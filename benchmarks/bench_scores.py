"""The speed of scores: the Fréchet distance beside the matrix square root that it does without."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from ganbench_metrics.frechet import trace_of_root


def covariances(dimensions):
    random = np.random.default_rng(0)
    return [np.cov(random.standard_normal((2 * dimensions, dimensions)), rowvar=False) for _ in range(2)]


def by_square_root(first, second):
    return float(np.trace(sqrtm(first @ second)).real)


@pytest.mark.parametrize("trace", [trace_of_root, by_square_root])
def bench_trace_of_root(benchmark, trace):
    first, second = covariances(256)
    value = benchmark(trace, first, second)
    assert value == pytest.approx(trace_of_root(first, second), rel=1e-6)

"""What checks are made with: seeded generators, a training that is cut off, and how far sets of samples are apart."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.datasets import Batch
from ganbench.contracts.models import Model

UPDATES = 4  # that most checks of a model train for


def seeded(seed: int = 0) -> torch.Generator:
    """Return a generator of one seed."""
    return torch.Generator().manual_seed(seed)


def energy_distance(first: Tensor, second: Tensor) -> float:
    """Return the squared energy distance of two sets (n, d) and (m, d): 2 E|x - y| - E|x - x'| - E|y - y'|; 0 or more.

    Székely and Rizzo (2013), with all pairs counted, those of a sample with itself too.
    """
    between = torch.cdist(first, second).mean()
    return float(2 * between - torch.cdist(first, first).mean() - torch.cdist(second, second).mean())


def interrupted(model: Model, batches: list[Batch]) -> list[Batch]:
    """Train a few updates, as far as there are any, and stop between two; return the batches that were not taken."""
    data = iter(batches)
    with closing(model.fit(data)) as updates:  # type: ignore[type-var]
        for _ in islice(updates, UPDATES // 2):
            pass
    return list(data)


def drain(model: Model, batches: Sequence[Batch] | Iterator[Batch]) -> None:
    """Train until the batches end."""
    for _ in model.fit(iter(batches)):
        pass


def random_streams() -> tuple[Any, ...]:
    """Return the states of the global random streams of torch, Python and NumPy, to be compared."""
    return torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]


def settings() -> Mapping[str, Any]:
    """Return what is set for the whole process, and is no model's to change, by name."""
    return {
        "default dtype": torch.get_default_dtype(),
        "default device": str(torch.get_default_device()),
        "threads": torch.get_num_threads(),
        "gradients": torch.is_grad_enabled(),
        "deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
        "precision of products": torch.get_float32_matmul_precision(),
        "anomaly detection": torch.is_anomaly_enabled(),
    }


def diffs(before: Mapping[str, Any]) -> dict[str, str]:
    """Return what is set otherwise than before, with both values, by name."""
    return {name: f"{value}, before {before[name]}" for name, value in settings().items() if value != before[name]}

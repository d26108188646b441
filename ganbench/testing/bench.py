"""What all checks share: everything that is installed, on the CPU, and seeded generators."""

from pathlib import Path

import torch

from ganbench.contracts.datasets import Source
from ganbench.registry.catalog import discover
from ganbench.registry.factory import Factory


def make_factory(root: Path | None = None) -> Factory:
    """Return a factory on the CPU of everything that is installed. root: folder of data, if any."""
    return Factory(discover(), "cpu", Source(root, root or Path()))


def seeded(seed: int = 0) -> torch.Generator:
    """Return a generator of one seed."""
    return torch.Generator().manual_seed(seed)

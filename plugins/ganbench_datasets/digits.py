"""The small digits that scikit-learn carries: real data in a test's time, and no download."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

from ganbench import Source, stream
from ganbench.torchkit.resident import Resident
from ganbench_datasets.withheld import Without, withhold

_TEST = 700  # twice what a suite compares with, so that real data can stand in for a model


def digits(source: Source, without: Without = None) -> Resident:  # noqa: ARG001  # every dataset is made from a source
    """Make 1,097 training and 700 test digits, 1 x 8 x 8 with 17 grey levels, split at random once for all.

    From the optical recognition set of Alpaydin and Kaynak (1998), as sklearn.datasets.load_digits has it.
    """
    # 0 to 16 become 0 to 255, white on black
    found = rows(carried())
    images = torch.from_numpy(np.rint(found[:, :-1] * (255 / 16)).astype(np.uint8)).reshape(-1, 1, 8, 8)
    labels = torch.from_numpy(found[:, -1].astype(np.int64))
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(stream(0, "digits")))
    splits = {"test": order[:_TEST], "train": order[_TEST:]}
    data = Resident({split: (images[chosen], labels[chosen]) for split, chosen in splits.items()}, classes=10)
    return withhold(data, without)


def rows(file: Path | None) -> np.ndarray:
    """Return (1797, 65) uint8: 64 grey levels and a class each, from scikit-learn's file; None: by its own reader.

    Importing that reader takes longer than a short run trains.
    """
    if file is not None:
        return np.loadtxt(file, np.uint8, delimiter=",")
    from sklearn.datasets import load_digits

    pixels, target = load_digits(return_X_y=True)
    return np.column_stack([pixels, target]).astype(np.uint8)


def carried() -> Path | None:
    """Return where scikit-learn has the file, without importing it; None where it lies elsewhere."""
    package = find_spec("sklearn")
    file = Path(package.origin).parent / "datasets/data/digits.csv.gz" if package and package.origin else None
    return file if file and file.is_file() else None

"""MNIST (LeCun, Cortes and Burges 1998), from a copy that the user has or through torchvision's download."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ganbench import DataMissingError, Source
from ganbench.torchkit.resident import Resident
from ganbench_datasets.withheld import Without, withhold

if TYPE_CHECKING:
    from torchvision.datasets import MNIST

# of the unpacked files, so that a copy from anywhere is the one that everybody's numbers are about
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
_HINT = "point at a copy with --data-root FOLDER or GANBENCH_DATA, a folder that holds MNIST/raw"


def mnist(source: Source, without: Without = None) -> Resident:
    """Make 60,000 training and 10,000 test digits, 1 x 28 x 28.

    A folder that the user pointed at is only read; without one the data are downloaded once, checked by
    their checksums, into the user's cache. Raises DataMissingError if they are not to be had.
    """
    from torchvision.datasets import MNIST

    return withhold(load(source, MNIST, MD5), without)


def load(source: Source, kind: "type[MNIST]", digests: Mapping[str, str]) -> Resident:
    """Make the digits of a release: where it is downloaded from, and the MD5 of each of its unpacked files."""
    root = source.root or source.cache
    raw = root / "MNIST" / "raw"
    if source.root is None and _missing(raw, digests):
        _download(root, raw, kind)
    if missing := _missing(raw, digests):
        raise DataMissingError(f"no MNIST in {str(raw)!r}: {', '.join(missing)} not there; {_HINT}")
    for name, digest in digests.items():
        if hashlib.md5((raw / name).read_bytes(), usedforsecurity=False).hexdigest() != digest:
            raise DataMissingError(f"{str(raw / name)!r} is damaged: its checksum is wrong; delete it, or {_HINT}")

    splits = {}
    for split in ("train", "test"):
        data = kind(root, train=split == "train")
        splits[split] = (data.data.unsqueeze(1), data.targets.to(torch.int64))
    return Resident(splits, classes=10)


def _missing(raw: Path, digests: Mapping[str, str]) -> list[str]:
    return [name for name in digests if not (raw / name).exists()]


def _download(root: Path, raw: Path, kind: "type[MNIST]") -> None:
    try:
        kind(root, download=True)
    except (OSError, RuntimeError) as error:
        why = str(error).strip().splitlines()[-1]
        raise DataMissingError(f"no MNIST in {str(raw)!r}, and the download failed ({why}); {_HINT}") from None

"""Published sets of pictures, read or downloaded by torchvision, which checks each file: one table for all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Any, Literal

import torch
from torch import Tensor

from ganbench import DataMissingError, Setting, Source
from ganbench.torchkit.resident import Resident
from ganbench_datasets.withheld import OneClass, withhold

Taken = tuple[Tensor, Tensor]  # pictures (n, channels, height, width) uint8, and labels (n,) int64


@dataclass(frozen=True)
class Published:
    """Where a set is in torchvision, and how its pictures are taken from it.

    title: for people. kind: of torchvision.datasets. train, test: what that takes for either split. classes: 0 where
    there are none. folder: where its files are below the root. take: the pictures and labels of a split.
    """

    title: str
    kind: str
    train: Mapping[str, Any]
    test: Mapping[str, Any]
    classes: int
    folder: str
    take: Callable[[Any], Taken]
    more: Mapping[str, Any] = field(default_factory=dict)


def _grey(data: Any) -> Taken:
    return data.data.unsqueeze(1), data.targets.long()


def _upright(data: Any) -> Taken:
    # the pictures of EMNIST lie on their side, as its file has them
    pictures, targets = _grey(data)
    letters = data.split == "letters"  # which are counted from 1
    return pictures.transpose(2, 3).contiguous(), targets - int(letters)


def _last_channel(data: Any) -> Taken:
    return torch.from_numpy(data.data).permute(0, 3, 1, 2).contiguous(), torch.tensor(data.targets)


def _labelled(data: Any) -> Taken:
    labels = torch.from_numpy(data.labels).long()
    return torch.from_numpy(data.data.copy()), labels


_BY_TRAIN = ({"train": True}, {"train": False})
_BY_SPLIT = ({"split": "train"}, {"split": "test"})
SETS = {
    "fashion-mnist": Published("Fashion-MNIST", "FashionMNIST", *_BY_TRAIN, 10, "FashionMNIST/raw", _grey),
    "kmnist": Published("KMNIST", "KMNIST", *_BY_TRAIN, 10, "KMNIST/raw", _grey),
    "emnist": Published("EMNIST", "EMNIST", *_BY_TRAIN, 0, "EMNIST/raw", _upright),
    "cifar10": Published("CIFAR-10", "CIFAR10", *_BY_TRAIN, 10, "cifar-10-batches-py", _last_channel),
    "cifar100": Published("CIFAR-100", "CIFAR100", *_BY_TRAIN, 100, "cifar-100-python", _last_channel),
    "svhn": Published("SVHN", "SVHN", *_BY_SPLIT, 10, ".", _labelled),
    "stl10": Published("STL-10", "STL10", *_BY_SPLIT, 10, "stl10_binary", _labelled),
    "celeba": Published("CelebA", "CelebA", *_BY_SPLIT, 0, "celeba", _grey),
}
_EMNIST_CLASSES = {"byclass": 62, "bymerge": 47, "balanced": 47, "letters": 26, "digits": 10, "mnist": 10}
_FACE = 148  # pixels a side of the middle of a CelebA picture, as is usual


def load(source: Source, found: Published, kinds: Any = None) -> Resident:
    """Make a set from the folder that the user pointed at, which is only read, or else from a download into the cache.

    kinds: where its kind is; torchvision.datasets unless told otherwise. Raises DataMissingError, one line, where files
    are missing or damaged and where a download fails.
    """
    from torchvision import datasets

    root = source.root or source.cache
    make = partial(getattr(kinds or datasets, found.kind), root, **found.more, download=source.root is None)
    where, hint = str(root / found.folder), f"point at a copy with --data-root FOLDER, which holds {found.folder!r}"
    try:
        if source.root is None:
            root.mkdir(parents=True, exist_ok=True)
        splits = {name: found.take(make(**split)) for name, split in (("train", found.train), ("test", found.test))}
    except (OSError, RuntimeError, ImportError, EOFError, ValueError, AssertionError) as error:
        why = (str(error).strip().splitlines() or [type(error).__name__])[-1].split(". You can use")[0]
        did = "" if source.root else ", and the download failed"
        raise DataMissingError(f"no {found.title} in {where!r}{did} ({why}); {hint}") from None
    return Resident(splits, classes=found.classes)


def emnist(
    source: Source,
    split: Annotated[
        Literal["balanced", "letters", "digits", "mnist", "byclass", "bymerge"], Setting("which of its six sets")
    ] = "balanced",
) -> Resident:
    """Make handwritten letters and digits, 1 x 28 x 28, upright (Cohen et al. 2017)."""
    found = SETS["emnist"]
    return load(source, replace(found, classes=_EMNIST_CLASSES[split], more={"split": split}))


def celeba(source: Source, size: Annotated[int, Setting("pixels a side", at_least=8, at_most=148)] = 64) -> Resident:
    """Make 162,770 and 19,962 faces, 3 x size x size, of the middle 148 x 148 pixels (Liu et al. 2015)."""
    return load(source, replace(SETS["celeba"], take=partial(faces, size=size)))


def faces(data: Any, size: int) -> Taken:
    """Return the middle of each picture at a size, one by one; nobody has a class."""
    from PIL import Image
    from torchvision.transforms.functional import center_crop, pil_to_tensor

    pictures = torch.empty(len(data), 3, size, size, dtype=torch.uint8)
    for index in range(len(data)):
        picture = center_crop(data[index][0], [_FACE, _FACE])
        pictures[index] = pil_to_tensor(picture.resize((size, size), Image.Resampling.BICUBIC))
    return pictures, torch.zeros(len(data), dtype=torch.int64)


def _maker(name: str) -> Callable[..., Resident]:
    def make(source: Source, without: OneClass = None) -> Resident:
        return withhold(load(source, SETS[name]), without)

    return make


fashion_mnist, kmnist, cifar10, cifar100, svhn, stl10 = map(
    _maker, ("fashion-mnist", "kmnist", "cifar10", "cifar100", "svhn", "stl10")
)

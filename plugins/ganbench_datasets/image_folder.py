"""Anybody's pictures: a folder of them, or one with a folder for each class."""

from pathlib import Path
from typing import Annotated, Literal

import torch
from torch import Tensor

from ganbench import BadOptionError, DataMissingError, Setting, Source, open_picture, stream
from ganbench.torchkit.resident import Resident
from ganbench_datasets.withheld import withhold

_TEST_SHARE = 0.2


def image_folder(
    source: Source,
    folder: Annotated[
        str,
        Setting("path of pictures, of a folder for each class, or of train and test with these; below the data root"),
    ],
    size: Annotated[
        int, Setting("height and width; pictures are scaled and cropped in the middle", unit="pixels", at_least=1)
    ] = 32,
    channels: Annotated[Literal[1, 3], Setting("1 for grey, 3 for colour")] = 3,
    without: Annotated[
        str | None, Setting("class that is left out of training and stays in the held-out data; none by default")
    ] = None,
) -> Resident:
    """Make a dataset of the pictures in a folder.

    With folders "train" and "test" inside, these are the splits; else a fifth is held out at random, once for
    all. A folder that holds no other folders, but pictures, is of no classes. Raises DataMissingError for a folder
    without pictures and for unreadable ones, BadOptionError for a class that is not there.
    """
    path = (source.root or Path()) / Path(folder).expanduser()
    if not path.is_dir():
        raise DataMissingError(f"no folder {str(path)!r} for image-folder; give folder=PATH, or --data-root FOLDER")
    names, data = _pictures(path, size, channels)
    if without is None:
        return data
    if without not in names:
        known = f"its classes are {', '.join(names)}" if names else "it has no classes"
        raise BadOptionError(f"no class {without!r} to leave out in {str(path)!r}; {known}")
    return withhold(data, names.index(without))


def _pictures(path: Path, size: int, channels: int) -> tuple[list[str], Resident]:
    """Return the class names and both splits."""
    if (path / "train").is_dir() and (path / "test").is_dir():
        names, train = _read(path / "train", size, channels)
        test_names, test = _read(path / "test", size, channels)
        if names != test_names:
            raise DataMissingError(f"train and test in {str(path)!r} have different classes: {names}, {test_names}")
        return names, Resident({"train": train, "test": test}, classes=len(names))

    names, (images, labels) = _read(path, size, channels)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(stream(0, "image-folder")))
    held_out = max(1, int(_TEST_SHARE * len(images)))
    splits = {"test": order[:held_out], "train": order[held_out:]}
    if not len(splits["train"]):
        raise DataMissingError(f"{str(path)!r} holds a single picture; one to train on and one to test on are needed")
    data = Resident({split: (images[chosen], labels[chosen]) for split, chosen in splits.items()}, classes=len(names))
    return names, data


def _read(path: Path, size: int, channels: int) -> tuple[list[str], tuple[Tensor, Tensor]]:
    """Read every picture below path; return the class names, and (n, channels, size, size) uint8 with labels."""
    from PIL import ImageOps
    from torchvision.transforms.functional import pil_to_tensor

    classes, listed = _list(path)
    images = torch.empty(len(listed), channels, size, size, dtype=torch.uint8)
    for index, (name, _) in enumerate(listed):
        try:
            with open_picture(Path(name)) as picture:
                fitted = ImageOps.fit(picture.convert("L" if channels == 1 else "RGB"), (size, size))
        except OSError as error:
            raise DataMissingError(
                f"can't read the picture {name!r}: {error.strerror or error}; mend or remove it"
            ) from None
        images[index] = pil_to_tensor(fitted)
    return classes, (images, torch.tensor([label for _, label in listed], dtype=torch.int64))


def _list(path: Path) -> tuple[list[str], list[tuple[str, int]]]:
    """Return the class names, none of them for a flat folder, and each picture's path with its class."""
    from torchvision.datasets import ImageFolder
    from torchvision.datasets.folder import IMG_EXTENSIONS

    shown = sorted(each for each in path.iterdir() if not each.name.startswith("."))
    flat = [each for each in shown if each.suffix.lower() in IMG_EXTENSIONS and each.is_file()]
    if flat and not any(each.is_dir() for each in shown):
        return [], [(str(each), 0) for each in flat]
    try:
        listing = ImageFolder(str(path))
    except FileNotFoundError as error:
        why = str(error).splitlines()[0]
        raise DataMissingError(f"no pictures, and no class folders with pictures, in {str(path)!r}: {why}") from None
    return listing.classes, listing.samples

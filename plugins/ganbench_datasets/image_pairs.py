"""Anybody's pictures of two domains, in four folders as CycleGAN's data have them: trainA, trainB, testA, testB."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import torch
from torch import Tensor

from ganbench import DataMissingError, Setting, Source, open_picture
from ganbench.torchkit.domains import PairedDomains, TwoDomains

if TYPE_CHECKING:
    from PIL.Image import Image

_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")

Direction = Annotated[Literal["a-to-b", "b-to-a"], Setting("which domain is translated into which")]


def image_pairs(
    source: Source,
    folder: Annotated[str, Setting("path of the folders trainA, trainB, testA, testB; relative to the data root")],
    size: Annotated[
        int | None,
        Setting("height and width; pictures are scaled and cropped in the middle; their own if left out", at_least=1),
    ] = None,
    channels: Annotated[Literal[1, 3], Setting("1 for grey, 3 for colour")] = 3,
    direction: Direction = "a-to-b",
    paired: Annotated[bool, Setting("whether pictures of one name in both domains belong together")] = False,
) -> TwoDomains:
    """Make a dataset of two domains of pictures. Held-out pairs are its truth, where it is paired.

    Raises DataMissingError for a folder that lacks one of the four, for unreadable pictures, for sizes that differ
    where none is given, and for a paired domain whose names are not those of the other.
    """
    path = (source.root or Path()) / Path(folder).expanduser()
    if not path.is_dir():
        raise DataMissingError(f"no folder {str(path)!r} for image-pairs; give folder=PATH, or --data-root FOLDER")
    return read_domains(path, size, channels, direction, paired=paired)


def read_domains(
    path: Path, size: int | None, channels: int, direction: str = "a-to-b", *, paired: bool = False
) -> TwoDomains:
    """Read the four folders of two domains; raises DataMissingError as image_pairs does."""
    files = {part: _files(path, part) for part in ("trainA", "trainB", "testA", "testB")}
    if paired:
        for split in ("train", "test"):
            _check_names(path, split, files)
    if size is None:
        height, width = _common_size([file for each in files.values() for file in each])
    else:
        height, width = size, size
    pictures = {part: _read(each, (height, width), channels) for part, each in files.items()}
    one, other = direction.upper().split("-TO-")
    train, test = ((pictures[f"{split}{other}"], pictures[f"{split}{one}"]) for split in ("train", "test"))
    return PairedDomains(train, test, train, truth=True) if paired else TwoDomains(train, test, truth=False)


def _files(path: Path, part: str) -> list[Path]:
    folder = path / part
    found = sorted(file for file in folder.glob("*") if file.suffix.lower() in _SUFFIXES)
    if not found:
        what = "no pictures" if folder.is_dir() else "no folder"
        raise DataMissingError(f"{what} {part} in {str(path)!r}; two domains are trainA, trainB, testA and testB")
    return found


def _check_names(path: Path, split: str, files: dict[str, list[Path]]) -> None:
    """Raise DataMissingError for a picture whose name the other domain lacks."""
    first, second = ({file.stem for file in files[f"{split}{domain}"]} for domain in "AB")
    for lacking, names in (("B", first - second), ("A", second - first)):
        if names:
            raise DataMissingError(
                f"{split}{lacking} in {str(path)!r} has no picture {min(names)!r}, and its other domain has; "
                "pairs have equal names, and paired=false needs none"
            )


def _common_size(files: list[Path]) -> tuple[int, int]:
    """Return the (height, width) of all pictures; raises DataMissingError where two differ."""
    sizes: dict[tuple[int, int], Path] = {}
    for file in files:
        with _opened(file) as picture:
            sizes.setdefault(picture.size, file)
        if len(sizes) > 1:
            (first, one), (second, other) = sizes.items()
            raise DataMissingError(
                f"{str(other)!r} has {second[0]} x {second[1]} pixels, and {str(one)!r} {first[0]} x {first[1]}; "
                "size=N scales and crops all of them"
            )
    ((width, height),) = sizes
    return height, width


def _read(files: list[Path], size: tuple[int, int], channels: int) -> Tensor:
    """Read pictures as (n, channels, height, width) uint8, scaled and cropped in the middle."""
    from PIL import ImageOps
    from torchvision.transforms.functional import pil_to_tensor

    images = torch.empty(len(files), channels, *size, dtype=torch.uint8)
    for index, file in enumerate(files):
        with _opened(file) as picture:
            fitted = ImageOps.fit(picture.convert("L" if channels == 1 else "RGB"), (size[1], size[0]))
        images[index] = pil_to_tensor(fitted)
    return images


@contextmanager
def _opened(file: Path) -> Iterator["Image"]:
    """Yield a picture, decoded inside the block; raises DataMissingError for one that can't be."""
    try:
        with open_picture(file) as picture:
            yield picture
    except OSError as error:
        raise DataMissingError(
            f"can't read the picture {str(file)!r}: {error.strerror or error}; mend or remove it"
        ) from None

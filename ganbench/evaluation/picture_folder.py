"""A folder of pictures as one tensor; what can't be read is named."""

from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.errors import DataMissingError
from ganbench.reading import open_picture

if TYPE_CHECKING:
    from torch import Tensor

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
_NAMED = 3  # of the files that can't be read


def read_folder(folder: Path, size: int | None = None, skip_broken: bool = False) -> "Tensor":
    """Read every picture in and below a folder, in the order of their paths.

    size: scale and crop each in the middle to size x size; without it all must be of one size. Returns (n, 1 or
    3, height, width) uint8: grey where every picture is. Raises DataMissingError for a folder without pictures,
    for files that can't be read (unless skip_broken leaves them out), and for sizes that differ.
    """
    import torch

    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES and not path.is_dir()]
    if not paths:
        raise DataMissingError(f"no pictures in {str(folder)!r}; looked for {', '.join(SUFFIXES)}")
    read, broken = _read_all(paths, size)
    if broken and not skip_broken:
        names = ", ".join(str(path) for path in broken[:_NAMED]) + (", …" if len(broken) > _NAMED else "")
        raise DataMissingError(f"can't read {len(broken)} of {len(paths)} pictures: {names}; --skip-broken goes on")
    if not read:
        raise DataMissingError(f"none of the {len(paths)} pictures in {str(folder)!r} can be read")

    # one shape for all
    first, shape = next(iter(read.items()))
    for path, picture in read.items():
        if picture.shape[1:] != shape.shape[1:]:
            sizes = " and ".join(f"{each.shape[2]} x {each.shape[1]}" for each in (shape, picture))
            raise DataMissingError(f"{first} and {path} differ in size: {sizes}; --size N scales and crops all")
    pictures = torch.stack([picture.expand(3, -1, -1) for picture in read.values()])
    grey = all(len(picture) == 1 or bool((picture == picture[:1]).all()) for picture in read.values())
    return pictures[:, :1] if grey else pictures


def _read_all(paths: list[Path], size: int | None) -> "tuple[dict[Path, Tensor], list[Path]]":
    from PIL import ImageOps
    from torchvision.transforms.functional import pil_to_tensor

    read, broken = {}, []
    for path in paths:
        try:
            with open_picture(path) as opened:
                picture = opened.convert("L" if opened.mode in ("1", "L", "I;16") else "RGB")
                read[path] = pil_to_tensor(ImageOps.fit(picture, (size, size)) if size else picture)
        except OSError:
            broken.append(path)
    return read, broken

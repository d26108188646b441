"""Rows of pictures that metrics show, by metric and name, written as bytes and read back with suspicion."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.files import write_whole
from ganbench.reading import read_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST_ROWS = 16 * 2**20  # bytes; eight colour pictures of 64 x 64 in three rows take some three hundred thousand
_CHANNELS = (1, 3)

PictureRowsByMetric = dict[str, dict[str, "NDArray[np.uint8]"]]


def write_picture_rows(path: Path, rows: Mapping[str, Mapping[str, "NDArray[np.uint8]"]]) -> None:
    """Write (n, channels, height, width) uint8 pictures by metric and by row, in the order of both.

    Of more than 16 MiB nothing is written: no plot could show so much.
    """
    import numpy as np
    from safetensors.numpy import save

    arrays = {
        f"{number:03}/{row}/{metric}": np.ascontiguousarray(pictures)
        for number, (metric, row, pictures) in enumerate(
            (metric, row, pictures) for metric, each in rows.items() for row, pictures in each.items()
        )
    }
    whole = save(arrays)
    if len(whole) <= LARGEST_ROWS:
        write_whole(path, lambda beside: beside.write_bytes(whole))


def read_picture_rows(path: Path) -> PictureRowsByMetric:
    """Return what write_picture_rows wrote; nothing where there is none, or where anything is not as it wrote it."""
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = load(read_bytes(path, LARGEST_ROWS))
    except (OSError, SafetensorError, KeyError, ValueError, TypeError):
        return {}
    found: PictureRowsByMetric = {}
    for name in sorted(arrays):
        pictures, parts = arrays[name], name.split("/", 2)
        if len(parts) != 3 or pictures.dtype != np.uint8 or pictures.ndim != 4 or 0 in pictures.shape:
            return {}
        found.setdefault(parts[2], {})[parts[1]] = pictures
    shapes = [{pictures.shape for pictures in rows.values()} for rows in found.values()]
    sound = all(len(each) == 1 and next(iter(each))[1] in _CHANNELS for each in shapes)
    return found if sound else {}

"""Arrays of samples as files, .npy and .npz: read with suspicion, and never unpickled."""

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.errors import DataMissingError
from ganbench.reading import check_file, read_member

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

_LARGEST = 2**36  # bytes of a file: an array that is not compressed is no larger than its file
_UNPACKED = 2**27  # bytes of an array that is compressed: a small file may stand for any number
_CHANNELS = (1, 3)


def read_array(path: Path) -> "tuple[np.ndarray, np.ndarray | None]":
    """Return samples, and labels where a .npz has them.

    Raises DataMissingError for what is no array of numbers, and for a compressed one of more than 128 MiB.
    """
    import numpy as np

    try:
        check_file(path, _LARGEST)
        if not zipfile.is_zipfile(path):
            with path.open("rb") as file:
                return np.lib.format.read_array(file, allow_pickle=False), None
        with zipfile.ZipFile(path) as archive:
            members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
            samples = members.get("samples") or next(iter(members.values()))
            return read_member(archive, samples, _UNPACKED), read_member(archive, labels, _UNPACKED) if (
                labels := members.get("labels")
            ) else None
    except FileNotFoundError:
        raise DataMissingError(f"no file {str(path)!r}") from None
    except OSError as error:
        raise DataMissingError(f"can't read {str(path)!r} as an array of numbers: {error.strerror or error}") from None
    except Exception:  # what the decoders raise for damage is in no list
        raise DataMissingError(
            f"can't read {str(path)!r} as an array of numbers; write it with numpy.save or numpy.savez(samples=…)"
        ) from None


def samples_of(path: Path | str, array: "np.ndarray") -> "Tensor":
    """Return (n, *shape) float32 from uint8 images, float images in [-1, 1], or finite float points.

    path: where they are from, for messages.
    """
    import numpy as np
    import torch

    if array.ndim not in (2, 3, 4) or 0 in array.shape or array.dtype.kind not in "fu":
        raise DataMissingError(
            f"{str(path)!r} holds {array.dtype} of shape {array.shape}; it should be uint8 images, float images in "
            "[-1, 1], or float points (n, dimensions)"
        )
    if array.ndim == 2:
        if not (np.isfinite(array.min()) and np.isfinite(array.max())):
            raise DataMissingError(f"{str(path)!r} holds points that are not finite; take them out")
        return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))
    images = array[:, None] if array.ndim == 3 else array
    if images.shape[1] not in _CHANNELS and images.shape[3] in _CHANNELS:
        images = images.transpose(0, 3, 1, 2)
    if array.dtype == np.uint8:
        return scaled(torch.from_numpy(np.ascontiguousarray(images)))
    low, high = float(images.min()), float(images.max())
    if not -1 <= low < 0 or high > 1:
        raise DataMissingError(
            f"the images in {str(path)!r} go from {low:g} to {high:g}; "
            "they should be uint8, or floats that fill [-1, 1]"
        )
    return torch.from_numpy(np.ascontiguousarray(images, dtype=np.float32))


def scaled(pictures: "Tensor") -> "Tensor":
    """Map uint8 levels to float32 in [-1, 1]."""
    return pictures.float().div_(127.5).sub_(1.0)


def as_bytes(pictures: "Tensor") -> "np.ndarray":
    """Return pictures in [-1, 1] as uint8 levels on the CPU, what is outside cut off."""
    levels: np.ndarray = pictures.detach().float().clamp(-1, 1).add(1).mul(127.5).round().byte().cpu().numpy()
    return levels

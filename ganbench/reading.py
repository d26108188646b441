"""Files read with suspicion: regular ones alone, and none larger than its kind may be."""

import errno
import stat
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP")  # of pictures; others may call programs to be decoded
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of archives; others may unpack to any size at one stroke
MOST_PIXELS = 2**26  # of a picture, 8,192 a side
_LARGEST_PICTURE = 2**28  # bytes


def check_file(path: Path, largest: int) -> None:
    """Raise OSError unless path is a regular file of at most `largest` bytes: a pipe would be read for ever."""
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    if found.st_size > largest:
        raise _too_large(path, largest)


def read_bytes(path: Path, largest: int) -> bytes:
    """Return a regular file's bytes; raises OSError as check_file does."""
    check_file(path, largest)
    with path.open("rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:  # it has grown since
        raise _too_large(path, largest)
    return data


def _too_large(path: Path, largest: int) -> OSError:
    return OSError(errno.EFBIG, f"it has more than {largest:,} bytes, the most that are read of its kind", str(path))


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, largest: int) -> "np.ndarray":
    """Return the array of a member of an .npz, never unpickled.

    Raises OSError if it is compressed and unpacks to more than `largest` bytes, ValueError if it is packed by a method
    that may unpack to any size at one stroke, and whatever zipfile and numpy raise for damage.
    """
    import numpy as np

    if member.compress_type not in METHODS:
        raise ValueError(f"{member.filename!r} is packed by a method other than deflate")
    if member.compress_type != zipfile.ZIP_STORED and member.file_size > largest:
        size = f"{member.filename!r} unpacks to {member.file_size:,} bytes, more than the {largest:,} that are read"
        raise OSError(errno.EFBIG, f"{size}; write it without compression, with numpy.savez")
    with archive.open(member) as file:
        array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
        return array


@contextmanager
def open_picture(path: Path) -> Iterator["Image.Image"]:
    """Yield a picture, which is decoded inside the block.

    Raises OSError for what is no picture of FORMATS, has more than MOST_PIXELS, or turns out to be torn: whatever a
    decoder raises for a stranger's file, it is that file's fault alone.
    """
    from PIL import Image

    check_file(path, _LARGEST_PICTURE)
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise ValueError(f"{picture.width} x {picture.height} pixels are too many")
                yield picture
        except OSError:
            raise
        except Exception as error:
            raise OSError(errno.EINVAL, f"it can't be decoded: {error}", str(path)) from None

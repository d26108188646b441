"""Files written whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE)
_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}  # some network file systems flush no folders


class FullDiskError(OSError):
    """A disk that is full, read-only, broken or away; no write of whatever else will fare better."""


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let write fill a file beside path, then put it in path's place in one step, once the disk has its bytes.

    After a power failure the old file is there or the new one, and never a part of either. Raises FullDiskError,
    which names the file, where the disk can take nothing, and else what write raises.
    """
    try:
        _write_whole(path, write)
    except Exception as error:
        # libraries that write files have exceptions of their own, but all give the system's text
        code = next((each for each in _NO_ROOM if os.strerror(each) in str(error)), None)
        if code is None:
            raise
        raise FullDiskError(code, os.strerror(code), str(path)) from error


def _write_whole(path: Path, write: Callable[[Path], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    os.close(handle)
    beside = Path(name)
    try:
        write(beside)
        beside.chmod(0o666 & ~_umask())  # mkstemp's files are their owner's alone
        _flush(beside)
        beside.replace(path)
        _flush(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Wait until the disk has a file's bytes, or a folder's names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

"""A file from the network, once, whole, and checked before anybody reads it."""

import hashlib
import urllib.request
from pathlib import Path

import platformdirs

from ganbench.errors import UnfitError
from ganbench.files import write_whole

_PIECE = 1 << 20  # bytes
_PATIENCE = 30  # seconds without an answer


def weights_folder() -> Path:
    """Return where downloaded weights are kept, in the user's own cache."""
    return Path(platformdirs.user_cache_dir("ganbench")) / "weights"


def fetched(url: str, sha256: str, path: Path, otherwise: str) -> Path:
    """Return path, downloaded from url first if it is not there.

    Raises UnfitError with one line that ends in `otherwise` if the download fails, or if what came, or what
    lay there, has another checksum.
    """
    if not path.exists():
        try:
            write_whole(path, lambda beside: _download(url, beside))
        except OSError as error:  # no network, no such file, no room
            raise UnfitError(f"{path.name} can't be downloaded from {url} ({error}); {otherwise}") from None
    found = digest_of(path)
    if found != sha256:
        path.unlink()
        raise UnfitError(f"{path.name} from {url} is not what it should be: its SHA-256 is {found}; {otherwise}")
    return path


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 in hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(url: str, path: Path) -> None:
    with urllib.request.urlopen(url, timeout=_PATIENCE) as answer, path.open("wb") as file:  # noqa: S310  # our own addresses
        while piece := answer.read(_PIECE):
            file.write(piece)

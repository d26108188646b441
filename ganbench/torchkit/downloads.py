"""A file from the network, once, whole, and checked before anybody reads it; what was cut off goes on where it was."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import platformdirs

from ganbench.errors import UnfitError

_PIECE = 1 << 16  # bytes, of which the last ones are lost when an answer is cut off
_PATIENCE = 30  # seconds without an answer
_WHOLE_ALREADY = 416  # the status of an answer to who asks for what is behind the end


def weights_folder() -> Path:
    """Return where downloaded weights are kept, in the user's own cache."""
    return Path(platformdirs.user_cache_dir("ganbench")) / "weights"


def fetched(url: str, sha256: str, path: Path, otherwise: str) -> Path:
    """Return path, downloaded from url first if it is not there; a bar shows how far it is, where there is a terminal.

    Several processes may ask at once: one downloads, the others wait. Raises UnfitError with one line that ends in
    `otherwise` if the download fails, or if what came, or what lay there, has another checksum.
    """
    from filelock import FileLock

    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_name(f".{path.name}.lock")):
                if not path.exists():
                    _download(url, sha256, path)
        except OSError as error:  # no network, no such file, no room, half an answer
            raise UnfitError(f"{path.name} can't be downloaded from {url} ({_one_line(error)}); {otherwise}") from None
    found = digest_of(path)
    if found != sha256:
        path.unlink()
        raise UnfitError(f"{path.name} from {url} is not what it should be: its SHA-256 is {found}; {otherwise}")
    return path


def fetched_once(url: str, path: Path, otherwise: str, check: Callable[[Path], None]) -> Path:
    """Return path, downloaded first if it is not there, where nobody has published a checksum.

    check: raises OSError for a file that is not whole; asked before the file is moved into place. The SHA-256 of what
    came first is kept beside it, as `path.name.sha256`, and everything later has to have the same. Raises UnfitError
    with one line that ends in `otherwise`, as fetched does.
    """
    from filelock import FileLock

    pin = path.with_name(f"{path.name}.sha256")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock")):
            if not path.exists():
                _download(url, pin.read_text().strip() if pin.exists() else None, path, check)
            if not pin.exists():
                check(path)
                pin.write_text(digest_of(path) + "\n")
            pinned = pin.read_text().strip()
    except OSError as error:
        raise UnfitError(f"{path.name} can't be downloaded from {url} ({_one_line(error)}); {otherwise}") from None
    found = digest_of(path)
    if found != pinned:
        path.unlink()
        raise UnfitError(
            f"{path.name} from {url} is not what came first: its SHA-256 is {found}, and {pin.name} has {pinned}; "
            f"{otherwise}, or remove {str(pin)!r} if it may change"
        )
    return path


def digest_of(path: Path) -> str:
    """Return a file's SHA-256 in hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(url: str, sha256: str | None, path: Path, check: Callable[[Path], None] | None = None) -> None:
    """Download beside path and move into its place; a part that does not lead to the right file is thrown away once."""
    part = path.with_name(f".{path.name}.part")
    resumed = part.exists()
    _continue(url, part)
    if resumed and not _is_right(part, sha256, check):  # the part was of another file
        part.unlink()
        _continue(url, part)
    if check is not None:
        try:
            check(part)
        except OSError:
            part.unlink()  # going on with it would lead to nothing
            raise
    part.replace(path)


def _is_right(path: Path, sha256: str | None, check: Callable[[Path], None] | None) -> bool:
    if sha256 is not None:
        return digest_of(path) == sha256
    try:
        if check is not None:
            check(path)
    except OSError:
        return False
    return True


def _continue(url: str, part: Path) -> None:
    """Download into part what it lacks, or all of it where the server sends no less; raises OSError."""
    import requests
    from tqdm import tqdm

    there = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-"} if there else {})
    with requests.get(url, headers=headers, stream=True, timeout=_PATIENCE) as answer:
        if there and answer.status_code == _WHOLE_ALREADY:
            return
        answer.raise_for_status()
        resumed = answer.status_code == requests.codes.partial_content
        there = there if resumed else 0
        size = answer.headers.get("Content-Length", "")
        total = there + int(size) if size.isdigit() else None
        with (
            part.open("ab" if resumed else "wb") as file,
            tqdm(total=total, initial=there, unit="B", unit_scale=True, desc=part.stem[1:], disable=None) as bar,
        ):
            for piece in answer.iter_content(_PIECE):
                file.write(piece)
                bar.update(len(piece))


def _one_line(error: OSError) -> str:
    return " ".join(str(error).split())

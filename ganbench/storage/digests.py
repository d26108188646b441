"""Digests that show damage: of a run's files, kept in its record, and of the record itself, kept in its last line."""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

_LINE = b',\n  "digest": "%s"\n}\n'
_LENGTH = len(_LINE) - 2 + 64
_PRESENT = re.compile(rb'"digest":\s*"[^"]*"\s*}\s*\Z')


def file_digest(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal digits; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests_of(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the digests of those of the named files that are there, in the order of their names."""
    return {name: file_digest(folder / name) for name in sorted(names) if (folder / name).is_file()}


def seal(text: bytes) -> bytes:
    """Return a JSON object, indented by two, with a last line: the SHA-256 of all bytes before that line.

    The bytes are what counts, so a field that is added later changes nothing for what was written before.
    """
    before = text.rstrip().removesuffix(b"}").rstrip()
    return before + _LINE % _hexadecimal(before)


def is_sealed(data: bytes) -> bool:
    """Tell whether the last line is the digest of what is before it."""
    before = data[:-_LENGTH]
    return data[-_LENGTH:] == _LINE % _hexadecimal(before)


def has_seal(data: bytes) -> bool:
    """Tell whether there is a digest at all, right or wrong."""
    return _PRESENT.search(data[-2 * _LENGTH :]) is not None


def _hexadecimal(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()

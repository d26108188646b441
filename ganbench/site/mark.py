"""The mark of a site: the list of its files, which are ours to replace, and what they were made of."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MARK = ".ganbench-site"
_Stat = tuple[int, int]  # of a file: bytes, and the time of its last change in nanoseconds


@dataclass(frozen=True)
class Mark:
    """What is known of a finished site. inputs: their digest; broken: the sections that could not be written, and why.

    files: by name from the site's root, as they lay there when it was finished.
    """

    inputs: str = ""
    broken: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, _Stat | None] = field(default_factory=dict)

    @classmethod
    def of(cls, out: Path, names: Iterable[str], inputs: str, broken: Mapping[str, str]) -> "Mark":
        """Return the mark of a site whose files are in their places."""
        return cls(inputs, broken, {name: _stat(out / name) for name in sorted(names)})

    def describes(self, out: Path, inputs: str) -> bool:
        """Tell whether a site of these inputs is there, each file as it was when it was finished."""
        return self.inputs == inputs and all(_stat(out / name) == stat for name, stat in self.files.items())

    def write(self, out: Path) -> None:
        """Write it into a site's folder."""
        text = json.dumps({"inputs": self.inputs, "broken": self.broken, "files": self.files})
        (out / MARK).write_text(text, encoding="utf-8")


def read_mark(out: Path) -> Mark:
    """Return the mark in a folder; an empty one where none can be read, and names alone where it is a plain list."""
    try:
        text = (out / MARK).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Mark()
    try:
        found = json.loads(text)
        stats = {str(name): _as_stat(stat) for name, stat in found["files"].items()}
        return Mark(str(found["inputs"]), {str(name): str(why) for name, why in found["broken"].items()}, stats)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Mark(files=dict.fromkeys(text.splitlines()))


def _as_stat(found: object) -> _Stat | None:
    size, changed = found if isinstance(found, list) else (None, None)
    return (size, changed) if isinstance(size, int) and isinstance(changed, int) else None


def _stat(path: Path) -> _Stat | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns

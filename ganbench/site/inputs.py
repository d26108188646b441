"""What a site was made of, as one digest: where it is the same again, so is every page."""

import hashlib
import importlib.util
import os
import sys
from collections.abc import Collection, Iterator
from dataclasses import fields
from functools import partial
from importlib import metadata
from pathlib import Path
from types import FunctionType
from typing import Any

from ganbench.contracts.cards import Card
from ganbench.registry.catalog import Catalog, kinds
from ganbench.storage.digests import file_digest
from ganbench.storage.merge import Merged
from ganbench.storage.records import RECORD, record_bytes
from ganbench.storage.store import RESUME, WEIGHTS

_LIBRARIES = (
    "ganbench", "itables", "jinja2", "matplotlib", "numpy", "pandas", "pillow", "plotly", "pyarrow", "scipy", "seaborn",
)  # fmt: skip
_LARGEST = 2**28  # bytes of a file that is read whole; of a larger one the time of its last change counts
_SOURCES = (".py", ".html", ".svg", ".js", ".css")


def digest_of_inputs(merged: Merged, catalog: Catalog, options: tuple[str | None, ...]) -> str:
    """Return the SHA-256 of all that a site is made of: records, runs' files, options, plugins, code, libraries.

    Records count as they were read, files as they lie there now: one that changes afterwards makes another digest.
    """
    found = hashlib.sha256()
    for part in _parts(merged, catalog, options):
        found.update(part if isinstance(part, bytes) else repr(part).encode("utf-8", "backslashreplace"))
        found.update(b"\0")
    return found.hexdigest()


def _parts(merged: Merged, catalog: Catalog, options: tuple[str | None, ...]) -> Iterator[object]:
    yield options, merged.damaged, sys.version
    yield from ((name, _version(name)) for name in _LIBRARIES)
    yield catalog.plugins
    cards = [card for kind in kinds() for card, _ in catalog.cards(kind)]
    yield from map(_told, cards)
    sections = {_package(card) for card, _ in catalog.cards("report-sections")}
    yield from code_digests({__name__.partition(".")[0], *sections})
    for record, folder in zip(merged.records, merged.folders, strict=True):
        yield record_bytes(record)
        yield from _files(folder)


def _files(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Yield name, size and digest of what lies in a run's folder; the record has the digest of its weights."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name not in (RECORD, RESUME) and path.is_file():
            found = path.stat()
            whole = path.name != WEIGHTS and found.st_size <= _LARGEST and os.access(path, os.R_OK)
            yield path.name, found.st_size, file_digest(path) if whole else str(found.st_mtime_ns)


def _told(card: Card) -> list[Any]:
    """Return what a card says; what it makes by its name, for an object's text has its address in memory."""
    told = {field.name: getattr(card, field.name) for field in fields(card)}
    return [type(card).__name__, told | {"make": _name(card.make)}]


def _name(make: Any) -> str:
    """Return where a thing is made: `package.module:name`."""
    if isinstance(make, str):
        return make
    made = make.func if isinstance(make, partial) else make
    made = made if isinstance(made, type | FunctionType) else type(made)
    return f"{made.__module__}:{made.__qualname__}"


def _package(card: Card) -> str:
    return _name(card.make).partition(":")[0].partition(".")[0]


def code_digests(packages: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the names and the digests of the source files of packages that are installed, templates included."""
    for package in sorted(packages):
        try:
            spec = importlib.util.find_spec(package)
        except (ImportError, ValueError):  # ValueError: a module made without a spec
            spec = None
        for root in map(Path, (spec and spec.submodule_search_locations) or ()):
            paths = sorted(path for path in root.rglob("*") if path.suffix in _SOURCES and path.is_file())
            yield from ((f"{package}/{path.relative_to(root)}", file_digest(path)) for path in paths)
        if spec and spec.origin and not spec.submodule_search_locations and Path(spec.origin).is_file():
            yield package, file_digest(Path(spec.origin))


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""

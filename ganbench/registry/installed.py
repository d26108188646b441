"""Entry points of installed distributions, as importlib.metadata gives them, at a fifth of its cost.

`importlib.metadata.entry_points` imports Python's package of mail and parses what every distribution says, for two
groups of a few: of a command that lists what there is, this was half the time. Here the same files are looked
through as text, in the same order, and only those parsed that name a group of ours. Where distributions may be in
anything but folders (archives, eggs, finders of somebody else's), importlib.metadata is asked.
"""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib import metadata

_SUFFIXES = (".dist-info", ".egg-info")


@dataclass(frozen=True)
class Distribution:
    """What is installed under one name; either is empty where it does not say."""

    name: str
    version: str


@dataclass(frozen=True)
class EntryPoint:
    """A line of a distribution's entry points: `name = value` under `[group]`."""

    name: str
    value: str
    group: str
    dist: Distribution

    def load(self) -> Any:
        """Import what the value names, `module` or `module:attribute`; raises what the import raises."""
        module, _, attributes = self.value.partition("[")[0].partition(":")  # extras, in brackets, say nothing now
        found: Any = import_module(module.strip())
        for attribute in filter(None, attributes.strip().split(".")):
            found = getattr(found, attribute)
        return found


def installed(*groups: str) -> "list[EntryPoint] | list[metadata.EntryPoint]":
    """Return the entry points of some groups, of every distribution that `sys.path` leads to first under its name."""
    if all(map(_is_plain, sys.path)) and not any(map(_finds_distributions, sys.meta_path)):
        return [point for folder in _folders() for point in _entry_points(folder, groups)]
    from importlib import metadata

    found = metadata.entry_points()
    return [point for group in groups for point in found.select(group=group)]


def _is_plain(path: str) -> bool:
    """Whether all distributions at a place on the path are folders in it."""
    return not path.lower().endswith(".egg") and not Path(path).is_file()


def _finds_distributions(finder: Any) -> bool:
    """Whether a finder of modules knows distributions that are not on the path; Python asks in this way too."""
    return finder is not PathFinder and getattr(finder, "find_distributions", None) is not None


def _folders() -> Iterator[str]:
    """Yield what describes each distribution; where two have one name, the first alone is seen."""
    seen: set[str] = set()
    for place in sys.path:
        try:
            with os.scandir(place or ".") as inside:
                names = [entry.name for entry in inside]
        except OSError:
            continue
        for name in names:
            if name.lower().endswith(_SUFFIXES):
                plain = re.sub(r"[-_.]+", "_", name.rpartition(".")[0].partition("-")[0]).lower()
                if plain not in seen:
                    seen.add(plain)
                    yield f"{place or '.'}/{name}"


def _entry_points(folder: str, groups: tuple[str, ...]) -> Iterator[EntryPoint]:
    text = _read(folder, "entry_points.txt")
    if not any(f"[{group}]" in text for group in groups):
        return
    dist, group = _distribution(folder), ""
    for line in map(str.strip, text.splitlines()):
        name, equals, value = line.partition("=")
        if line.startswith("[") and line.endswith("]"):
            group = line.strip("[]")
        elif group in groups and equals and not line.startswith("#"):
            yield EntryPoint(name.strip(), value.strip(), group, dist)


def _distribution(folder: str) -> Distribution:
    said = _read(folder, "METADATA") or _read(folder, "PKG-INFO")
    headers = (line.partition(":")[::2] for line in said.partition("\n\n")[0].splitlines())
    facts = {name.lower(): value.strip() for name, value in reversed(list(headers))}
    return Distribution(facts.get("name", ""), facts.get("version", ""))


def _read(folder: str, name: str) -> str:
    """Return a file's text; nothing where there is none, as for a distribution that is described by one file."""
    try:
        return Path(folder, name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""

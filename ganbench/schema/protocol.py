"""What somebody needs to get a score again: a mapping that stands in a table's cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Fact = str | int | float


@dataclass(frozen=True)
class Protocol:
    """Facts by name, in the order of their names; equal ones are equal, and can be grouped by.

    It is no Mapping itself, since pandas takes what can be iterated for a column.
    """

    items: tuple[tuple[str, Fact], ...] = ()

    @classmethod
    def of(cls, facts: Mapping[str, Fact], without: Collection[str] = ()) -> Protocol:
        """Make it from a mapping, some names left out."""
        return cls(tuple(sorted((name, fact) for name, fact in facts.items() if name not in without)))

    @cached_property
    def _hash(self) -> int:
        return hash(self.items)

    def __hash__(self) -> int:  # of each row of a table, and of few protocols
        return self._hash

    def __reduce__(self) -> tuple[type[Protocol], tuple[Any, ...]]:
        return Protocol, (self.items,)  # without its hash, which is another one in another process

    @property
    def facts(self) -> dict[str, Fact]:
        """The facts as a mapping."""
        return dict(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)

    def __str__(self) -> str:
        return ", ".join(f"{name}={fact}" for name, fact in self.items)

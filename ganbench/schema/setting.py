"""Declared parameters: what a parameter means, which values it takes, and the check of a value against both."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from ganbench.errors import BadOptionError
from ganbench.schema.choice import Value

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}


@dataclass(frozen=True)
class Setting:
    """What a plugin declares of a parameter: `width: Annotated[int, Setting("channels", at_least=1)] = 64`.

    about: what it is, for people. unit: of the number, where it has one. The bounds are of numbers.
    """

    about: str
    unit: str = ""
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None

    @property
    def bounds(self) -> str:
        """The bounds in words: `of 1 or more`, `above 0 and below 1`; nothing without any."""
        low = [] if self.above is None else [f"above {self.above:g}"]
        if self.at_least is not None and self.at_most is not None:
            return f"from {self.at_least:g} to {self.at_most:g}"
        if self.at_least is not None:
            low = [f"of {self.at_least:g} or more" if self.below is None else f"from {self.at_least:g}"]
        high = [] if self.at_most is None else [f"{'up to' if low else 'of at most'} {self.at_most:g}"]
        high += [] if self.below is None else [f"below {self.below:g}"]
        joint = " to " if self.at_least is not None and high else " and "
        return joint.join([*low, *high])


@dataclass(frozen=True)
class Parameter:
    """One parameter of something that a plugin offers.

    annotation: its type without the setting. default: what it is unless given; None where it depends on the data.
    required: whether it has no default. setting: None for a parameter that was not declared.
    """

    name: str
    annotation: Any
    default: Any = None
    required: bool = False
    setting: Setting | None = None

    @classmethod
    def of(cls, name: str, annotation: Any, default: Any = None, required: bool = False) -> Parameter:
        """Take an annotation apart: `Annotated[int, Setting(…)]`, `int`, or nothing at all (Any)."""
        setting = None
        if typing.get_origin(annotation) is Annotated:
            annotation, *notes = typing.get_args(annotation)
            setting = next((note for note in notes if isinstance(note, Setting)), None)
        return cls(name, annotation, default, required, setting)

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values of a `Literal`; none where any will do."""
        return tuple(choice for part in _parts(self.annotation) if typing.get_origin(part) is Literal
                     for choice in typing.get_args(part))  # fmt: skip

    @property
    def kind(self) -> str:
        """What values it takes, in words: `a whole number of 1 or more`, `batch, layer or none`."""
        if self.choices:
            words = [str(choice) for choice in self.choices]
            return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
        names = [_KINDS[part] for part in _parts(self.annotation) if part in _KINDS]
        bounds = self.setting.bounds if self.setting else ""
        return " ".join(filter(None, [" or ".join(names) or "any value", bounds]))

    def checked(self, value: Value, owner: str) -> Value:
        """Return a value as its type has it; raises BadOptionError in the name of its owner for one that it is not.

        A whole number is taken for a number, and for a word; nothing else is converted. A parameter without a type
        takes anything.
        """
        from pydantic import ValidationError

        if type(value) is int and str in _parts(self.annotation) and int not in _parts(self.annotation):
            value = str(value)
        if self.choices and not any(type(value) is type(choice) for choice in self.choices):
            raise self._refused(value, owner)
        try:
            checked: Value = _adapter(self.annotation, self.setting).validate_python(value, strict=True)
        except ValidationError:
            raise self._refused(value, owner) from None
        return checked

    def _refused(self, value: Value, owner: str) -> BadOptionError:
        hint = f'; write {self.name}="{value}" for a word' if str in _parts(self.annotation) else ""
        return BadOptionError(f"{owner} takes {self.kind} for {self.name}, not {value!r}{hint}")


@cache
def _adapter(annotation: Any, setting: Setting | None) -> TypeAdapter[Any]:
    """Return what checks a value of a type, but for None, within a setting's bounds."""
    from annotated_types import Ge, Gt, Le, Lt
    from pydantic import TypeAdapter

    checked: Any = reduce(or_, _parts(annotation))
    limits = setting and ((Ge, setting.at_least), (Gt, setting.above), (Le, setting.at_most), (Lt, setting.below))
    for bound, limit in limits or ():
        if limit is not None:
            checked = Annotated[checked, bound(limit)]
    return TypeAdapter(checked)


def _parts(annotation: Any) -> list[Any]:
    """Return the members of a union but for None, or the annotation alone."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [part for part in typing.get_args(annotation) if part is not type(None)]
    return [annotation]

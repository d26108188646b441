"""A name with parameters, as a user types it and as a record stores it: `dcgan:latent=64,width=32`."""

import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ganbench.errors import BadOptionError

Value = bool | int | float | str

_MOST = 10_000  # choices that a grid may stand for
_LARGEST = 2**63  # whole numbers from here on are refused: no parameter means so much
_NAME, _KEY = re.compile(r'[^\s:=,"]([^:=,"\n]*[^\s:=,"])?'), re.compile(r"[^\W\d]\w*")
_STRING = r'"(?:[^"\\]|\\.)*"'  # as JSON writes it
_VALUE = re.compile(rf'(?P<value>{_STRING}|[^,|"][^,|]*)\s*(?:(?P<more>\|)\s*|$)')  # and whether another follows


@dataclass(frozen=True, order=True)
class Choice:
    """Which plugin's thing to make, and what to make it with.

    Two choices with the same parameters are equal in whatever order they were given. The text of a choice reads
    back as that choice, whatever its values: strings that would read as something else are written as JSON strings.
    """

    name: str
    parameters: tuple[tuple[str, Value], ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadOptionError(f"can't read {self.name!r} as a name; write NAME or NAME:key=value,key=value")
        if self.parameters != ():
            checked = [(_checked_key(key), _checked_value(key, value)) for key, value in self.parameters]
            object.__setattr__(self, "parameters", tuple(sorted(checked)))

    def __str__(self) -> str:
        return f"{self.name}:{settings_text(self.parameters)}" if self.parameters else self.name

    @classmethod
    def of(cls, name: str, parameters: Mapping[str, Value] | None = None) -> "Choice":
        """Make a choice from a mapping of parameters."""
        return cls(name, tuple((parameters or {}).items()))

    @classmethod
    def parse(cls, text: str) -> "Choice":
        """Read `name` or `name:key=value,key=value`; raises BadOptionError for anything else, grids included."""
        choices = cls.parse_grid(text)
        if len(choices) > 1:
            raise BadOptionError(f"{text!r} stands for {len(choices)} choices, and one is wanted here")
        return choices[0]

    @classmethod
    def parse_grid(cls, text: str) -> list["Choice"]:
        """Read one choice or a grid of them: `name:key=value|value` stands for one choice a value."""
        name, _, settings = text.strip().partition(":")
        if not name or "=" in name:
            raise BadOptionError(f"can't read {text!r}; write NAME or NAME:key=value,key=value")
        return grid(name.strip(), _parse_axes(settings, text) if settings else {})

    @classmethod
    def parse_many(cls, text: str) -> list["Choice"]:
        """Read choices and grids joined by commas; a piece `key=value` goes with the choice before it."""
        whole: list[str] = []
        for piece in _pieces(text):
            if whole and "=" in piece and ":" not in piece.partition("=")[0]:
                whole[-1] += f",{piece}"
            else:
                whole.append(piece)
        return [choice for each in whole for choice in cls.parse_grid(each)]

    def to_dict(self) -> dict[str, Value]:
        """Return the parameters as a mapping, ready to be passed as keywords."""
        return dict(self.parameters)


def grid(name: str, axes: Mapping[str, Any]) -> list[Choice]:
    """Return a choice for every combination of values; an axis is a value or a list of values."""
    listed = [value if isinstance(value, list) else [value] for value in axes.values()]
    if not all(listed):
        raise BadOptionError(f"a parameter of {name!r} has an empty list of values")
    if math.prod(map(len, listed)) > _MOST:
        raise BadOptionError(f"the parameters of {name!r} stand for more than {_MOST:,} choices")
    combinations = itertools.product(*listed)
    return [Choice.of(name, dict(zip(axes, values, strict=True))) for values in combinations]


def parse_settings(text: str) -> dict[str, Value]:
    """Read `key=value,key=value`; values are numbers, true, false, bare words or JSON strings."""
    settings: dict[str, Value] = {}
    for key, values in _parse_axes(text, text).items():
        if len(values) > 1:
            raise BadOptionError(f"{key} has {len(values)} values in {text!r}, and one is wanted here")
        settings[key] = values[0]
    return settings


def parse_value(text: str) -> Value:
    """Return text as a boolean, a whole number, a finite number or a JSON string where it is one, else as it stands."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if isinstance(value, float) and not math.isfinite(value):
        return text
    return value if isinstance(value, bool | int | float | str) else text


def settings_text(settings: Mapping[str, Value] | Iterable[tuple[str, Value]]) -> str:
    """Write settings so that parse_settings reads the same values back."""
    if not settings:
        return ""
    return ",".join(f"{key}={_value_text(value)}" for key, value in sorted(dict(settings).items()))


def _value_text(value: Value) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    plain = value == value.strip() and value.isprintable() and not re.search(r'^$|[,|"]', value)
    return value if plain and parse_value(value) == value else json.dumps(value)


def _parse_axes(settings: str, whole: str) -> dict[str, list[Value]]:
    """Read `key=value,key=value|value` as lists of values by key."""
    axes: dict[str, list[Value]] = {}
    for piece in _pieces(settings):
        key, _, text = (part.strip() for part in piece.partition("="))
        values = list(_values(text))
        if not (_KEY.fullmatch(key) and values):
            raise BadOptionError(f"can't read {piece!r} in {whole!r}; write key=value,key=value")
        if key in axes:
            raise BadOptionError(f"{key} is given twice in {whole!r}")
        axes[key] = [parse_value(value) for value in values]
    return axes


def _values(text: str) -> Iterator[str]:
    """Yield what stands between bars; nothing if any of it is empty or a string is torn."""
    found, position = [], 0
    while match := _VALUE.match(text, position):
        found.append(match["value"].strip())
        position = match.end()
        if not match["more"]:
            break
    whole = position == len(text) and match is not None
    yield from found if whole and all(found) else ()


def _pieces(text: str) -> list[str]:
    """Cut text at the commas that stand outside of JSON strings."""
    pieces, start, inside, escaped = [], 0, False, False
    for position, letter in enumerate(text):
        opens = letter == '"' and (inside or text[:position].rstrip()[-1:] in ("=", "|"))
        if escaped:
            escaped = False
        elif inside and letter == "\\":
            escaped = True
        elif opens:
            inside = not inside
        elif letter == "," and not inside:
            pieces.append(text[start:position])
            start = position + 1
    return [*pieces, text[start:]]


def _checked_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise BadOptionError(f"can't read {key!r} as a parameter's name; write key=value,key=value")
    return key


def _checked_value(key: str, value: Value) -> Value:
    if not isinstance(value, bool | int | float | str):
        raise BadOptionError(f"a parameter is a number, true, false or a string, not {key} = {value!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadOptionError(f"a parameter is a finite number, not {key} = {value!r}")
    if isinstance(value, int) and abs(value) >= _LARGEST:
        raise BadOptionError(
            f"a parameter is a whole number below 2^63, not {key} = a number of {value.bit_length()} bits"
        )
    return value

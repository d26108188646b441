"""A name with parameters, as a user types it and as a record stores it: `dcgan:latent=64,width=32`."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ganbench.errors import BadOptionError

Value = bool | int | float | str


@dataclass(frozen=True, order=True)
class Choice:
    """Which plugin's thing to make, and what to make it with.

    Two choices with the same parameters are equal in whatever order they were given.
    """

    name: str
    parameters: tuple[tuple[str, Value], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(sorted((key, value) for key, value in self.parameters)))

    def __str__(self) -> str:
        settings = settings_text(dict(self.parameters))
        return f"{self.name}:{settings}" if settings else self.name

    @classmethod
    def of(cls, name: str, parameters: Mapping[str, Value] | None = None) -> "Choice":
        """Make a choice from a mapping of parameters."""
        return cls(name, tuple((parameters or {}).items()))

    @classmethod
    def parse(cls, text: str) -> "Choice":
        """Read `name` or `name:key=value,key=value`; raises BadOptionError for anything else."""
        name, _, settings = text.strip().partition(":")
        if not name or "=" in name:
            raise BadOptionError(f"can't read {text!r}; write NAME or NAME:key=value,key=value")
        return cls.of(name, parse_settings(settings) if settings else {})

    @classmethod
    def parse_many(cls, text: str) -> list["Choice"]:
        """Read choices joined by commas; a piece `key=value` goes with the choice before it."""
        whole: list[str] = []
        for piece in text.split(","):
            if whole and "=" in piece and ":" not in piece.partition("=")[0]:
                whole[-1] += f",{piece}"
            else:
                whole.append(piece)
        return [cls.parse(text) for text in whole]

    def to_dict(self) -> dict[str, Value]:
        """Return the parameters as a mapping, ready to be passed as keywords."""
        return dict(self.parameters)


def parse_settings(text: str) -> dict[str, Value]:
    """Read `key=value,key=value`; values are numbers, true, false or bare words."""
    settings: dict[str, Value] = {}
    for piece in text.split(","):
        key, equals, value = (part.strip() for part in piece.partition("="))
        if not (key and equals and value):
            raise BadOptionError(f"can't read {piece!r} in {text!r}; write key=value,key=value")
        settings[key] = parse_value(value)
    return settings


def parse_value(text: str) -> Value:
    """Return text as a boolean, an integer or a finite number where it is one, else as it stands."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if isinstance(value, float) and not math.isfinite(value):
        return text
    return value if isinstance(value, bool | int | float) else text


def settings_text(settings: Mapping[str, Value] | Iterable[tuple[str, Value]]) -> str:
    """Write settings so that parse_settings reads the same values back."""
    return ",".join(
        f"{key}={value if isinstance(value, str) else json.dumps(value)}"
        for key, value in sorted(dict(settings).items())
    )

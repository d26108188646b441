"""A space to search for parameters, as it is typed: `learning_rate=log:1e-5..1e-2,steps=1..5,norm=batch|layer`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ganbench.errors import BadOptionError
from ganbench.registry.catalog import Catalog
from ganbench.registry.factory import signature
from ganbench.registry.parameters import Signature
from ganbench.schema.choice import Choice, Value, parse_value

_RANGE = re.compile(r"(?P<log>log:)?(?P<low>[^.|:]+(?:\.\d+)?(?:e[-+]?\d+)?)\.\.(?P<high>.+)", re.IGNORECASE)
_HELP = "write NAME=LOW..HIGH, NAME=log:LOW..HIGH or NAME=one|other, joined by commas"


@dataclass(frozen=True)
class Axis:
    """One parameter. values: those to choose from; or low and high, both included, of whole numbers or of any.

    log: whether every power of ten is as likely as another.
    """

    name: str
    low: int | float = 0
    high: int | float = 0
    log: bool = False
    values: tuple[Value, ...] = ()

    @property
    def ends(self) -> tuple[Value, ...]:
        """What must be allowed for the whole axis to be."""
        return self.values or (self.low, self.high)


def parse_space(text: str) -> tuple[Axis, ...]:
    """Read a space; raises BadOptionError for what can't be read."""
    if not isinstance(text, str):
        raise BadOptionError(f"a space is a text, such as 'learning_rate=log:1e-5..1e-2', and not {text!r:.80}")
    axes: dict[str, Axis] = {}
    for piece in text.split(","):
        name, equals, said = (part.strip() for part in piece.partition("="))
        if not (name.isidentifier() and equals and said):
            raise BadOptionError(f"can't read {piece.strip()!r} in the space {text!r}; {_HELP}")
        if name in axes:
            raise BadOptionError(f"{name} is given twice in the space {text!r}")
        axes[name] = _axis(name, said, text)
    return tuple(axes.values())


def _axis(name: str, said: str, text: str) -> Axis:
    if "|" in said:
        values = tuple(dict.fromkeys(parse_value(value.strip()) for value in said.split("|")))
        if "" in values or len(values) < 2:
            raise BadOptionError(f"can't read {said!r} in the space {text!r}; {_HELP}")
        return Axis(name, values=values)
    match = _RANGE.fullmatch(said)
    low, high = (parse_value(match[end].strip()) for end in ("low", "high")) if match else ("", "")
    if isinstance(low, str | bool) or isinstance(high, str | bool):
        raise BadOptionError(f"can't read {said!r} in the space {text!r}; {_HELP}")
    log = bool(match and match["log"])
    if not low < high or (log and low <= 0):
        rule = "a logarithmic range begins above 0" if log and low <= 0 else "a range goes from less to more"
        raise BadOptionError(f"{rule}, not {name}={said}")
    return Axis(name, low, high, log)


def owners(space: tuple[Axis, ...], model: Choice, loss: Choice | None, catalog: Catalog) -> dict[str, str]:
    """Return whose parameter each axis is, "model" or "loss"; raises BadOptionError for one that neither has.

    The ends of each axis are checked as values that a user types are.
    """
    declared = {"model": signature("models", catalog.get("models", model.name))}
    if loss is not None:
        declared["loss"] = signature("losses", catalog.get("losses", loss.name))
    found = {axis.name: _owner(axis, declared) for axis in space}
    for axis in space:
        for end in axis.ends:
            parts = with_values({axis.name: end}, found, model, loss)
            declared["model"].checked(parts[0], "model")
            if parts[1] is not None:
                declared["loss"].checked(parts[1], "loss")
    return found


def _owner(axis: Axis, declared: Mapping[str, Signature]) -> str:
    names = {owner: [parameter.name for parameter in each.all] for owner, each in declared.items()}
    for owner, known in names.items():
        if axis.name in known:
            return owner
    if declared["model"].open or declared["model"].wraps:
        return "model"
    taken = ", ".join(dict.fromkeys(name for each in names.values() for name in each)) or "none"
    raise BadOptionError(f"there is no parameter {axis.name!r} to search; the model and its loss take {taken}")


def with_values(
    values: Mapping[str, Value], found: Mapping[str, str], model: Choice, loss: Choice | None
) -> tuple[Choice, Choice | None]:
    """Return the model and the loss with values in place, each where it belongs; found: as owners gives it."""
    parts = {owner: {name: value for name, value in values.items() if found[name] == owner} for owner in found.values()}
    chosen = Choice.of(model.name, model.to_dict() | parts.get("model", {}))
    return chosen, loss and Choice.of(loss.name, loss.to_dict() | parts.get("loss", {}))

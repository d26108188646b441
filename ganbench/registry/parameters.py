"""What makers declare of their parameters: read from their signatures, checked, filled with defaults."""

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ganbench.contracts.wraps import ModelMaker, Wraps
from ganbench.errors import BadOptionError, nearest
from ganbench.schema.choice import Choice, Value
from ganbench.schema.recipe import Recipe, recipe_parameters
from ganbench.schema.setting import Parameter

_KEYWORDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True)
class Signature:
    """What a maker takes besides what it is handed.

    own: its declared parameters, in their order. recipe: the published recipe of a loss that takes one; its settings
    are parameters too. wraps: the parameter that names another model, whose parameters are taken too.
    open: whether it takes further keywords, which nobody declared.
    """

    own: tuple[Parameter, ...] = ()
    recipe: Recipe | None = None
    wraps: Parameter | None = None
    open: bool = False

    @property
    def all(self) -> tuple[Parameter, ...]:
        """Its own parameters, and the settings of its recipe with their published values."""
        if self.recipe is None:
            return self.own
        published = vars(self.recipe)
        own = {parameter.name for parameter in self.own}
        settings = [each for each in recipe_parameters() if each.name not in own]
        return (*self.own, *(Parameter(p.name, p.annotation, published[p.name], setting=p.setting) for p in settings))

    @property
    def defaults(self) -> dict[str, Value]:
        """Every parameter that has a default, with it; those that depend on the data have none."""
        return {p.name: p.default for p in self.all if isinstance(p.default, bool | int | float | str)}

    def checked(self, choice: Choice, kind: str, reserved: tuple[str, ...] = ()) -> dict[str, Value]:
        """Return a choice's parameters as their types have them; those of a wrapped model as they are.

        reserved: names that whoever calls takes care of, to be suggested with the others. Raises BadOptionError for
        unknown names, which suggests the nearest, and for values that don't fit.
        """
        known = {parameter.name: parameter for parameter in self.all}
        checked = {}
        for name, value in choice.parameters:
            if name in known:
                checked[name] = known[name].checked(value, f"{kind} {choice.name!r}")
            elif self.open or self.wraps:
                checked[name] = value
            else:
                names = [*known, *reserved]
                takes = nearest(name, names) if names else "; it takes none"
                raise BadOptionError(f"{kind} {choice.name!r} takes no parameter {name!r}{takes}")
        missing = [p.name for p in self.own if p.required and p.name not in checked]
        if missing:
            raise BadOptionError(f"{kind} {choice.name!r} needs {missing[0]}; write {choice.name}:{missing[0]}=…")
        return checked


@cache
def signature_of(make: Callable[..., Any], handed: int) -> Signature:
    """Read a maker's signature; handed: how many positional arguments the harness gives, which are no parameters."""
    parameters = list(inspect.signature(make).parameters.values())[handed:]
    hints = _hints(make)
    own, recipe, wraps = [], None, None
    for parameter in parameters:
        if parameter.kind not in _KEYWORDS:
            continue
        required = parameter.default is inspect.Parameter.empty
        hint = hints.get(parameter.name, Any)
        declared = Parameter.of(parameter.name, hint, None if required else parameter.default, required)
        if Recipe in (declared.annotation, *typing.get_args(declared.annotation)):
            published = getattr(make, "recipe", None)
            recipe = published if isinstance(published, Recipe) else Recipe()
        elif isinstance(declared.setting, Wraps):
            wraps = Parameter(parameter.name, ModelMaker, setting=declared.setting)
        else:
            own.append(declared)
    keywords = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters)
    return Signature(tuple(own), recipe, wraps, keywords)


def _hints(make: Callable[..., Any]) -> Mapping[str, Any]:
    """Return the types of a maker's parameters; none of a stranger's that can't be evaluated."""
    function = make.__init__ if isinstance(make, type) else make  # type: ignore[misc]
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # names that exist for type checkers alone, partials, callables of every sort
        return {}

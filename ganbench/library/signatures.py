"""Signatures that a notebook completes: options of a TypedDict, shown by name as the keywords that they are."""

import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Returned = TypeVar("_Returned")


def shows(options: type) -> Callable[[Callable[_Given, _Returned]], Callable[_Given, _Returned]]:
    """Show each option in the signature of a function that takes `**options: Unpack[…]`, as a shell completes them.

    Type checkers know them anyway, and what is called stays as it is. The default `...` says that one may be left out.
    """

    def shown(function: Callable[_Given, _Returned]) -> Callable[_Given, _Returned]:
        plain = inspect.signature(function)
        own = [each for each in plain.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        named = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=..., annotation=annotation)
            for name, annotation in options.__annotations__.items()
        ]
        function.__signature__ = plain.replace(parameters=[*own, *named])  # type: ignore[attr-defined]
        return function

    return shown

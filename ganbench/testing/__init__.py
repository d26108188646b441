"""Conformance: what a plugin's author calls in a test to know that a thing keeps its contract, one file a kind.

`conformance` makes a test of every check; `check_model` and its like run them all, and raise what was expected, what
came, and where the contract says so.

Importing it costs next to nothing: a process that an executor starts unpickles work of this package, and no more.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganbench.testing.checking import (
        check_dataset,
        check_loss,
        check_metric,
        check_model,
        conformance,
        run_checks,
    )
    from ganbench.testing.kit import BrokenContractError, Outcome, Subject, Verdict, make_factory

__all__ = [
    "BrokenContractError",
    "Outcome",
    "Subject",
    "Verdict",
    "check_dataset",
    "check_loss",
    "check_metric",
    "check_model",
    "conformance",
    "make_factory",
    "run_checks",
]

_OF_KIT = ("BrokenContractError", "Outcome", "Subject", "Verdict", "make_factory")


def __dir__() -> list[str]:
    """Return the public names, for shells that complete them: most are not imported yet."""
    return [*globals(), *(name for name in __all__ if name not in globals())]


def __getattr__(name: str) -> Any:
    """Import a name where it is defined, the first time that it is used."""
    if name not in __all__:
        raise AttributeError(f"module 'ganbench.testing' has no attribute {name!r}")
    module = import_module(f"ganbench.testing.{'kit' if name in _OF_KIT else 'checking'}")
    found = globals()[name] = getattr(module, name)
    return found

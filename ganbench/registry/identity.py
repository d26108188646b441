"""Which thing a choice stands for, however it was written: `dcgan` and `dcgan:width=64` are one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ganbench.contracts.cards import MetricCard
from ganbench.registry.catalog import Catalog, singular
from ganbench.registry.factory import signature
from ganbench.registry.measure import FEATURES, own_parameters, space_of
from ganbench.registry.parameters import Signature
from ganbench.schema.choice import Choice, Value


@dataclass(frozen=True)
class Identity:
    """A choice as it stands for one thing.

    choice: without the parameters that are at their defaults. defaults: these, so that a plugin whose defaults
    change makes other runs.
    """

    choice: Choice
    defaults: Mapping[str, Value]


def identify(catalog: Catalog, kind: str, choice: Choice) -> Identity:
    """Return what a choice stands for; raises UnknownNameError, and BadOptionError for bad parameters.

    A thing whose import fails stands for itself: its run will fail with that reason.
    """
    card = catalog.get(kind, choice.name)
    try:
        declared = signature(kind, card)
    except Exception:  # a stranger's import may do anything
        return Identity(choice, {})
    if isinstance(card, MetricCard) and (space := space_of(card, choice)):
        catalog.get("features", space.name)
        given = declared.checked(own_parameters(choice), singular(kind), reserved=(FEATURES,))
        own = _reduced(given, declared.defaults)
        chosen = {FEATURES: str(identify(catalog, "features", space).choice)}
        return _joined(choice.name, own, _reduced(chosen, {FEATURES: str(card.features)}))
    given = declared.checked(choice, singular(kind))
    if declared.wraps and declared.wraps.name in given:
        return _wrapping(catalog, choice.name, declared, given)
    return _joined(choice.name, _reduced(given, declared.defaults))


_Parts = tuple[dict[str, Value], dict[str, Value]]  # what differs from the defaults, and the defaults that are left


def _wrapping(catalog: Catalog, name: str, declared: Signature, given: Mapping[str, Value]) -> Identity:
    """Return what a model that wraps another by name stands for: the other's defaults count too."""
    assert declared.wraps
    own = {parameter.name for parameter in declared.own}
    mine = _reduced({key: value for key, value in given.items() if key in own}, declared.defaults)
    theirs = {key: value for key, value in given.items() if key not in own | {declared.wraps.name}}
    base = identify(catalog, "models", Choice.of(str(given[declared.wraps.name]), theirs))
    differing = base.choice.to_dict() | {declared.wraps.name: base.choice.name}
    return _joined(name, mine, (differing, dict(base.defaults)))


def _reduced(given: Mapping[str, Value], defaults: Mapping[str, Value]) -> _Parts:
    kept = {key: value for key, value in given.items() if not _same(defaults.get(key), value)}
    return kept, {key: value for key, value in defaults.items() if key not in kept}


def _joined(name: str, *parts: _Parts) -> Identity:
    kept: dict[str, Value] = {}
    defaults: dict[str, Value] = {}
    for differing, left in parts:
        kept, defaults = kept | differing, defaults | left
    return Identity(Choice.of(name, kept), defaults)


def _same(default: Any, value: Value) -> bool:
    return type(default) is type(value) and bool(default == value)

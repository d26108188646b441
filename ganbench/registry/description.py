"""What there is to know of one thing on offer: where it is from, what it takes, what it gives."""

import dataclasses
import inspect
from dataclasses import dataclass
from typing import Any

from ganbench.contracts.cards import Card, Column, MetricCard, ModelCard
from ganbench.contracts.wraps import Wraps
from ganbench.registry.catalog import Catalog
from ganbench.registry.factory import signature
from ganbench.registry.measure import FEATURES
from ganbench.registry.parameters import Signature
from ganbench.schema.choice import Choice
from ganbench.schema.setting import Parameter, Setting


@dataclass(frozen=True)
class DescribedParameter:
    """One parameter. of: what it belongs to: nothing for the thing itself, `recipe`, or the name of a wrapped model."""

    name: str
    kind: str
    default: Any
    about: str
    unit: str = ""
    of: str = ""


@dataclass(frozen=True)
class Description:
    """One thing on offer. text: its docstring: the paper, the definition, what departs from either.

    entries: of a suite, a line each.
    """

    kind: str
    name: str
    about: str
    plugin: str
    text: str
    parameters: tuple[DescribedParameter, ...] = ()
    columns: tuple[Column, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    entries: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return dataclasses.asdict(self) | {"facts": dict(self.facts)}


def describe(catalog: Catalog, kind: str, choice: Choice) -> Description:
    """Describe a thing on offer; raises UnknownNameError, and whatever its import raises.

    A choice with a wrapped model, `pacgan:base=vanilla`, describes that model's parameters too.
    """
    card: Card = catalog.get(kind, choice.name)
    declared = signature(kind, card)
    return Description(
        kind,
        card.name,
        card.about,
        catalog.plugin(kind, choice.name).origin,
        card.definition if isinstance(card, MetricCard) and card.definition else _docstring(card),
        (*_parameters(card, declared), *_wrapped(catalog, declared, choice)),
        card.columns if isinstance(card, MetricCard) else (),
        _facts(card),
    )


def _docstring(card: Card) -> str:
    """Return a maker's docstring; nothing where a class has none of its own, and for an object that is called."""
    made = card.load()
    if not (inspect.isclass(made) or inspect.isroutine(made)):  # its class's docstring tells nothing of it
        return ""
    return inspect.cleandoc(made.__doc__) if made.__doc__ else ""


def _parameters(card: Card, declared: Signature) -> list[DescribedParameter]:
    own = [_described(parameter) for parameter in declared.own]
    if isinstance(card, MetricCard) and card.features:
        own.append(DescribedParameter(FEATURES, "a feature space", card.features, "the space that it is scored in"))
    if declared.wraps:
        setting = declared.wraps.setting
        assert isinstance(setting, Wraps)
        default = f"{setting.images} for images, {setting.points} for points"
        own.append(DescribedParameter(declared.wraps.name, "a model", default, setting.about))
    names = {parameter.name for parameter in declared.own}
    settings = [each for each in declared.all if each.name not in names]
    return own + [_described(parameter, of="recipe") for parameter in settings]


def _wrapped(catalog: Catalog, declared: Signature, choice: Choice) -> list[DescribedParameter]:
    if declared.wraps is None:
        return []
    setting = declared.wraps.setting
    assert isinstance(setting, Wraps)
    named = choice.to_dict().get(declared.wraps.name)
    bases = [str(named)] if named else list(dict.fromkeys([setting.images, setting.points]))
    return [
        dataclasses.replace(parameter, of=base)
        for base in bases
        for parameter in describe(catalog, "models", Choice(base)).parameters
    ]


def _described(parameter: Parameter, of: str = "") -> DescribedParameter:
    setting = parameter.setting or Setting("")
    return DescribedParameter(parameter.name, parameter.kind, parameter.default, setting.about, setting.unit, of)


def _facts(card: Card) -> tuple[tuple[str, str], ...]:
    """Return what a card says besides: its family and loss, its needs."""
    if isinstance(card, ModelCard):
        return (("family", card.family), *((("loss", card.loss),) if card.loss else ()))
    if isinstance(card, MetricCard) and card.needs:
        return (("needs", ", ".join(card.needs)),)
    return ()

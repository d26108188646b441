"""Objects in place of names: a class, a dataset or a tensor that is no plugin's, with a card and a mark of its own."""

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ganbench.contracts.cards import Card, DatasetCard, LossCard, MetricCard, ModelCard
from ganbench.contracts.datasets import Dataset, Source
from ganbench.contracts.models import Model
from ganbench.errors import BadOptionError
from ganbench.library.digests import digest_of
from ganbench.library.tensors import dataset_of, is_data
from ganbench.registry.catalog import Catalog, Plugin, singular
from ganbench.registry.measure import space_of
from ganbench.schema.choice import Choice
from ganbench.schema.spec import RunSpec

ORIGIN = Plugin("objects", "handed in", "")
_ABOUT = "Handed in as an object."
_MODEL = ("fit", "sample", "state_dict", "load_state_dict")
_LOSS = ("generator", "discriminator")
_CARDS: dict[str, type[Card]] = {
    "models": ModelCard,
    "datasets": DatasetCard,
    "losses": LossCard,
    "metrics": MetricCard,
}


@dataclass
class HandedIn:
    """Takes names and objects, puts cards of the objects into a catalog, and marks the specs that use them.

    digests: of what was handed in, by kind and name.
    """

    catalog: Catalog
    digests: dict[tuple[str, str], str] = field(default_factory=dict)

    def choices(self, kind: str, given: Any) -> tuple[Choice, ...] | None:
        """Return what was asked for: a text as the shell has it, an object, several of either, or objects by name.

        None for nothing. Raises BadOptionError for what is no such thing.
        """
        if given is None:
            return None
        if isinstance(given, str):
            return tuple(Choice.parse_many(given))
        if isinstance(given, Mapping) and not is_data(given):
            return tuple(self._take(kind, thing, name) for name, thing in given.items())
        many = given if isinstance(given, list | tuple) else [given]
        return tuple(choice for each in many for choice in self._each(kind, each))

    def marked(self, specs: Iterable[RunSpec]) -> list[RunSpec]:
        """Return specs with the objects that each uses; one that uses none is as it was."""
        return [self._marked(spec) for spec in specs]

    def note(self, kind: str, name: str, thing: Any) -> None:
        """Remember an object that needs no card, such as a suite."""
        self.digests[kind, name] = digest_of(thing)

    def _marked(self, spec: RunSpec) -> RunSpec:
        used = [("suites", spec.suite), ("datasets", spec.dataset.name), ("models", spec.model.name)]
        used += [("losses", spec.loss.name)] if spec.loss else []
        for metric in spec.metrics:
            used.append(("metrics", metric.name))
            space = space_of(self.catalog.get("metrics", metric.name), metric)
            used += [("features", space.name)] if space else []
        found = [(f"{singular(kind)} {name}", self.digests[kind, name]) for kind, name in used if self._has(kind, name)]
        return replace(spec, handed_in=tuple(sorted(set(found))), standard=False) if found else spec

    def _has(self, kind: str, name: str) -> bool:
        return (kind, name) in self.digests

    def _each(self, kind: str, thing: Any) -> list[Choice]:
        if isinstance(thing, str):
            return Choice.parse_many(thing)
        return [thing] if isinstance(thing, Choice) else [self._take(kind, thing)]

    def _take(self, kind: str, thing: Any, name: str | None = None) -> Choice:
        if isinstance(thing, str | Choice):
            raise BadOptionError(f"{name!r} stands for {str(thing)!r}, a name; objects alone take names of their own")
        card = self._card(kind, thing, name)
        known = self.digests.get((kind, card.name))
        digest = digest_of(_content(thing))
        if known is None or known != digest:
            self._offer(kind, card)
        self.digests[kind, card.name] = digest
        return Choice(card.name)

    def _offer(self, kind: str, card: Card) -> None:
        if card.name in self.catalog.names(kind):
            other = self.catalog.plugin(kind, card.name).origin
            raise BadOptionError(
                f"the {singular(kind)} {card.name!r} is there already, from {other}; "
                f"hand yours in under another name: {{'my-{card.name}': …}}"
            )
        self.catalog.add(ORIGIN, {kind: [card]})

    def _card(self, kind: str, thing: Any, name: str | None) -> Card:
        wanted, what = _CARDS[kind], singular(kind)
        if isinstance(thing, Card):
            if not isinstance(thing, wanted):
                raise BadOptionError(f"{thing.name!r} is a {type(thing).__name__}; a {what} is a {wanted.__name__}")
            return thing if name is None else replace(thing, name=name)
        if kind == "metrics":
            raise BadOptionError(
                f"a metric is handed in as a ganbench.MetricCard, whose columns say which way is better, not {thing!r}"
            )
        if kind == "datasets":
            data = dataset_of(thing)
            kind_of_data = {3: "images", 1: "points"}.get(len(data.shape), "")
            made = functools.partial(_given, data)
            return DatasetCard(name or _kebab(thing, "tensor"), made, _ABOUT, kind=kind_of_data)
        if not callable(thing):
            raise BadOptionError(f"a {what} is a name, or a class or function that makes one, not {thing!r:.80}")
        name = name or _kebab(thing, what)
        if kind == "models":
            return ModelCard(name, _checked_model(thing), _ABOUT, loss=_own_loss(thing, self.catalog))
        if isinstance(thing, type) and (missing := _missing(thing, _LOSS)):
            raise BadOptionError(f"{thing.__name__} is no loss: it has no {missing}; a loss has {', '.join(_LOSS)}")
        return LossCard(name, thing, _ABOUT)


def _given(data: Dataset, source: Source) -> Dataset:  # noqa: ARG001  # every maker of a dataset is handed one
    return data


def _content(thing: Any) -> Any:
    """Return what a digest is made of: of a card its maker, of plain numbers the dataset that they become."""
    if isinstance(thing, Card):
        return thing.make
    return dataset_of(thing) if is_data(thing) else thing


def _own_loss(thing: Callable[..., Any], catalog: Catalog) -> str | None:
    """Return what a class of two players trains with where no loss is named: what most models on offer train with.

    None for any other model. Of a function nobody knows: a ganbench.ModelCard says its loss.
    """
    from ganbench.torchkit.adversarial import AdversarialModel

    if not (isinstance(thing, type) and issubclass(thing, AdversarialModel)):
        return None
    cards = (card for card, _ in catalog.cards("models"))
    losses = Counter(card.loss for card in cards if isinstance(card, ModelCard) and card.loss)
    return losses.most_common(1)[0][0] if losses else None


def _checked_model(thing: Callable[..., Any]) -> Callable[..., Any]:
    """Return what makes a model; raises BadOptionError, now for a class, later for a function, if it makes none."""
    if isinstance(thing, type):
        if not issubclass(thing, Model):
            raise BadOptionError(_no_model(thing, thing.__name__))
        return thing

    @functools.wraps(thing)
    def make(*handed: Any, **parameters: Any) -> Any:
        made = thing(*handed, **parameters)
        if not isinstance(made, Model):
            raise BadOptionError(_no_model(type(made), f"what {_called(thing)} gives, a {type(made).__name__},"))
        return made

    return make


def _no_model(kind: type, what: str) -> str:
    return f"{what} is no model: it has no {_missing(kind, _MODEL)}; a model has {', '.join(_MODEL)}"


def _missing(kind: type, names: tuple[str, ...]) -> str:
    """Return the names that a class has not, in words."""
    return ", ".join(name for name in names if not any(name in vars(base) for base in kind.__mro__))


def _called(thing: Any) -> str:
    plain = thing.func if isinstance(thing, functools.partial) else thing
    return plain.__name__ if callable(plain) and not isinstance(plain, Mapping) else type(plain).__name__


def _kebab(thing: Any, otherwise: str) -> str:
    """Return a card's name for an object: `MyGAN` is `my-gan`."""
    if is_data(thing):
        return otherwise
    called = _called(thing) if callable(thing) else type(thing).__name__
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+", called)
    return "-".join(word.lower() for word in words) or otherwise

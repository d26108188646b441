"""The plugin host: entry points in, a catalog of cards out; one broken plugin stops nobody else."""

import inspect
import os
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from ganbench.contracts import hookspecs
from ganbench.contracts.cards import Card
from ganbench.contracts.versions import CONTRACT, DECLARED, read_contract
from ganbench.errors import GanbenchError, UnknownNameError, nearest
from ganbench.registry.installed import installed

if TYPE_CHECKING:
    from importlib import metadata

    from ganbench.registry.installed import EntryPoint

    Found = EntryPoint | metadata.EntryPoint

DISABLE = "GANBENCH_DISABLE"
_PREFIX = "offer_"


@cache
def kinds() -> dict[str, type[Card]]:
    """Return each kind of thing with its card class, as the hooks name them: `models` → ModelCard."""
    hooks = {name: hook for name, hook in vars(hookspecs).items() if name.startswith(_PREFIX)}
    return {
        name.removeprefix(_PREFIX).replace("_", "-"): typing.get_args(inspect.signature(hook).return_annotation)[0]
        for name, hook in hooks.items()
    }


@dataclass(frozen=True)
class Plugin:
    """An entry point, where it is from, and what became of it.

    reason: why it is not in use; empty for a plugin that is. names: what it offers, by kind. contract: the one that its
    distribution says it is written for; None where it says nothing, or what is refused.
    """

    name: str
    distribution: str
    version: str
    reason: str = ""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    contract: int | None = None

    @property
    def written_for(self) -> int:
        """The contract that it is taken to be written for: the present one where nobody says another."""
        return self.contract or CONTRACT

    @property
    def origin(self) -> str:
        """The plugin's name and its distribution's: `ganbench-models (ganbench 0.1.0)`."""
        return f"{self.name} ({self.distribution} {self.version})"

    @property
    def own(self) -> bool:
        """Whether it comes in one distribution with the core, and not from somebody else."""
        return self.distribution == hookspecs.GROUP


class Catalog:
    """Everything on offer, by kind and name."""

    def __init__(self) -> None:
        self.plugins: list[Plugin] = []
        self._offers: dict[str, dict[str, tuple[Card, Plugin]]] = {kind: {} for kind in kinds()}

    @property
    def broken(self) -> list[Plugin]:
        """The plugins that are not in use, each with its reason."""
        return [plugin for plugin in self.plugins if plugin.reason]

    def names(self, kind: str) -> list[str]:
        """Return the names on offer of one kind, in the order they were offered."""
        return list(self._offers[kind])

    def cards(self, kind: str) -> Iterator[tuple[Card, Plugin]]:
        """Yield each card of one kind with the plugin that offers it."""
        yield from self._offers[kind].values()

    def get(self, kind: str, name: str) -> Any:
        """Return a card; raises UnknownNameError, which suggests the nearest name."""
        return self._find(kind, name)[0]

    def plugin(self, kind: str, name: str) -> Plugin:
        """Return the plugin that offers a thing."""
        return self._find(kind, name)[1]

    def default(self, kind: str) -> str:
        """Return the name to use when none is given; raises UnknownNameError if no card says it is for that."""
        for card, _ in self.cards(kind):
            if getattr(card, "default", False):
                return card.name
        raise UnknownNameError(f"default {singular(kind)}", "", self._offers[kind])

    def add(self, plugin: Plugin, cards: Mapping[str, list[Card]]) -> None:
        """Take in all of a plugin's cards, or none: raises GanbenchError if a name is taken."""
        for kind, offered in cards.items():
            taken = dict(self._offers[kind])
            for card in offered:
                if card.name in taken:
                    other = taken[card.name][1].origin
                    raise GanbenchError(f"offers {singular(kind)} {card.name!r}, a name that {other} has taken already")
                taken[card.name] = (card, plugin)
        for kind, offered in cards.items():
            self._offers[kind].update({card.name: (card, plugin) for card in offered})
        self.plugins.append(plugin)

    def joined(self, plugin: Plugin, cards: Mapping[str, list[Card]]) -> "Catalog":
        """Return a catalog with a further plugin, and leave this one as it is; raises what add raises."""
        both = Catalog()
        both.plugins = list(self.plugins)
        both._offers = {kind: dict(offered) for kind, offered in self._offers.items()}
        both.add(plugin, cards)
        return both

    def _find(self, kind: str, name: str) -> tuple[Card, Plugin]:
        offers = self._offers[kind]
        if name not in offers:
            raise UnknownNameError(singular(kind), name, offers)
        return offers[name]


def discover(entry_points: "Iterable[Found] | None" = None, disabled: Iterable[str] | None = None) -> Catalog:
    """Load every plugin that is installed, one by one, and keep the reason of each that can't be used.

    entry_points: those of the groups "ganbench" and "ganbench.contract" unless given. disabled: names of plugins to
    leave out; GANBENCH_DISABLE, separated by commas, unless given.
    """
    everything = installed(hookspecs.GROUP, DECLARED) if entry_points is None else list(entry_points)
    if disabled is None:
        disabled = (name.strip() for name in os.environ.get(DISABLE, "").split(","))
    switched_off = frozenset(disabled)
    written_for: dict[str, list[str]] = {}
    origin = _origins()
    for each in everything:
        if each.group == DECLARED:
            written_for.setdefault(origin(each)[1], []).append(each.value)

    # our own names first, so that no later distribution can take one from us
    catalog = Catalog()
    origins = [(origin(each), each) for each in everything if each.group == hookspecs.GROUP]
    for where, entry_point in sorted(origins, key=lambda pair: _precedence(pair[0])):
        try:
            if entry_point.name in switched_off:
                raise GanbenchError(f"switched off by {DISABLE}")
            contract = read_contract(written_for.get(where[1], ()))
            cards = _offered(entry_point.load(), entry_point.name)
            names = {kind: tuple(card.name for card in offered) for kind, offered in cards.items() if offered}
            catalog.add(Plugin(*where, names=names, contract=contract), cards)
        except GanbenchError as error:
            catalog.plugins.append(Plugin(*where, reason=str(error)))
        except (Exception, SystemExit) as error:  # a stranger's import may do anything
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            catalog.plugins.append(Plugin(*where, reason=reason))
    return catalog


def _precedence(origin: tuple[str, str, str]) -> tuple[bool, str, str]:
    name, distribution, _ = origin
    return distribution != hookspecs.GROUP, distribution, name


def _origins() -> "Callable[[Found], tuple[str, str, str]]":
    """Return a function that says an entry point's name, and the name and version of the distribution that it is of."""
    known: dict[int, tuple[str, str]] = {}

    def origin(entry_point: "Found") -> tuple[str, str, str]:
        dist = entry_point.dist
        if dist and id(dist) not in known:
            known[id(dist)] = dist.name, dist.version  # each reads all that the distribution says of itself
        return (entry_point.name, *(known[id(dist)] if dist else ("", "")))

    return origin


def _offered(plugin: ModuleType, name: str) -> dict[str, list[Card]]:
    """Ask one plugin alone for its cards; raises what it raises, or GanbenchError for a bad offer."""
    manager = pluggy.PluginManager(hookspecs.GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(plugin, name)

    # a hook that we never call would be a plugin that silently does nothing
    callers = manager.get_hookcallers(plugin) or []
    known = {_PREFIX + kind.replace("-", "_"): kind for kind in kinds()}
    for caller in callers:
        if caller.name not in known:
            raise GanbenchError(f"unknown hook {caller.name!r}{nearest(caller.name, known)}")
    if not callers:
        raise GanbenchError(f"has no hook; mark one of {', '.join(known)} with @ganbench.hookimpl")

    return {known[caller.name]: _checked(caller) for caller in callers}


def _checked(caller: pluggy.HookCaller) -> list[Card]:
    wanted = kinds()[caller.name.removeprefix(_PREFIX).replace("_", "-")]
    cards: list[Card] = []
    for implementation in caller.get_hookimpls():
        offered = implementation.function()
        if isinstance(offered, Card) or not isinstance(offered, Iterable):
            raise GanbenchError(f"{caller.name} must return or yield cards, not {offered!r}")
        cards += offered
    for card in cards:
        if not isinstance(card, wanted):
            raise GanbenchError(f"{caller.name} offers {card!r}, which is no {wanted.__name__}")
    return cards


def singular(kind: str) -> str:
    """Return the name of one thing of a kind: `models` → `model`, `losses` → `loss`."""
    return kind.removesuffix("s").removesuffix("e") if kind == "losses" else kind.removesuffix("s")


def plural(kind: str) -> str:
    """Return a kind as hooks name it, from either form; raises UnknownNameError."""
    names = (
        {each: each for each in kinds()} | {singular(each): each for each in kinds()} | {"section": "report-sections"}
    )
    if kind not in names:
        raise UnknownNameError("kind", kind, [singular(each) for each in kinds()])
    return names[kind]

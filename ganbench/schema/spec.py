"""What is to be run, in names and numbers: budgets, suites, and the spec that identifies one run."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from ganbench.errors import BadOptionError, nearest
from ganbench.schema.choice import Choice, Value, settings_text
from ganbench.schema.search import Search

PRECISIONS = ("fp32", "bf16")
_LARGEST = 2**63  # of what a budget counts: tables hold no more


@dataclass(frozen=True)
class Budget:
    """What a run may spend on training; the first limit reached ends it.

    images: real samples consumed, counted once for each time that a player sees one.
    updates: updates of the model: of an adversarial model's generator, whose critic steps are counted
        apart; of the only network elsewhere; of the parameters by one EM step.
    seconds: time spent training, with evaluation, checkpoints and pictures off the clock.
    """

    images: int | None = None
    updates: int | None = None
    seconds: float | None = None

    UNITS: ClassVar[tuple[str, ...]] = ("images", "updates", "seconds")

    def __post_init__(self) -> None:
        limits = self.limits()
        if not limits:
            raise BadOptionError("a budget needs at least one of images, updates and seconds")
        for unit, limit in limits.items():
            if limit >= _LARGEST:
                raise BadOptionError(f"a budget is counted in numbers below 2^63, not {unit} = {str(limit)[:40]}")
            if not limit > 0:
                raise BadOptionError(f"a budget must be above zero, not {unit} = {limit}")

    def __str__(self) -> str:
        return " or ".join(
            f"{int(limit) if limit == int(limit) else limit:,} {unit}" for unit, limit in self.limits().items()
        )

    @classmethod
    def of(cls, settings: dict[str, Value]) -> "Budget":
        """Make a budget from a mapping; raises BadOptionError for unknown units and values of no sense."""
        for unit, limit in settings.items():
            if unit not in cls.UNITS:
                raise BadOptionError(f"unknown unit {unit!r} in a budget{nearest(unit, cls.UNITS)}")
            if isinstance(limit, bool) or not isinstance(limit, int | float):
                raise BadOptionError(f"a budget is counted in numbers, not {unit} = {limit!r}")
            if not abs(limit) < _LARGEST:  # infinity and nan are not, either
                raise BadOptionError(f"a budget is counted in numbers below 2^63, not {unit} = {str(limit)[:40]}")
            if unit != "seconds" and limit != int(limit):
                raise BadOptionError(f"a budget counts whole {unit}, not {limit!r}")
        whole = {unit: int(limit) for unit, limit in settings.items() if unit != "seconds"}
        seconds = settings.get("seconds")
        return cls(**whole, seconds=None if seconds is None else float(seconds))

    def limits(self) -> dict[str, float]:
        """Return the limits that are set, by unit."""
        limits = {unit: getattr(self, unit) for unit in self.UNITS}
        return {unit: limit for unit, limit in limits.items() if limit is not None}


@dataclass(frozen=True)
class Stopping:
    """What ends a run before its budget does; by default nothing but losses that are not finite.

    patience: checkpoints in a row that may pass without a better score; None for as many as there are.
    score: the column that patience watches; the suite's first unless named.
    equilibrium: updates over which the discriminator must stand at one half; None for no such test.
    tolerance: how far from one half its mean over those updates may be.
    """

    patience: int | None = None
    score: str = ""
    equilibrium: int | None = None
    tolerance: float = 0.02

    def __post_init__(self) -> None:
        bounds = {
            "patience of 1 or more": self.patience is None or self.patience >= 1,
            "equilibrium of 1 or more updates": self.equilibrium is None or self.equilibrium >= 1,
            "tolerance above 0 and up to 0.5": 0 < self.tolerance <= 0.5,
        }
        for rule, kept in bounds.items():
            if not kept:
                raise BadOptionError(f"stopping takes {rule}, not {getattr(self, rule.split()[0])!r}")

    def __str__(self) -> str:
        named = {"score": self.score or None, "tolerance": self.tolerance if self.equilibrium else None}
        settings = {"patience": self.patience, "equilibrium": self.equilibrium} | named
        return settings_text({name: value for name, value in settings.items() if value is not None})

    @classmethod
    def of(cls, settings: dict[str, Value]) -> "Stopping":
        """Make it from a mapping; raises BadOptionError for unknown settings and values of no sense."""
        for name in settings:
            if name not in cls.__dataclass_fields__:
                raise BadOptionError(f"unknown setting {name!r} of stopping{nearest(name, cls.__dataclass_fields__)}")
        kinds = {"patience": int, "equilibrium": int, "tolerance": int | float, "score": str}
        for name, value in settings.items():
            if isinstance(value, bool) or not isinstance(value, kinds[name]):
                what = {"score": "a score's name", "tolerance": "a number"}.get(name, "a whole number")
                raise BadOptionError(f"stopping takes {what} for {name}, not {value!r}")
        return cls(**settings)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Entry:
    """One line of a suite: a model, or a glob of models, and how to run it.

    loss: None for each model's own default; a glob runs the model with every loss that it matches.
    recipe: settings of the loss's recipe to replace (learning rates, batch, …); see contracts.Recipe.
    datasets: globs; the entry runs on those of the suite's datasets that one of them matches.
    without: globs; models that the entry leaves out, for they have one of their own.
    """

    model: Choice
    loss: Choice | None = None
    recipe: tuple[tuple[str, Value], ...] = ()
    datasets: tuple[str, ...] = ("*",)
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    """A benchmark: what is trained on what, how long, from which seeds, and what is measured.

    version: raised whenever the suite's meaning changes, so that numbers of two meanings never meet.
    checkpoints: the fractions of the budget at which a run is evaluated, ascending; the last is 1.
    samples: the largest number of samples on either side of a score; two fifths of the held-out ones at most.
    metrics_on: further metrics, by globs of the datasets' names.
    halves: how many random halves of the samples are scored besides at the end, which tells how far a score would
        move with other samples; 0 for none.
    """

    name: str
    version: int
    about: str
    datasets: tuple[Choice, ...]
    entries: tuple[Entry, ...]
    metrics: tuple[Choice, ...]
    budget: Budget
    seeds: tuple[int, ...]
    checkpoints: tuple[float, ...] = (1.0,)
    samples: int = 10_000
    precision: str = "fp32"
    stopping: Stopping | None = None
    metrics_on: tuple[tuple[str, tuple[Choice, ...]], ...] = ()
    halves: int = 0

    @property
    def every_metric(self) -> tuple[Choice, ...]:
        """All metrics, on whatever datasets."""
        return (*self.metrics, *(metric for _, metrics in self.metrics_on for metric in metrics))

    @property
    def label(self) -> str:
        """The name and version that every record carries: `mnist-all@1`."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True)
class RunSpec:
    """One run in full. Equal specs are one run: its key names its folder, on every machine.

    standard: whether the budget is the suite's own, and all that is run is installed. defaults: the parameters that the
    choices leave at what their plugins declare, such as `model.width`, so that a plugin whose defaults change makes
    other runs. handed_in: what was no plugin's but an object in Python: its kind and name, and a digest of it.
    search: of a trial, and of a model whose parameters a search found; None for any other run.
    """

    suite: str
    dataset: Choice
    model: Choice
    loss: Choice | None
    seed: int
    budget: Budget
    standard: bool
    metrics: tuple[Choice, ...]
    recipe: tuple[tuple[str, Value], ...] = ()
    checkpoints: tuple[float, ...] = (1.0,)
    samples: int = 10_000
    precision: str = "fp32"
    stopping: Stopping | None = None
    halves: int | None = None
    defaults: tuple[tuple[str, Value], ...] = ()
    handed_in: tuple[tuple[str, str], ...] = ()
    search: Search | None = None

    @cached_property
    def key(self) -> str:
        """Twelve hexadecimal digits that stand for this spec and no other."""
        return hashlib.sha256(_KEY_TEXT.encode(self).encode()).hexdigest()[:12]

    def compared(self, held_out: int) -> int:
        """Return how many of so many held-out samples scores compare with: `samples`, or two fifths if that is less.

        The others are kept apart for a model such as `real`, which shows what held-out data score: with half as many
        again as are compared, each of its seeds draws others.
        """
        return max(1, min(self.samples, 2 * held_out // 5))

    @property
    def mark(self) -> str:
        """Why it is none of the suite's own runs, in brackets; empty for one that is."""
        if self.handed_in:
            return f"(not standard: {', '.join(what for what, _ in self.handed_in)} handed in as an object)"
        if self.search:
            return f"({self.search.told})"
        return "" if self.standard else "(not the standard budget)"

    @property
    def title(self) -> str:
        """One line for people: `dcgan + hinge on mnist, seed 0`."""
        loss = f" + {self.loss}" if self.loss else ""
        return f"{self.model}{loss} on {self.dataset}, seed {self.seed}"


def _fields(value: Any) -> dict[str, Any]:
    """Return a dataclass's fields without absent and empty ones: one added later leaves older keys alone."""
    kind: Any = type(value)
    held, found = vars(value), {}
    for name in _field_names(kind):
        item = held[name]
        if type(item) in _PLAIN:
            found[name] = item
        elif item is not None:
            told = _fields(item) if dataclasses.is_dataclass(item) else item
            if told or not isinstance(told, tuple | list | dict):
                found[name] = told
    return found


_PLAIN = frozenset((str, int, float, bool))  # what is kept as it is
_KEY_TEXT = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False, default=_fields)


@lru_cache
def _field_names(kind: Any) -> tuple[str, ...]:
    """Return the names of a dataclass's fields; raises TypeError for any other class."""
    return tuple(each.name for each in dataclasses.fields(kind))

"""Cards: what a plugin offers, a name, a sentence, and where to find the thing itself."""

import fnmatch
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ganbench.errors import BadOptionError

KINDS = ("images", "points")  # of data
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Card:
    """An offer. `make` is a callable, or "package.module:name", which is imported only when it is needed."""

    name: str
    make: str | Callable[..., Any]
    about: str

    def __post_init__(self) -> None:
        if not (isinstance(self.name, str) and _KEBAB.fullmatch(self.name)):
            raise BadOptionError(f"a card's name is words in lower case joined by hyphens, not {self.name!r}")
        if not (callable(self.make) or (isinstance(self.make, str) and ":" in self.make)):
            raise BadOptionError(
                f"the card {self.name!r} needs make=, a callable or 'package.module:name', not {self.make!r}"
            )

    def load(self) -> Callable[..., Any]:
        """Return the callable that makes the thing, importing it first where the card names it."""
        if isinstance(self.make, str):
            made: Callable[..., Any] = pkgutil.resolve_name(self.make)
            return made
        return self.make


@dataclass(frozen=True)
class ModelCard(Card):
    """A model: `make(task, **parameters)` returns a contracts.Model.

    loss: the adversarial loss it trains with by default; None for a model that has no adversary.
    family: what kind of model it is, in a word or two by which boards are filtered; "adversarial" for one with a
        loss and "other" for one without, by default.
    """

    loss: str | None = None
    family: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.family:
            object.__setattr__(self, "family", "adversarial" if self.loss else "other")


@dataclass(frozen=True)
class LossCard(Card):
    """An adversarial objective: `make(**parameters)` returns a contracts.AdversarialLoss."""


@dataclass(frozen=True)
class DatasetCard(Card):
    """A dataset: `make(source, **parameters)` returns a contracts.Dataset.

    kind: "images" or "points", which says what it is usually scored by; "" where that depends on its parameters.
    """

    kind: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_kinds(self.name, (self.kind,) if self.kind else ())


@dataclass(frozen=True)
class FeatureCard(Card):
    """A feature space: `make(samples, **parameters)` returns a contracts.FeatureSpace.

    knows: globs of the datasets that it was made for; a score on any other is refused, since a classifier of digits
    judges photographs without blinking. kind: "images" or "points" if it takes no others.
    """

    knows: tuple[str, ...] = ("*",)
    kind: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_kinds(self.name, (self.kind,) if self.kind else ())

    def fits(self, dataset: str, kind: str) -> bool:
        """Whether it was made for a dataset of that name and kind."""
        return self.kind in ("", kind) and any(fnmatch.fnmatchcase(dataset, glob) for glob in self.knows)


def _check_kinds(name: str, kinds: tuple[str, ...]) -> None:
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown:
        raise BadOptionError(f"the card {name!r} is for {unknown[0]!r}; data are {' or '.join(KINDS)}")


@dataclass(frozen=True)
class Column:
    """One number that a metric gives.

    better: "higher", "lower", or "closer to X" where the truth itself scores X.
    low, high: its ends, None for one that it has not; a metric with BoundedByData knows those that depend on the data.
    digits: how many significant digits mean something.
    optional: whether a score may leave it out, of data that have no such thing; any other left out is a missing score.
    """

    name: str
    about: str
    better: str = "higher"
    low: float | None = None
    high: float | None = None
    digits: int = 3
    optional: bool = False


# what a metric may need beyond samples and features: class probabilities of the feature space; labels, captions or
# sources on both sides (a conditional model's samples are then asked for by those of the real ones, in their order, and
# for any other metric by labels drawn as the training data have them, or by captions or sources of other held-out
# data); a model with log_prob, one that reconstructs or one that translates back; the dataset of the real side
PAIRING = ("labels", "captions", "sources", "condition")
NEEDS = ("logits", *PAIRING, "log_prob", "reconstruct", "translate_back", "players", "dataset")


@dataclass(frozen=True)
class MetricCard(Card):
    """A metric: `make(**parameters)` returns a contracts.Metric.

    features: the feature space it is scored in unless its reserved parameter `features` names another;
        None for a metric of the samples themselves.
    needs: of NEEDS; where one is not there, the metric is not asked, and its numbers are missing with that reason.
    default: whether `ganbench score` asks for it when no metric is named.
    usual: the kinds of data, "images" and "points", that it scores where a suite names no metric for them.
    definition: what it is, in a few sentences, for its page.
    """

    columns: tuple[Column, ...] = ()
    features: str | None = None
    needs: tuple[str, ...] = ()
    default: bool = False
    definition: str = ""
    usual: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_kinds(self.name, self.usual)
        unknown = sorted(set(self.needs) - set(NEEDS))
        if unknown:
            raise BadOptionError(f"the card {self.name!r} needs {unknown[0]!r}; a metric may need {', '.join(NEEDS)}")
        if "logits" in self.needs and self.features is None:
            raise BadOptionError(f"the card {self.name!r} needs logits, so it must name the features= that have them")


@dataclass(frozen=True)
class SuiteCard(Card):
    """A benchmark suite: `make()` returns a spec.Suite, or the path of a TOML file that holds one.

    default: whether it runs when none is named; the first such card on offer does.
    """

    default: bool = False


@dataclass(frozen=True)
class ExecutorCard(Card):
    """A way to run many runs: `make(**parameters)` returns a contracts.Executor.

    default: whether it is used when none is named; the first such card on offer is.
    side_by_side: whether `ganbench run` uses it, when none is named, for several runs on a CPU with several cores.
    """

    default: bool = False
    side_by_side: bool = False


@dataclass(frozen=True)
class SectionCard(Card):
    """A part of the report: `make(**parameters)` returns a contracts.Section.

    at_once: whether it is written at the end of every `ganbench run`, and not by `report` and `publish` alone.
    """

    at_once: bool = False

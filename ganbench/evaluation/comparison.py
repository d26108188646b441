"""Two sides of samples and what the metrics make of them: each alone, and each number with its protocol."""

import math
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ganbench.contracts.capabilities import (
    PLAIN,
    BackTranslator,
    EvidenceBound,
    Likelihood,
    Profile,
    Reconstructor,
    TwoPlayers,
)
from ganbench.contracts.cards import PAIRING, FeatureCard, MetricCard
from ganbench.contracts.datasets import Dataset, condition_of
from ganbench.contracts.metrics import BoundedByData, Evidence, ModeHistogram, PictureRows
from ganbench.contracts.models import Model
from ganbench.errors import GanbenchError, UnfitError
from ganbench.evaluation.arrays import as_bytes
from ganbench.evaluation.features import Featured, FeatureStore
from ganbench.registry.measure import Measure
from ganbench.schema.choice import Choice
from ganbench.schema.condition import Labels
from ganbench.schema.record import Score
from ganbench.seeds import stream

if TYPE_CHECKING:
    import numpy as np

Facts = Mapping[str, str | int | float]
_Answer = TypeVar("_Answer")

PICTURES = 8  # in a row that a metric shows

# whose labels, captions or sources the samples of a conditional model were drawn with, as protocols have it: OTHERS are
# those of held-out data that no score compares with
TRAINING, HELD_OUT, EVEN, OTHERS = "training", "held-out", "even", "other held-out"


def needs_pairs(card: MetricCard) -> bool:
    """Whether a metric compares samples one by one with real ones that were asked for by the same."""
    return any(need in PAIRING for need in card.needs)


def drawing_protocol(profile: Profile) -> dict[str, str | int | float]:
    """Return how a model draws samples, as far as it changes scores: moving average, batch norm, truncation."""
    facts: dict[str, str | int | float] = {"average": profile.average or "none"}
    if profile.batch_norm:
        facts["batch_norm"] = profile.batch_norm
    if profile.latent is not None:
        facts["truncation"] = profile.truncation or "none"
    return facts


@dataclass(frozen=True)
class Comparison:
    """What is compared with what.

    protocol: what holds for every score: split, counts, how samples were drawn, seed. dataset, model, profile: where
    the sides are from, where anybody knows. seed: of the metrics' own randomness.
    errors: filled with the traceback of each metric that raised.
    data: the name of the dataset that the real side is from, where anybody knows.
    paired: samples of a conditional model asked for by what the real ones are, in the same order: for the metrics that
    need labels, captions or sources on both sides. fake was asked for without a look at the real side.
    """

    features: FeatureStore
    real: Featured
    fake: Featured
    seed: int
    protocol: Facts
    dataset: Dataset | None = None
    model: Model | None = None
    profile: Profile = PLAIN
    errors: dict[str, str] = field(default_factory=dict)
    paired: Featured | None = None
    data: str = ""

    def scores(self, metrics: Iterable[Choice]) -> tuple[Score, ...]:
        """Score by each metric; one that does not apply, or breaks, costs its own columns and nothing else."""
        return tuple(score for metric in metrics for score in self._score(metric))

    def histograms(self, metrics: Iterable[Choice]) -> dict[str, dict[str, list[int]]]:
        """Return what each metric that counts modes counted on either side, by metric; none where it can't."""

        def counts(metric: ModeHistogram, evidence: Evidence) -> dict[str, list[int]]:
            return {side: [int(n) for n in each] for side, each in metric.histogram(evidence).items()}

        return self._ask(metrics, ModeHistogram, counts)

    def picture_rows(self, metrics: Iterable[Choice]) -> "dict[str, dict[str, np.ndarray]]":
        """Return the rows of each metric that shows pictures, (n, channels, height, width) uint8, by metric."""

        def pictures(metric: PictureRows, evidence: Evidence) -> "dict[str, np.ndarray]":
            return {name: as_bytes(row) for name, row in metric.rows(evidence, PICTURES).items()}

        return self._ask(metrics, PictureRows, pictures)

    def _ask(
        self, metrics: Iterable[Choice], claim: type[Any], ask: Callable[[Any, Evidence], _Answer]
    ) -> dict[str, _Answer]:
        """Ask the metrics that claim something; one that does not apply, or breaks, gives nothing and costs nothing."""
        answers = {}
        for measure in map(self.features.factory.measure, metrics):
            if isinstance(measure.metric, claim):
                try:
                    answers[measure.name] = ask(measure.metric, self._evidence(measure))
                except UnfitError:
                    continue
                except Exception:
                    self.errors[measure.name] = traceback.format_exc()
        return answers

    def _score(self, metric: Choice) -> Iterator[Score]:
        card: MetricCard = self.features.factory.catalog.get("metrics", metric.name)
        protocol = dict(self.protocol)
        values: dict[str, float] = {}
        ends = {column.name: (column.low, column.high) for column in card.columns}
        reason = ""
        try:
            measure = self.features.factory.measure(metric)
            if measure.space:
                self._check_space(measure.space)
                protocol["features"] = str(measure.space)
                protocol |= self.features.protocol(measure.space, tuple(self.real.samples.shape[1:]), self._classes)
            if self.paired is not None and self.profile.condition and self._side(measure) is self.paired:
                protocol[self.profile.condition.kind] = HELD_OUT
            self._check_needs(measure)
            evidence = self._evidence(measure)
            ends |= _ends(measure, evidence)
            values = {name: float(value) for name, value in measure.metric.score(evidence).items()}
        except GanbenchError as error:
            reason = str(error)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            self.errors[str(metric)] = traceback.format_exc()
        for column in card.columns:
            if column.optional and values and column.name not in values:
                continue  # there is no such thing in these data
            value = values.get(column.name)
            finite = value is not None and math.isfinite(value)
            missing = "" if finite else reason or f"gave {value}"
            low, high = ends[column.name]
            yield Score(
                str(metric), column.name, value if finite else None, column.better, missing, protocol,
                lowest=low, highest=high,
            )  # fmt: skip

    def _evidence(self, measure: Measure) -> Evidence:
        space = measure.space
        return Evidence(
            self.real.within(space),
            self._side(measure).within(space),
            self.dataset,
            self.model,
            seed=stream(self.seed, measure.name),
            embed=partial(self.features.features, space, classes=self._classes, keep=True) if space else None,
            profile=self.profile,
        )

    def _side(self, measure: Measure) -> Featured:
        """Return the generated side that a metric looks at."""
        if self.paired is not None and needs_pairs(measure.card):
            return self.paired
        return self.fake

    def _check_space(self, space: Choice) -> None:
        """Raise UnfitError for a feature space that was not made for the data; it names those that were."""
        if not self.data:
            return
        catalog = self.features.factory.catalog
        kind = "images" if self.real.samples.ndim == 4 else "points"
        card: FeatureCard = catalog.get("features", space.name)
        if not card.fits(self.data, kind):
            known = ", ".join(card.knows) if card.knows != ("*",) else card.kind
            spaces = (each for each, _ in catalog.cards("features") if isinstance(each, FeatureCard))
            fitting = ", ".join(each.name for each in spaces if each.fits(self.data, kind))
            raise UnfitError(f"the features {space.name} know {known}, and not {self.data}; those that do: {fitting}")

    def _check_needs(self, measure: Measure) -> None:
        """Raise UnfitError for the first thing that a metric's card needs and that is not there."""
        card, space = measure.card, measure.space
        known = all(side.condition is not None for side in (self.real, self._side(measure)))
        kind = self._kind
        there = {
            "dataset": (self.dataset is not None, "the dataset that the real side is from"),
            "log_prob": (isinstance(self.model, Likelihood | EvidenceBound), "a model that tells likelihoods"),
            "labels": (known and kind == "labels", "labels on both sides, which a conditional model gives"),
            "captions": (known and kind == "captions", "captions on both sides, which a model that takes them gives"),
            "sources": (known and kind == "sources", "source pictures on both sides, which a translator gives"),
            "condition": (
                known and kind != "",
                "labels, captions or sources on both sides, which a conditional model gives",
            ),
            "players": (isinstance(self.model, TwoPlayers), "a model of a generator and a discriminator"),
            "translate_back": (isinstance(self.model, BackTranslator), "a model that translates samples back"),
            "reconstruct": (
                isinstance(self.model, Reconstructor),
                "a model that reconstructs samples, as autoencoders do",
            ),
        }
        for need in card.needs:
            is_there, what = there.get(need, (True, ""))
            if not is_there:
                raise UnfitError(f"{card.name} needs {what}")
        features = self.real.within(space).features if space else None
        if "logits" in card.needs and features is not None and features.logits is None:
            raise UnfitError(f"{card.name} needs class probabilities, and the features {space} have none")

    @property
    def _kind(self) -> str:
        """Return the kind of the condition: that of the dataset; labels where sides come from elsewhere."""
        if self.dataset is None:
            return Labels.kind
        condition = condition_of(self.dataset)
        return condition.kind if condition else ""

    @property
    def _classes(self) -> int:
        return self.dataset.classes if self.dataset else 0


def _ends(measure: Measure, evidence: Evidence) -> dict[str, tuple[float | None, float | None]]:
    """Return the ends of a metric's columns that depend on what is compared."""
    if not isinstance(measure.metric, BoundedByData):
        return {}
    return {name: (_end(low), _end(high)) for name, (low, high) in measure.metric.bounds(evidence).items()}


def _end(told: float | None) -> float | None:
    return None if told is None else float(told)

"""Two sides of samples and what the metrics make of them: each alone, and each number with its protocol."""

import math
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from ganbench.cards import MetricCard
from ganbench.choice import Choice
from ganbench.contracts import Dataset, Model
from ganbench.errors import GanbenchError, UnfitError
from ganbench.evidence import Evidence
from ganbench.featuring import Featured, feature_space
from ganbench.record import Score
from ganbench.seeds import stream
from ganbench.workbench import Workbench


@dataclass(frozen=True)
class Comparison:
    """What is compared with what.

    protocol: what holds for every score: split, counts, moving average, seed. dataset, model: where the
    sides are from, where anybody knows. seed: of the metrics' own randomness.
    errors: filled with the traceback of each metric that raised.
    """

    bench: Workbench
    real: Featured
    fake: Featured
    seed: int
    protocol: Mapping[str, str | int | float]
    dataset: Dataset | None = None
    model: Model | None = None
    errors: dict[str, str] = field(default_factory=dict)

    def scores(self, metrics: Iterable[Choice], fraction: float = 1.0) -> tuple[Score, ...]:
        """Score by each metric; one that does not apply, or breaks, costs its own columns and nothing else."""
        return tuple(replace(score, fraction=fraction) for metric in metrics for score in self._score(metric))

    def _score(self, metric: Choice) -> Iterator[Score]:
        card: MetricCard = self.bench.catalog.get("metrics", metric.name)
        protocol = dict(self.protocol)
        values: dict[str, float] = {}
        reason = ""
        try:
            space = feature_space(card, metric)
            if space:
                protocol["features"] = str(space)
                protocol |= self.bench.protocol(space, tuple(self.real.samples.shape[1:]), self._classes)
            values = self._values(card, metric, space)
        except GanbenchError as error:
            reason = str(error)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            self.errors[str(metric)] = traceback.format_exc()
        for column in card.columns:
            value = values.get(column.name)
            finite = value is not None and math.isfinite(value)
            missing = "" if finite else reason or f"gave {value}"
            yield Score(str(metric), column.name, 1.0, value if finite else None, column.better, missing, protocol)

    def _values(self, card: MetricCard, metric: Choice, space: Choice | None) -> dict[str, float]:
        made = self.bench.metric(metric)
        self._check_needs(card, space)
        evidence = self._evidence(metric, space)
        return {name: float(value) for name, value in made.score(evidence).items()}

    def histograms(self, metrics: Iterable[Choice]) -> dict[str, dict[str, list[int]]]:
        """Return what each metric that counts modes counted on either side, by metric; none where it can't."""
        found = {}
        for metric in metrics:
            made = self.bench.metric(metric)
            if not hasattr(made, "histogram"):
                continue
            card: MetricCard = self.bench.catalog.get("metrics", metric.name)
            with suppress(UnfitError):
                counts = made.histogram(self._evidence(metric, feature_space(card, metric)))
                found[str(metric)] = {side: [int(count) for count in each] for side, each in counts.items()}
        return found

    def _evidence(self, metric: Choice, space: Choice | None) -> Evidence:
        return Evidence(
            self.real.within(space),
            self.fake.within(space),
            self.dataset,
            self.model,
            seed=stream(self.seed, str(metric)),
            embed=partial(self.bench.features, space, classes=self._classes, keep=True) if space else None,
        )

    def _check_needs(self, card: MetricCard, space: Choice | None) -> None:
        """Raise UnfitError for the first thing that the card needs and that is not there."""
        labels = [side.labels is not None for side in (self.real, self.fake)]
        there = {
            "dataset": (self.dataset is not None, "the dataset that the real side is from"),
            "log_prob": (hasattr(self.model, "log_prob"), "a model that tells likelihoods"),
            "labels": (all(labels), "labels on both sides, which a conditional model gives"),
        }
        for need in card.needs:
            found, what = there.get(need, (True, ""))
            if not found:
                raise UnfitError(f"{card.name} needs {what}")
        if "logits" in card.needs and space and self.real.within(space).features.logits is None:  # type: ignore[union-attr]
            raise UnfitError(f"{card.name} needs class probabilities, and the features {space} have none")

    @property
    def _classes(self) -> int:
        return self.dataset.classes if self.dataset else 0

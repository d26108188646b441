"""Whether a metric keeps its contract, and whether it minds what it should mind."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from ganbench.contracts.cards import PAIRING, Column, FeatureCard, MetricCard
from ganbench.contracts.datasets import Batch, Dataset, condition_of
from ganbench.contracts.metrics import BoundedByData, Evidence, ModeHistogram, Side
from ganbench.errors import UnfitError
from ganbench.evaluation.features import FeatureStore
from ganbench.registry.measure import Measure
from ganbench.schema.choice import Choice
from ganbench.testing.bench import seeded
from ganbench.testing.kit import Checks, NotApplicableError, require
from ganbench.testing.spoiling import blurred, in_order, noisy, of_classes
from ganbench.testing.toys import TOYS

SCORE = "ganbench.Metric.score"
_HALF = 250  # samples of a side, at most
_SLACK = 0.2  # of a column's range over the levels: what it may gain at one of them, for scores of samples vary


class MetricChecks(Checks):
    """What a metric must do, on a dataset that it takes: a named one, or the first toy."""

    @classmethod
    def methods(cls) -> Sequence[Callable[[Any], None]]:
        """Return the checks, in the order in which they are run."""
        return (
            cls.every_column_is_filled_within_its_range, cls.equal_evidence_has_equal_scores,
            cls.the_order_of_samples_means_nothing, cls.equal_sets_are_best, cls.real_data_are_no_worse_than_noise,
            cls.growing_noise_is_no_gain, cls.growing_blur_is_no_gain, cls.dropped_classes_are_no_gain,
            cls.histograms_count_no_sample_twice, cls.bounds_lie_within_the_cards,
        )  # fmt: skip

    def every_column_is_filled_within_its_range(self) -> None:
        """A score gives a finite number for each column of the card, within its range, and nothing else."""
        strange = set(self._good) - {column.name for column in self._card.columns}
        require(not strange, "the card's columns", f"{', '.join(sorted(strange))} too", SCORE)
        for column in self._card.columns:
            if column.optional and column.name not in self._good:
                continue
            require(column.name in self._good, f"a number for {column.name}", "none", SCORE)
            value = float(self._good[column.name])
            require(math.isfinite(value), f"{column.name} finite for real data", value, SCORE)
            low, high = self._ends(column)
            require(_within(value, low, high), f"{column.name} from {low} to {high}", value, "ganbench.Column")

    def equal_evidence_has_equal_scores(self) -> None:
        """Two scores of one evidence are equal: a metric's randomness is its evidence's seed."""
        require(self._score(self._fake) == self._good, "equal scores", "others", "ganbench.Evidence.seed")

    def the_order_of_samples_means_nothing(self) -> None:
        """Generated samples in another order have the same score; where they are judged one by one, real ones too."""
        order = torch.randperm(len(self._fake.samples), generator=seeded(3))
        real = in_order(self._real, order) if self._one_by_one else self._real
        other = self._score(in_order(self._fake, order), real)
        for name, value in self._good.items():
            same = math.isclose(value, other[name], rel_tol=1e-3, abs_tol=1e-5)
            require(same, f"{name} of {value:.6g} in any order", f"{other[name]:.6g}", SCORE)

    def equal_sets_are_best(self) -> None:
        """The real samples themselves score no worse than other real ones do."""
        best = self._score(self._real)
        for column in self._directed:
            gain = _gain(column, self._good[column.name], best[column.name])
            slack = 1e-3 * max(1.0, abs(best[column.name]))
            require(gain <= slack, f"{column.name} best for equal sets", self._pair(column, best, self._good), SCORE)

    def real_data_are_no_worse_than_noise(self) -> None:
        """Held-out real samples score no worse than the same under noise of three standard deviations."""
        bad = self._score(noisy(self._fake, 3.0))
        for column in self._directed:
            gain = _gain(column, bad[column.name], self._good[column.name])
            require(gain <= 0, f"{column.name} no better for noise", self._pair(column, self._good, bad), SCORE)

    def growing_noise_is_no_gain(self) -> None:
        """Normal noise of growing deviation improves no column."""
        self._no_gain([noisy(self._fake, deviation) for deviation in (0.0, 0.1, 0.3, 1.0)], "noise")

    def growing_blur_is_no_gain(self) -> None:
        """Means over growing squares improve no column; images alone are blurred."""
        if len(self._data.shape) != 3:
            raise NotApplicableError("images alone are blurred")
        self._no_gain([Batch(blurred(self._fake.samples, size), self._fake.condition) for size in (1, 3, 5)], "blur")

    def dropped_classes_are_no_gain(self) -> None:
        """Samples of fewer and fewer classes improve no column."""
        classes = self._data.classes
        if classes < 2:
            raise NotApplicableError("the data have no classes")
        kept = sorted({classes, max(1, classes // 2), 1}, reverse=True)
        self._no_gain([of_classes(self._fake, n) for n in kept], "dropped classes")

    def histograms_count_no_sample_twice(self) -> None:
        """A ModeHistogram counts both sides over the same modes, each sample once at most."""
        metric, where = self._measure.metric, "ganbench.ModeHistogram.histogram"
        if not isinstance(metric, ModeHistogram):
            raise NotApplicableError("it does not claim to be a ModeHistogram")
        counts = metric.histogram(self._evidence(self._fake))
        require(set(counts) == {"generated", "real"}, "generated and real counts", sorted(counts), where)
        generated, real = counts["generated"], counts["real"]
        require(len(generated) == len(real), "the same modes on both sides", (len(generated), len(real)), where)
        for side in (generated, real):
            require(bool(side.min() >= 0), "counts of 0 or more", int(side.min()), where)
            most = len(self._fake.samples)
            require(int(side.sum()) <= most, f"{most} at most", int(side.sum()), where)

    def bounds_lie_within_the_cards(self) -> None:
        """A BoundedByData bounds columns of its card, within the ends that the card has, for noise too."""
        where = "ganbench.BoundedByData.bounds"
        if not isinstance(self._measure.metric, BoundedByData):
            raise NotApplicableError("it does not claim to be BoundedByData")
        of_card = {column.name: (column.low, column.high) for column in self._card.columns}
        bounds = self._measure.metric.bounds(self._evidence(noisy(self._fake, 3.0)))
        strange = sorted(set(bounds) - set(of_card))
        require(not strange, "bounds of the card's columns", ", ".join(strange), where)
        for name, ends in bounds.items():
            inside = all(outer is None or end is not None for end, outer in zip(ends, of_card[name], strict=True))
            inside = inside and all(_within(end, *of_card[name]) for end in ends if end is not None)
            require(inside, f"{name} within {of_card[name]}", ends, where)

    def _ends(self, column: Column) -> tuple[float | None, float | None]:
        metric = self._measure.metric
        known = metric.bounds(self._evidence(self._fake)) if isinstance(metric, BoundedByData) else {}
        return known.get(column.name, (column.low, column.high))

    def _no_gain(self, levels: list[Batch], what: str) -> None:
        scores = [self._score(level) for level in levels]
        for column in self._directed:
            values = [float(score[column.name]) for score in scores]
            shown = " → ".join(f"{value:.4g}" for value in values)
            spread = max(values) - min(values)
            steps = [_gain(column, after, before) for before, after in pairwise(values)]
            whole = _gain(column, values[-1], values[0])
            worse = max(steps) <= _SLACK * spread + 1e-6 and whole <= _SLACK * spread + 1e-6
            require(worse, f"{column.name} no better under growing {what}", shown, SCORE)

    def _score(self, batch: Batch, against: Batch | None = None) -> Mapping[str, float]:
        return self._measure.metric.score(self._evidence(batch, against))

    def _evidence(self, batch: Batch, against: Batch | None = None) -> Evidence:
        real, fake = (self._side(each) for each in (against or self._real, batch))
        return Evidence(real, fake, self._data, None, seed=0, embed=self._embed)

    def _side(self, batch: Batch) -> Side:
        samples, labels = batch[0], batch[1]
        known = labels if condition_of(self._data) else None
        return Side(samples, known, self._embed(samples) if self._embed else None)

    @cached_property
    def _measure(self) -> Measure:
        return self.factory.measure(self.choice)

    @property
    def _card(self) -> MetricCard:
        return self._measure.card

    @property
    def _directed(self) -> list[Column]:
        return [column for column in self._card.columns if column.better in ("higher", "lower")]

    @cached_property
    def _data(self) -> Dataset:
        if {"log_prob", "reconstruct", "translate_back"} & set(self._card.needs):
            raise NotApplicableError("it judges what a model says of real samples, and none that it draws")
        if self.subject.dataset is not None:
            return self.factory.dataset(self.subject.dataset)
        reason = ""
        for toy in TOYS:
            data = self.factory.dataset(Choice(toy))
            kind = "images" if len(data.shape) == 3 else "points"
            space = self._measure.space
            card: FeatureCard | None = self.factory.catalog.get("features", space.name) if space else None
            if card and not card.fits(toy, kind):
                reason = f"the features {card.name} know {', '.join(card.knows)}; name a dataset"
                continue
            given = condition_of(data)
            kinds = {given.kind, "condition"} if given else set()
            missing = [need for need in self._card.needs if need in PAIRING and need not in kinds]
            if missing:
                reason = f"the toys have no {missing[0]} for it; name a dataset"
                continue
            try:
                self._measure.metric.score(_plain_evidence(data, self._embedding(data)))
            except UnfitError as error:
                reason = str(error)
            else:
                return data
        raise NotApplicableError(reason)

    @cached_property
    def _embed(self) -> Callable[[Tensor], Any] | None:
        return self._embedding(self._data)

    def _embedding(self, data: Dataset) -> Callable[[Tensor], Any] | None:
        space = self._measure.space
        return partial(FeatureStore(self.factory).features, space, classes=data.classes) if space else None

    @cached_property
    def _whole(self) -> Batch:
        return self._data.head("test", 2 * min(_HALF, self._data.count("test") // 2))

    @property
    def _one_by_one(self) -> bool:
        """Whether each sample is compared with the one that its source belongs to."""
        return "sources" in self._card.needs

    @property
    def _real(self) -> Batch:
        return Batch(*(part[: len(part) // 2] for part in self._whole[:2]))

    @property
    def _fake(self) -> Batch:
        """Other real samples; of those that are judged one by one, the same with a little noise."""
        if self._one_by_one:
            return noisy(self._real, 0.05)
        return Batch(*(part[len(part) // 2 :] for part in self._whole[:2]))

    @cached_property
    def _good(self) -> Mapping[str, float]:
        return self._score(self._fake)

    @staticmethod
    def _pair(column: Column, good: Mapping[str, float], bad: Mapping[str, float]) -> str:
        return f"{good[column.name]:.4g} and then {bad[column.name]:.4g}"


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _gain(column: Column, after: float, before: float) -> float:
    return (after - before) if column.better == "higher" else (before - after)


def _plain_evidence(data: Dataset, embed: Callable[[Tensor], Any] | None) -> Evidence:
    batch = data.head("test", 100)
    features = embed(batch.samples) if embed else None
    side = Side(batch.samples, batch.condition if condition_of(data) else None, features)
    return Evidence(side, side, data, None, seed=0, embed=embed)

"""Scoring a model: as many samples as there are held-out real ones, and each metric alone with its reason."""

import math
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ganbench.cards import MetricCard
from ganbench.choice import Choice
from ganbench.contracts import Dataset, Evidence, Model, Side
from ganbench.errors import GanbenchError, UnfitError
from ganbench.record import Score
from ganbench.seeds import isolated, stream
from ganbench.spec import RunSpec
from ganbench.workbench import Workbench

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Evaluation:
    """Scores one run's model at its checkpoints, always from the same latents.

    errors: the traceback of each metric that raised, by metric; its columns are missing, with the reason.
    latest: the samples that were scored last.
    """

    bench: Workbench
    spec: RunSpec
    dataset: Dataset
    model: Model
    errors: dict[str, str] = field(default_factory=dict)
    latest: Side | None = None
    _featured: dict[Choice | None, Side] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Samples on either side: equal numbers, since most scores depend on them."""
        return min(self.spec.samples, self.dataset.count("test"))

    def _draw(self) -> Side:
        """Draw the generated side; labels follow the held-out ones where the model takes labels."""
        import torch

        real = self.bench.real(self.spec.dataset, None, self.count)
        generator = torch.Generator(self.bench.device).manual_seed(stream(self.spec.seed, "sample"))
        labels = real.labels if getattr(self.model, "conditional", False) else None
        samples = self.model.sample(self.count, generator, labels)
        check_samples(samples, (self.count, *self.dataset.shape))
        return Side(samples, torch.zeros_like(real.labels) if labels is None else labels)

    def scores(self, fraction: float) -> tuple[Score, ...]:
        """Score the model as it is now, without moving any random stream that training draws from."""
        with isolated(stream(self.spec.seed, "metric"), self.bench.device):
            self.latest = self._draw()
            self._featured = {None: self.latest}
            return tuple(score for metric in self.spec.metrics for score in self._score(metric, fraction))

    def _score(self, metric: Choice, fraction: float) -> Iterator[Score]:
        card: MetricCard = self.bench.catalog.get("metrics", metric.name)
        named = metric.to_dict().get("features", card.features)
        space = Choice.parse(str(named)) if card.features and named else None
        protocol: dict[str, str | int | float] = {"split": "test", "real": self.count, "fake": self.count}
        if space:
            protocol["features"] = str(space)

        # a metric that does not apply, or breaks, costs its own columns and nothing else
        values: dict[str, float] = {}
        reason = ""
        try:
            values = self._values(metric, space)
        except UnfitError as error:
            reason = str(error)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            if not isinstance(error, GanbenchError):
                self.errors[str(metric)] = traceback.format_exc()
        for column in card.columns:
            value = values.get(column.name)
            finite = value is not None and math.isfinite(value)
            missing = "" if finite else reason or f"gave {value}"
            yield Score(str(metric), column.name, fraction, value if finite else None, column.better, missing, protocol)

    def _values(self, metric: Choice, space: Choice | None) -> dict[str, float]:
        made = self.bench.metric(metric)
        real = self.bench.real(self.spec.dataset, space, self.count)
        seed = stream(self.spec.seed, str(metric))
        evidence = Evidence(real, self._fake(space), self.dataset, self.model, seed)
        return {name: float(value) for name, value in made.score(evidence).items()}

    def _fake(self, space: Choice | None) -> Side:
        """Return the generated side in a feature space, computed once for all the metrics that share it."""
        if space is not None and space not in self._featured:
            drawn = self._featured[None]
            features = self.bench.features(self.spec.dataset, space, drawn.samples)
            self._featured[space] = Side(drawn.samples, drawn.labels, features)
        return self._featured[space]


def check_samples(samples: "Tensor", shape: tuple[int, ...]) -> None:
    """Raise ValueError unless a model's samples have the right shape and are finite."""
    if tuple(samples.shape) != shape:
        raise ValueError(f"sample gave shape {tuple(samples.shape)}, not {shape}")
    if not bool(samples.isfinite().all()):
        raise ValueError("sample gave numbers that are not finite")

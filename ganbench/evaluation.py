"""Scoring a model while it trains: as many samples as there are held-out real ones, always from the same latents."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.choice import Choice
from ganbench.comparison import Comparison
from ganbench.contracts import Dataset, Model
from ganbench.featuring import Featured
from ganbench.halves import with_deviations
from ganbench.pictures import draw_samples
from ganbench.record import Score
from ganbench.seeds import isolated, stream
from ganbench.spec import RunSpec
from ganbench.workbench import Workbench

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Evaluation:
    """Scores one run's model at its checkpoints.

    errors: the traceback of each metric that raised, by metric; its columns are missing, with the reason.
    latest: the samples that were scored last. histograms: what metrics that count modes counted at the end.
    """

    bench: Workbench
    spec: RunSpec
    dataset: Dataset
    model: Model
    errors: dict[str, str] = field(default_factory=dict)
    latest: "Tensor | None" = None
    histograms: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Samples on either side: equal numbers, since most scores depend on them."""
        return min(self.spec.samples, self.dataset.count("test"))

    def scores(self, fraction: float) -> tuple[Score, ...]:
        """Score the model as it is now, without moving any random stream that training draws from."""
        with isolated(stream(self.spec.seed, "metric"), self.bench.device):
            real, fake = self.bench.real(self.spec.dataset, self.count), self._draw()
            self.latest = fake.samples
            comparison = Comparison(
                self.bench, real, fake, self.spec.seed, self._protocol(), self.dataset, self.model, self.errors
            )
            scores = comparison.scores(self.spec.metrics, fraction)
            if fraction == 1.0:
                self.histograms = comparison.histograms(_scored(scores, self.spec.metrics))
            if fraction == 1.0 and self.spec.halves:
                scores = with_deviations(scores, comparison, self.spec.metrics, self.spec.halves)
            return scores

    def draw(self, path: Path) -> None:
        """Draw the samples that were scored last, points over the held-out ones."""
        assert self.latest is not None, "nothing was scored yet"
        draw_samples(path, self.latest, self.bench.real(self.spec.dataset, self.count).samples)

    def _draw(self) -> Featured:
        """Draw the generated side; labels follow the held-out ones where the model takes labels."""
        import torch

        labels = None
        if getattr(self.model, "conditional", False):
            labels = self.bench.real(self.spec.dataset, self.count).labels
        generator = torch.Generator(self.bench.device).manual_seed(stream(self.spec.seed, "sample"))
        samples = self.model.sample(self.count, generator, labels)
        check_samples(samples, (self.count, *self.dataset.shape))
        return Featured(samples, labels, partial(self.bench.features, classes=self.dataset.classes))

    def _protocol(self) -> dict[str, str | int | float]:
        average = getattr(self.model, "average", None) or "none"
        return {
            "split": "test",
            "real": self.count,
            "fake": self.count,
            "average": average,
            "seed": self.spec.seed,
        }


def _scored(scores: tuple[Score, ...], metrics: tuple[Choice, ...]) -> list[Choice]:
    """Return the metrics that gave a number."""
    gave = {score.metric for score in scores if score.value is not None}
    return [metric for metric in metrics if str(metric) in gave]


def check_samples(samples: "Tensor", shape: tuple[int, ...]) -> None:
    """Raise ValueError unless a model's samples have the right shape and are finite."""
    if tuple(samples.shape) != shape:
        raise ValueError(f"sample gave shape {tuple(samples.shape)}, not {shape}")
    if not bool(samples.isfinite().all()):
        raise ValueError("sample gave numbers that are not finite")

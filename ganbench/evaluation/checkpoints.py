"""Scoring a model while it trains: as many samples as there are held-out real ones, always from the same latents."""

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.contracts.capabilities import Profile
from ganbench.contracts.datasets import Dataset
from ganbench.contracts.models import Model
from ganbench.errors import UnfitError
from ganbench.evaluation.comparison import OTHERS, TRAINING, Comparison, Facts, drawing_protocol, needs_pairs
from ganbench.evaluation.features import Featured, FeatureStore
from ganbench.evaluation.pictures import SHOWN_IMAGES, draw_captioned, draw_samples
from ganbench.evaluation.resampling import with_deviations
from ganbench.evaluation.waveforms import kept_waveforms
from ganbench.schema.choice import Choice
from ganbench.schema.condition import Captions, Labels
from ganbench.schema.record import Score
from ganbench.schema.spec import RunSpec
from ganbench.seeds import isolated, stream

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


@dataclass
class Evaluation:
    """Scores one run's model at its checkpoints.

    errors: the traceback of each metric that raised, by metric; its columns are missing, with the reason.
    latest: the samples that were scored last. seconds_per_sample: what drawing them took, all at once, each.
    """

    features: FeatureStore
    spec: RunSpec
    dataset: Dataset
    model: Model
    profile: Profile
    errors: dict[str, str] = field(default_factory=dict)
    latest: "Tensor | None" = None
    seconds_per_sample: float | None = None
    _compared: Comparison | None = None
    _asked: "Tensor | None" = None
    _scores: tuple[Score, ...] = ()

    @property
    def count(self) -> int:
        """Samples on either side: equal numbers, since most scores depend on them."""
        return self.spec.compared(self.dataset.count("test"))

    def scores(self, final: bool) -> tuple[Score, ...]:
        """Score the model as it is now, without moving any random stream that training draws from.

        final: whether training has ended, and the spread over halves of the samples is asked for too.
        """
        with self._isolated():
            fake = self._draw(self._others())
            comparison = self._compare(fake)
            scores = comparison.scores(self.spec.metrics)
            self.latest, self._compared, self._scores = fake.samples, comparison, scores
            if final and self.spec.halves:
                scores = with_deviations(scores, comparison, self.spec.metrics, self.spec.halves)
            return scores

    def histograms(self) -> dict[str, dict[str, list[int]]]:
        """Return what metrics that count modes counted on the samples that were scored last, by metric."""
        if self._compared is None:
            return {}
        with self._isolated():
            return self._compared.histograms(_scored(self._scores, self.spec.metrics))

    def picture_rows(self) -> "dict[str, dict[str, np.ndarray]]":
        """Return the pictures that metrics show of the model as it was scored last, as bytes, by metric and row."""
        if self._compared is None:
            return {}
        with self._isolated():
            return self._compared.picture_rows(_scored(self._scores, self.spec.metrics))

    def draw(self, path: Path) -> None:
        """Draw the samples that were scored last, points over the held-out ones, images below their captions."""
        assert self.latest is not None, "nothing was scored yet"
        captions = self.profile.condition
        if isinstance(captions, Captions) and self._asked is not None and self.latest.ndim == 4:
            asked = self._asked[:SHOWN_IMAGES].tolist()
            draw_captioned(path, self.latest, [captions.text(tokens) for tokens in asked])
            return
        draw_samples(path, self.latest, self._real.samples)

    def waveforms(self) -> dict[str, "np.ndarray"]:
        """Return what is kept of the waveforms that were scored last, beside the held-out ones."""
        assert self.latest is not None, "nothing was scored yet"
        return kept_waveforms(self.latest, self._real.samples)

    @property
    def _real(self) -> Featured:
        return self.features.real(self.spec.dataset, self.count)

    def _others(self) -> "Tensor | None":
        """Return what a conditional model is asked for without a look at what it is compared with; the same each time.

        Labels are drawn as the training data have them, captions and sources are those of held-out samples that no
        score compares with. The compared ones' own would give it what no other model is given, such as the true number
        of each class. Raises UnfitError where nothing else is held out.
        """
        if self.profile.condition is None or self._asked is not None:
            return self._asked
        if isinstance(self.profile.condition, Labels):
            self._asked = training_labels(self.dataset, self.count, self.spec.seed)
        else:
            self._asked = self.dataset.head("test", 2 * self.count).condition[self.count :]
        if len(self._asked) < self.count:
            raise UnfitError(
                f"{self.spec.dataset} holds out {self.count} sample, and scores compare with it; hold out more"
            )
        return self._asked

    def _draw(self, condition: "Tensor | None") -> Featured:
        """Draw the generated side, from the same latents each time; condition: (n, …) of a conditional model."""
        import torch

        generator = torch.Generator(self.features.device).manual_seed(stream(self.spec.seed, "sample"))
        started = time.perf_counter()
        samples = self.model.sample(self.count, generator, condition)
        check_samples(samples, (self.count, *self.dataset.shape))  # which waits for the device
        self.seconds_per_sample = (time.perf_counter() - started) / self.count
        return Featured(samples, condition, partial(self.features.features, classes=self.dataset.classes))

    def _isolated(self) -> AbstractContextManager[None]:
        return isolated(stream(self.spec.seed, "metric"), self.features.device)

    def _compare(self, fake: Featured) -> Comparison:
        facts = (self.spec.seed, self._protocol(), self.dataset, self.model, self.profile, self.errors)
        catalog = self.features.factory.catalog
        paired = None
        if self.profile.conditional and any(
            needs_pairs(catalog.get("metrics", each.name)) for each in self.spec.metrics
        ):
            paired = self._draw(self._real.condition)
        return Comparison(self.features, self._real, fake, *facts, paired=paired, data=self.spec.dataset.name)

    def _protocol(self) -> Facts:
        counts: dict[str, str | int | float] = {
            "split": "test",
            "real": self.count,
            "fake": self.count,
            "seed": self.spec.seed,
        }
        condition = self.profile.condition
        rule = TRAINING if isinstance(condition, Labels) else OTHERS
        return {**counts, **drawing_protocol(self.profile), **({condition.kind: rule} if condition else {})}


def _scored(scores: tuple[Score, ...], metrics: tuple[Choice, ...]) -> list[Choice]:
    """Return the metrics that gave a number."""
    gave = {score.metric for score in scores if score.value is not None}
    return [metric for metric in metrics if str(metric) in gave]


def training_labels(dataset: Dataset, count: int, seed: int) -> "Tensor":
    """Return labels (count,) int64 of a dataset's training samples, drawn at random."""
    return next(dataset.batches("train", count, stream(seed, "labels"))).condition


def check_samples(samples: "Tensor", shape: tuple[int, ...]) -> None:
    """Raise ValueError unless a model's samples have the right shape and are finite."""
    if tuple(samples.shape) != shape:
        raise ValueError(f"sample gave shape {tuple(samples.shape)}, not {shape}")
    if not bool(samples.isfinite().all()):
        raise ValueError("sample gave numbers that are not finite")

"""What came of a run: its status, its scores, what it spent, and where it was run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ganbench.schema.spec import RunSpec

SCHEMA = 2  # 1 had no digests


class Status(StrEnum):
    """How a run ended. Only a done run has scores of its final model."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Score:
    """One number, or the reason why there is none.

    metric: the metric as chosen, parameters included: `frechet:features=raw`.
    name: the column, with its unit where it has one: `frechet_distance`.
    better: "higher", "lower" or "closer to X".
    protocol: what somebody needs to get the same number: feature space, split, counts, seed.
    sampling_deviation: the standard deviation that other samples of the same model would give it; None where it
        was not estimated.
    lowest, highest: the ends of what it can be; None where it has none.
    """

    metric: str
    name: str
    value: float | None
    better: str = ""
    reason: str = ""
    protocol: Mapping[str, str | int | float] = field(default_factory=dict)
    sampling_deviation: float | None = None
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class Spent:
    """What a run really spent; in a checkpoint, what it had spent by then.

    images: real samples consumed. updates: updates of the model, as budgets count them.
    by_player: optimizer steps of each network apart. seconds: on the training clock.
    """

    images: int = 0
    updates: int = 0
    seconds: float = 0.0
    by_player: Mapping[str, int] = field(default_factory=dict)

    @property
    def images_per_second(self) -> float | None:
        """Throughput in real samples; None before anything was measured."""
        return self.images / self.seconds if self.seconds > 0 and self.images else None

    @property
    def updates_per_second(self) -> float | None:
        """Throughput in updates of the model; None before anything was measured."""
        return self.updates / self.seconds if self.seconds > 0 and self.updates else None


@dataclass(frozen=True)
class Checkpoint:
    """The scores of a model part of the way, with what it had spent by then."""

    fraction: float
    spent: Spent
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class RunRecord:
    """Everything about one run that a table can show.

    ended_by: the limit that was reached ("images", "updates", "seconds"), "model" when it had learnt all it
        could before any limit, "patience" or "equilibrium" where the spec's stopping ended it, "pruned" where its
        search did, "divergence", "error", or "" when training never began.
    throughput: images_per_second and updates_per_second of training, where they could be measured.
    batch: real samples in each batch.
    stability: the measures of ganbench.training.stability; a missing one does not apply.
    parameters: trainable parameters of each network. peak_memory_bytes: on a GPU; None on a CPU.
    environment: versions, device, processor and git state; never part of the run's key.
    recipe: how an adversarial pair was optimised, every setting of it.
    sampling: seconds_per_sample, of the last evaluation, all of its samples drawn at once; and network_evaluations of
        one sample, where a network is evaluated.
    family: the model's, as its card has it. conditional: whether it takes labels; None if it was never built.
    files: the SHA-256 of each file that the run left, by name; no part of what came of the run.
    """

    spec: RunSpec
    status: Status
    reason: str = ""
    ended_by: str = ""
    spent: Spent = field(default_factory=Spent)
    throughput: Mapping[str, float] = field(default_factory=dict)
    batch: int = 0
    checkpoints: tuple[Checkpoint, ...] = ()
    stability: Mapping[str, float | None] = field(default_factory=dict)
    parameters: Mapping[str, int] = field(default_factory=dict)
    peak_memory_bytes: int | None = None
    environment: Mapping[str, Any] = field(default_factory=dict)
    started: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)
    family: str = ""
    conditional: bool | None = None
    sampling: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict, compare=False)
    schema: int = field(default=SCHEMA, compare=False)

    @property
    def key(self) -> str:
        """The run's key, which is its spec's."""
        return self.spec.key

    @property
    def versions(self) -> str:
        """Which versions made it: ganbench's, those of its plugins, and torch's, whatever build of it."""
        made = dict(self.environment.get("plugins", {}))
        made["ganbench"] = made.get("ganbench") or self.environment.get("ganbench", "")
        made["torch"] = str(self.environment.get("torch", "")).partition("+")[0]
        return ", ".join(f"{name} {version}" for name, version in sorted(made.items()) if version)

    @property
    def identity(self) -> tuple[str, str, str]:
        """What tells runs apart: the key, the device and the versions. Two records of one identity are one run."""
        return (self.key, str(self.environment.get("device", "")), self.versions)

    @property
    def checkpoints_scores(self) -> tuple[tuple[str, str, float, float | None], ...]:
        """Every score's metric, column, fraction and value: what two records of one run must agree in."""
        return tuple(
            (score.metric, score.name, checkpoint.fraction, score.value)
            for checkpoint in self.checkpoints
            for score in checkpoint.scores
        )


def sort_key(record: RunRecord) -> tuple[str, ...]:
    """Order records for people: by suite, dataset, model, loss, seed."""
    spec = record.spec
    return (spec.suite, str(spec.dataset), str(spec.model), str(spec.loss or ""), f"{spec.seed:09d}")


@dataclass(frozen=True)
class ScoreInterval:
    """A score with the interval that holds it in 95 of 100 repetitions; low and high are None without a value."""

    score: Score
    low: float | None = None
    high: float | None = None

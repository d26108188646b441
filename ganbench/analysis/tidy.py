"""Records to a tidy frame: one row for each run, checkpoint and score."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from ganbench.analysis.boards import BOARD
from ganbench.schema.choice import settings_text
from ganbench.schema.protocol import Fact, Protocol
from ganbench.schema.record import RunRecord, Status, sort_key
from ganbench.schema.spec import RunSpec

# what must be equal for two runs to be averaged: all that can change a number, but for the seed
CELL = [*BOARD, "model", "loss", "settings", "versions"]
SCORE = ["metric", "score", "better", "protocol"]
TRAITS = ["family", "conditional", "parameters", "network_evaluations"]  # of a model
# what a score's protocol tells of its run: it differs within a mean, and between models that are compared
_OF_THE_RUN = {"average", "batch_norm", "truncation", "labels", "captions", "sources", "seed"}


def tidy(records: Iterable[RunRecord]) -> pd.DataFrame:
    """Return one row for each run x checkpoint x score.

    A run without scores has one row whose `score` is empty and whose `value` is missing, with the reason: one that
    failed or was skipped, and one that was trained where no metric was asked for. What each column holds:
    ganbench.schema.columns.TIDY.
    """
    records = tuple(records)
    named = sorted(zip(records, run_names(records), strict=True), key=lambda pair: sort_key(pair[0]))
    rows = [_rows(record) for record, _ in named]
    runs = pd.DataFrame([_run_columns(record) | {"run": name} for record, name in named], columns=[*_run_columns()])
    columns = zip(*(row for each in rows for row in each), strict=True)
    scores = pd.DataFrame(dict(zip(_FIELDS, columns, strict=True)) if rows else {}, columns=_FIELDS)

    # what is said of a run is repeated for its rows as columns, since a mapping for each row takes most of the memory
    repeated = runs.take(np.repeat(np.arange(len(runs)), [len(each) for each in rows])).reset_index(drop=True)
    return pd.concat([repeated, scores], axis="columns")


@lru_cache(maxsize=1024)
def _protocol(facts: tuple[tuple[str, Fact], ...]) -> Protocol:
    return _shared(Protocol.of(dict(facts), without=_OF_THE_RUN))


@lru_cache(maxsize=1024)
def _shared(protocol: Protocol) -> Protocol:
    """Return one object for all equal ones."""
    return protocol


def run_names(records: Iterable[RunRecord]) -> list[str]:
    """Return a name for each run: its key, and a number where other devices or versions made one of the same key."""
    seen: dict[str, int] = {}
    names = []
    for record in records:
        seen[record.key] = count = seen.get(record.key, 0) + 1
        names.append(record.key if count == 1 else f"{record.key}-{count}")
    return names


# what is said of a score, and what is missing of a run without any
_OF_A_SCORE: dict[str, Any] = {
    "fraction": None, "images": None, "updates": None, "seconds": None, "metric": "", "score": "", "better": "",
    "protocol": Protocol(), "value": None, "score_reason": "", "sampling_deviation": None, "lowest": None,
    "highest": None,
}  # fmt: skip
_FIELDS = list(_OF_A_SCORE)


def _rows(record: RunRecord) -> list[tuple[Any, ...]]:
    """Return what is said of each score of a run, at least one row."""
    rows = [_row_without_score(record)] if record.status is not Status.DONE or not _is_scored(record) else []
    for checkpoint in record.checkpoints:
        spent = checkpoint.spent
        at = (checkpoint.fraction, spent.images, spent.updates, spent.seconds)
        rows += [
            (
                *at, score.metric, score.name, score.better, _protocol(tuple(score.protocol.items())), score.value,
                score.reason, score.sampling_deviation, score.lowest, score.highest,
            )
            for score in checkpoint.scores
        ]  # fmt: skip
    return rows


def _row_without_score(record: RunRecord) -> tuple[Any, ...]:
    spent = record.spent
    known = {"images": spent.images, "updates": spent.updates, "seconds": spent.seconds}
    return tuple((_OF_A_SCORE | (known if record.status is Status.DONE else {})).values())


def _is_scored(record: RunRecord) -> bool:
    return any(checkpoint.scores for checkpoint in record.checkpoints)


def _reason(record: RunRecord) -> str:
    """Say why a run is not done, or why one that is has no score at all."""
    if record.status is not Status.DONE or record.reason or _is_scored(record):
        return record.reason
    return "trained, and no checkpoint was scored" if record.spec.metrics else "trained, and no metric was asked for"


def _budget(spec: RunSpec) -> str:
    further = [f"stop {spec.stopping}"] if spec.stopping else []
    further += [spec.search.told] if spec.search else []
    return ", ".join([str(spec.budget), *further])


def _run_columns(record: RunRecord | None = None) -> dict[str, Any]:
    """Return a record's columns; without one, their names alone."""
    if record is None:
        names = [*CELL, "key", "run", "seed", "status", "reason", "ended_by", "images_per_second"]
        return dict.fromkeys([*names, "updates_per_second", "seconds_per_sample", "peak_memory_bytes", *TRAITS])
    spec = record.spec
    return {
        "suite": spec.suite,
        "budget": _budget(spec),
        "standard": spec.standard,
        "precision": spec.precision,
        "device": record.environment.get("device", ""),
        "dataset": str(spec.dataset),
        "model": str(spec.model),
        "loss": str(spec.loss or ""),
        "settings": settings_text(spec.recipe),
        "versions": record.versions,
        "key": record.key,
        "seed": spec.seed,
        "status": record.status.value,
        "reason": _reason(record),
        "ended_by": record.ended_by,
        "images_per_second": record.throughput.get("images_per_second"),
        "updates_per_second": record.throughput.get("updates_per_second"),
        "seconds_per_sample": record.sampling.get("seconds_per_sample"),
        "peak_memory_bytes": record.peak_memory_bytes,
        "family": record.family or ("adversarial" if spec.loss else "other"),
        "conditional": record.conditional,
        "parameters": sum(record.parameters.values()) or None,
        "network_evaluations": record.sampling.get("network_evaluations"),
    }

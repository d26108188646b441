"""Records to a tidy frame, and from it to a leaderboard: plain pandas, nothing read or written but here."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from ganbench.choice import settings_text
from ganbench.contracts import Results
from ganbench.record import Checkpoint, RunRecord, Score, Status
from ganbench.stats import mean_and_deviation, merit
from ganbench.store import sort_key, write_whole

# what must be equal for two runs to be averaged: all that can change a number, but for the seed
CELL = ["suite", "budget", "standard", "precision", "device", "dataset", "model", "loss", "settings"]
SCORE = ["metric", "score", "better", "protocol"]


def tidy(records: Iterable[RunRecord]) -> pd.DataFrame:
    """Return one row for each run x checkpoint x score.

    A run without scores, such as a skipped one, has one row whose `score` is empty and whose `value` is
    missing. Columns: those of CELL and SCORE, key, seed, status, reason, ended_by, fraction, images,
    updates, seconds, value, score_reason, images_per_second, updates_per_second, peak_memory_bytes.
    """
    rows = [row for record in sorted(records, key=sort_key) for row in _rows(record)]
    return pd.DataFrame(rows, columns=[*_run_columns(), *_score_columns()])


def leaderboard(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each cell and score: mean and spread over seeds at the end of training.

    Columns: CELL; done, failed and skipped (runs of the cell); reason (the first failed or skipped run's, or
    why the score is missing); seconds and images_per_second (means over done runs); SCORE; mean; deviation
    (sample standard deviation over seeds; missing for one seed); seeds (runs that have the score); rank (1
    is best within a suite, budget, device, dataset and score; missing without a mean). A cell without any
    score has one row whose `score` is empty.
    """
    scored = frame[(frame["score"] != "") & (frame["fraction"] == 1.0) & (frame["status"] == Status.DONE)]
    scores = [
        dict(zip([*CELL, *SCORE], key, strict=True)) | _summary(group)
        for key, group in scored.groupby([*CELL, *SCORE], sort=False, dropna=False)
    ]
    cells = [
        dict(zip(CELL, key, strict=True)) | _counts(group)
        for key, group in frame.groupby(CELL, sort=False, dropna=False)
    ]
    columns = [*CELL, *SCORE, "mean", "deviation", "seeds", "merit", "score_reason"]
    board = pd.DataFrame(cells, columns=[*CELL, *_COUNTS]).merge(
        pd.DataFrame(scores, columns=columns), how="left", on=CELL
    )

    # cells that never got as far as a score keep their row, with the reason
    board[SCORE] = board[SCORE].fillna("")
    board["reason"] = board["reason"].where(board["reason"] != "", board.pop("score_reason").fillna(""))
    board["seeds"] = board["seeds"].fillna(0).astype(int)
    board["rank"] = board.groupby([*_RIVALS, *SCORE], sort=False)["merit"].rank(method="min")
    return board.drop(columns="merit")


def results(records: Iterable[RunRecord], folder: Path) -> Results:
    """Return what report sections show."""
    records = tuple(records)
    frame = tidy(records)
    return Results(records, frame, leaderboard(frame), folder)


def write_tables(shown: Results, folder: Path) -> list[Path]:
    """Write both frames as CSV and Parquet; return the paths, the leaderboard first."""
    paths = []
    for name, frame in (("leaderboard", shown.leaderboard), ("tidy", shown.tidy)):
        for suffix, write in ((".csv", _write_csv), (".parquet", _write_parquet)):
            path = folder / f"{name}{suffix}"
            write_whole(path, lambda beside, frame=frame, write=write: write(frame, beside))  # type: ignore[misc]
            paths.append(path)
    return paths


# what a score's protocol tells of its run: it differs within a mean, and between models that are compared
_OF_THE_RUN = {"average", "seed"}
_COUNTS = ["done", "failed", "skipped", "reason", "seconds", "images_per_second"]
_RIVALS = ["suite", "budget", "precision", "device", "dataset"]


def _counts(group: pd.DataFrame) -> dict[str, Any]:
    """Count a cell's runs by status; a run has one row or many."""
    runs = group.sort_values("fraction", na_position="first").drop_duplicates("key", keep="last")
    done = runs[runs["status"] == Status.DONE]
    reasons = [reason for reason in runs["reason"] if reason]
    return {
        **{status.value: int((runs["status"] == status).sum()) for status in Status},
        "reason": reasons[0] if reasons else "",
        "seconds": done["seconds"].mean() if len(done) else None,
        "images_per_second": done["images_per_second"].mean() if len(done) else None,
    }


def _summary(group: pd.DataFrame) -> dict[str, Any]:
    mean, deviation = mean_and_deviation(group["value"].to_numpy(dtype=float))
    reasons = [reason for reason in group["score_reason"] if reason]
    return {
        "mean": mean,
        "deviation": deviation,
        "seeds": int(group["value"].notna().sum()),
        "merit": None if mean is None else merit(mean, str(group["better"].iloc[0])),
        "score_reason": reasons[0] if reasons else "",
    }


def _rows(record: RunRecord) -> Iterable[dict[str, Any]]:
    run = _run_columns(record)
    if not record.checkpoints or record.status is not Status.DONE:
        yield run | _score_columns(None, None)
    for checkpoint in record.checkpoints:
        for score in checkpoint.scores:
            yield run | _score_columns(checkpoint, score)


def _run_columns(record: RunRecord | None = None) -> dict[str, Any]:
    """Return a record's columns; without one, their names alone."""
    if record is None:
        names = [*CELL, "key", "seed", "status", "reason", "ended_by", "images_per_second"]
        return dict.fromkeys([*names, "updates_per_second", "peak_memory_bytes"])
    spec = record.spec
    return {
        "suite": spec.suite,
        "budget": str(spec.budget) + (f", stop {spec.stopping}" if spec.stopping else ""),
        "standard": spec.standard,
        "precision": spec.precision,
        "device": record.environment.get("device", ""),
        "dataset": str(spec.dataset),
        "model": str(spec.model),
        "loss": str(spec.loss or ""),
        "settings": settings_text(spec.recipe),
        "key": record.key,
        "seed": spec.seed,
        "status": record.status.value,
        "reason": record.reason,
        "ended_by": record.ended_by,
        "images_per_second": record.throughput.get("images_per_second"),
        "updates_per_second": record.throughput.get("updates_per_second"),
        "peak_memory_bytes": record.peak_memory_bytes,
    }


def _score_columns(checkpoint: Checkpoint | None = None, score: Score | None = None) -> dict[str, Any]:
    """Return a score's columns; without one, missing ones."""
    spent = checkpoint.spent if checkpoint else None
    protocol = score.protocol if score else {}
    return {
        "fraction": checkpoint.fraction if checkpoint else None,
        "images": spent.images if spent else None,
        "updates": spent.updates if spent else None,
        "seconds": spent.seconds if spent else None,
        "metric": score.metric if score else "",
        "score": score.name if score else "",
        "better": score.better if score else "",
        "protocol": ", ".join(f"{key}={value}" for key, value in sorted(protocol.items()) if key not in _OF_THE_RUN),
        "value": score.value if score else None,
        "score_reason": score.reason if score else "",
    }


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)

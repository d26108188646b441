"""A tidy frame to a leaderboard: plain pandas, nothing read or written but here."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from ganbench.analysis.boards import BOARD
from ganbench.analysis.standings import STANDING, standings
from ganbench.analysis.tidy import CELL, SCORE, TRAITS, run_names, tidy
from ganbench.analysis.trajectories import trajectories
from ganbench.contracts.sections import Results
from ganbench.errors import BadOptionError
from ganbench.files import write_whole
from ganbench.schema.protocol import Protocol
from ganbench.schema.record import RunRecord, Status


def leaderboard(frame: pd.DataFrame, baseline: str | None = None) -> pd.DataFrame:
    """Return one row for each cell and score: mean and spread over seeds at the end of training.

    baseline: the model that every other is compared with, `dcgan` or `dcgan:width=32`; the first of its cells
    in each group that is ranked. Raises BadOptionError if no run is of that model.

    A cell without any score has one row whose `score` is empty. What each column holds:
    ganbench.schema.columns.LEADERBOARD.
    """
    scored = frame[(frame["score"] != "") & (frame["fraction"] == 1.0) & (frame["status"] == Status.DONE)]
    if baseline is not None and not _is_baseline(frame, baseline).any():
        there = ", ".join(sorted(frame["model"].unique())) or "none"
        raise BadOptionError(f"no run is of the baseline {baseline!r}; there are runs of {there}")
    groups = scored.groupby([*RIVALS, *SCORE], sort=False)
    done = frame[(frame["score"] != "") & (frame["status"] == Status.DONE)]
    ways = dict(iter(trajectories(done, [*CELL, *SCORE, "run"]).groupby([*CELL, *SCORE], sort=False, dropna=False)))
    lost = failed_seeds(frame)
    scores = [row | _trajectory(ways, row) for _, rivals in groups for row in _standings(rivals, baseline, lost)]
    cells = [
        dict(zip(CELL, key, strict=True)) | _counts(group)
        for key, group in frame.groupby(CELL, sort=False, dropna=False)
    ]
    columns = [*CELL, *SCORE, *STANDING, "sampling_deviation", "seeds", "failed_seeds", *_TRAJECTORY, "score_reason"]
    board = pd.DataFrame(cells, columns=[*CELL, *_COUNTS]).merge(
        pd.DataFrame(scores, columns=columns), how="left", on=CELL
    )

    # cells that never got as far as a score keep their row, with the reason
    for name in SCORE:
        absent: Any = Protocol() if name == "protocol" else ""
        board[name] = board[name].map(lambda value, absent=absent: absent if isinstance(value, float) else value)
    board["reason"] = board["reason"].where(board["reason"] != "", board.pop("score_reason").fillna(""))
    for name in ("seeds", "failed_seeds"):
        board[name] = board[name].fillna(0).astype(int)
    return board


def failed_seeds(frame: pd.DataFrame) -> dict[tuple[Any, ...], int]:
    """Count the runs of each cell that failed, by CELL, and the done ones without a number, by CELL and score.

    The second kind is by CELL, metric and score: without a number, a run's protocol may say less.
    """
    failed = frame[frame["status"] == Status.FAILED].drop_duplicates([*CELL, "run"])
    without = frame[
        (frame["status"] == Status.DONE) & (frame["fraction"] == 1.0) & (frame["score"] != "") & frame["value"].isna()
    ]
    counts: dict[tuple[Any, ...], int] = {}
    for part, by in ((failed, CELL), (without, [*CELL, "metric", "score"])):
        counts |= {tuple(key): len(rows) for key, rows in part.groupby(by, sort=False, dropna=False)}
    return counts


def results(records: Iterable[RunRecord], folders: Iterable[Path] = (), baseline: str | None = None) -> Results:
    """Return what report sections show; folders: of the records, in their order; baseline: as leaderboard has it."""
    records = tuple(records)
    frame = tidy(records)
    at = dict(zip(run_names(records), folders, strict=False))
    return Results(records, frame, leaderboard(frame, baseline), at)


def write_tables(shown: Results, folder: Path) -> list[Path]:
    """Write both frames as CSV and Parquet; return the paths, the leaderboard first."""
    paths = []
    for name, frame in (("leaderboard", shown.leaderboard), ("tidy", shown.tidy)):
        for suffix, write in ((".csv", _write_csv), (".parquet", _write_parquet)):
            path = folder / f"{name}{suffix}"
            write_whole(path, lambda beside, frame=frame, write=write: write(frame, beside))  # type: ignore[misc]
            paths.append(path)
    return paths


REFERENCE = "reference"  # the family of what stands outside the competition: real data, floors, copies
_MEANS = ["seconds", "images", "updates", "images_per_second", "seconds_per_sample", "peak_memory_bytes"]
_COUNTS = ["done", "failed", "skipped", "diverged", "reason", *_MEANS, *TRAITS]
_TRAJECTORY = ["best", "gap", "area", "collapsed", "collapse_images"]
RIVALS = [name for name in BOARD if name != "standard"]  # what must be equal for two cells to be ranked


def _counts(group: pd.DataFrame) -> dict[str, Any]:
    """Count a cell's runs by status; a run has one row or many."""
    runs = group.sort_values("fraction", na_position="first").drop_duplicates("run", keep="last")
    done = runs[runs["status"] == Status.DONE]
    reasons = [reason for reason in runs["reason"] if reason]
    return {
        **{status.value: int((runs["status"] == status).sum()) for status in Status},
        "diverged": float((runs["ended_by"] == "divergence").mean()),
        "reason": reasons[0] if reasons else "",
        **{name: done[name].astype(float).mean() if len(done) else None for name in _MEANS},
        **{name: _first(runs[name]) for name in TRAITS},
    }


def _first(column: "pd.Series[Any]") -> Any:
    """Return the first value that is there: a run that was never built knows less of its model."""
    there = column.dropna()
    return there.iloc[0] if len(there) else None


def _is_baseline(frame: pd.DataFrame, baseline: str) -> "pd.Series[bool]":
    named = frame["model"] == baseline
    return named if named.any() else frame["model"].map(lambda model: str(model).partition(":")[0]) == baseline


def _standings(
    rivals: pd.DataFrame, baseline: str | None, lost: dict[tuple[Any, ...], int]
) -> Iterable[dict[str, Any]]:
    """Yield a row for each cell of a group that is ranked together; lost: as failed_seeds has it."""
    groups = [(key, group) for key, group in rivals.groupby([*CELL, *SCORE], sort=False, dropna=False)]
    better = str(rivals["better"].iloc[0])
    values = [group["value"].to_numpy(dtype=float) for _, group in groups]
    chosen = [baseline is not None and bool(_is_baseline(group, baseline).any()) for _, group in groups]
    index = chosen.index(True) if any(chosen) else None
    aside = [str(group["family"].iloc[0]) == REFERENCE for _, group in groups]
    cells = [tuple(key[: len(CELL)]) for key, _ in groups]
    which = (str(rivals["metric"].iloc[0]), str(rivals["score"].iloc[0]))
    failed = [lost.get(cell, 0) + lost.get((*cell, *which), 0) for cell in cells]
    for (key, group), found, count in zip(groups, standings(values, better, index, aside, failed), failed, strict=True):
        reasons = [reason for reason in group["score_reason"] if reason]
        yield {
            **dict(zip([*CELL, *SCORE], key, strict=True)),
            **found,
            "seeds": int(group["value"].notna().sum()),
            "failed_seeds": count if group["value"].notna().any() else 0,
            "sampling_deviation": _quadratic_mean(group["sampling_deviation"]),
            "score_reason": reasons[0] if reasons else "",
        }


def _trajectory(ways: dict[Any, pd.DataFrame], row: dict[str, Any]) -> dict[str, Any]:
    """Return the means over seeds of how a cell's score went, and how many seeds collapsed."""
    part = ways.get(tuple(row[name] for name in [*CELL, *SCORE]))
    if part is None:
        return dict.fromkeys(_TRAJECTORY)
    known, fallen = part["collapsed"].dropna(), part["collapse_images"].dropna()
    return {
        **{name: part[name].astype(float).mean() for name in ("best", "gap", "area")},
        "collapsed": known.astype(float).mean() if len(known) else None,
        "collapse_images": fallen.astype(float).mean() if len(fallen) else None,
    }


def _quadratic_mean(column: "pd.Series[Any]") -> float | None:
    """Return the root of the mean square of what is there, as deviations are averaged."""
    there = column.dropna().astype(float)
    return float((there**2).mean() ** 0.5) if len(there) else None


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with its protocols as text, for files."""
    return frame.assign(protocol=frame["protocol"].map(str))


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    as_text(frame).to_csv(path, index=False)


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    as_text(frame).to_parquet(path, index=False)

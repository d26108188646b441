"""A tidy frame to a leaderboard: plain pandas, nothing read or written but here."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ganbench.analysis.boards import BOARD
from ganbench.analysis.groups import columns, groups, mean
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
    done = (frame["score"] != "") & (frame["status"] == Status.DONE)
    if baseline is not None and not any(_are_baseline(frame["model"], baseline)):
        there = ", ".join(sorted(frame["model"].unique())) or "none"
        raise BadOptionError(f"no run is of the baseline {baseline!r}; there are runs of {there}")
    ways = _trajectories(trajectories(frame[_OF_SCORES][done], [*CELL, *SCORE, "run"]))
    scored = frame[_OF_SCORES][done & (frame["fraction"] == 1.0)]
    scores = [
        row | ways.get(tuple(row[name] for name in [*CELL, *SCORE]), dict.fromkeys(_TRAJECTORY))
        for row in _ranked(scored, baseline, failed_seeds(frame))
    ]
    cells = [dict(zip(CELL, key, strict=True)) | counted for key, counted in _counts(frame)]
    names = [*CELL, *SCORE, *STANDING, "sampling_deviation", "seeds", "failed_seeds", *_TRAJECTORY, "score_reason"]
    board = pd.DataFrame(cells, columns=[*CELL, *_COUNTS]).merge(
        pd.DataFrame(scores, columns=names), how="left", on=CELL
    )

    # cells that never got as far as a score keep their row, with the reason
    for name in SCORE:
        absent: Any = Protocol() if name == "protocol" else ""
        board[name] = board[name].map(lambda value, absent=absent: absent if isinstance(value, float) else value)
    board["reason"] = board["reason"].where(board["reason"] != "", board.pop("score_reason").fillna(""))
    for name in ("seeds", "failed_seeds"):
        board[name] = pd.to_numeric(board[name]).fillna(0).astype(int)
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
        counts |= {key: len(positions) for key, positions in groups(part, by)}
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
_OF_SCORES = [
    *CELL, *SCORE, "run", "seed", "fraction", "images", "value", "sampling_deviation", "lowest", "highest",
    "score_reason", "family",
]  # fmt: skip # what is looked at of each score
_TRAJECTORY = ["best", "gap", "area", "collapsed", "collapse_images"]
RIVALS = BOARD  # what must be equal for two cells to be ranked


def _counts(frame: pd.DataFrame) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Yield each cell with its runs counted by status; of a run's rows one of its last checkpoint counts."""
    last = frame.sort_values("fraction", kind="stable", na_position="first").drop_duplicates("run", keep="last")
    runs = last.sort_index()
    taken = columns(runs, _MEANS, ["status", "ended_by", "reason", *TRAITS])
    for key, positions in groups(runs, CELL):
        part = {name: values[positions] for name, values in taken.items()}
        done = part["status"] == Status.DONE
        reasons = [reason for reason in part["reason"] if reason]
        yield (
            key,
            {
                **{status.value: int((part["status"] == status).sum()) for status in Status},
                "diverged": float((part["ended_by"] == "divergence").mean()),
                "reason": reasons[0] if reasons else "",
                **{name: mean(part[name][done]) if done.any() else None for name in _MEANS},
                **{name: _first(part[name]) for name in TRAITS},
            },
        )


def _first(values: Iterable[Any]) -> Any:
    """Return the first value that is there: a run that was never built knows less of its model."""
    return next((value for value in values if not pd.isna(value)), None)


def _are_baseline(models: Iterable[Any], baseline: str) -> list[bool]:
    """Tell of each model whether it is the baseline: by its whole name, or by the name alone where none is."""
    names = [str(model) for model in models]
    named = [name == baseline for name in names]
    return named if any(named) else [name.partition(":")[0] == baseline for name in names]


_Cells = list[tuple[tuple[Any, ...], NDArray[np.intp]]]  # of each its key, CELL and SCORE, and where its rows are
_Lost = dict[tuple[Any, ...], int]  # as failed_seeds has it


def _ranked(scored: pd.DataFrame, baseline: str | None, lost: _Lost) -> Iterator[dict[str, Any]]:
    """Yield a row for each cell and score, those that are ranked together one after another."""
    taken = columns(scored, ["value", "sampling_deviation", "lowest", "highest"], ["score_reason", "family"])
    together: dict[tuple[Any, ...], _Cells] = {}
    for key, positions in groups(scored, [*CELL, *SCORE]):
        rivals = (*key[: len(RIVALS)], *key[len(CELL) :])
        together.setdefault(rivals, []).append((key, positions))
    for cells in together.values():
        yield from _standings(cells, taken, baseline, lost)


def _standings(
    cells: _Cells, taken: Mapping[str, NDArray[Any]], baseline: str | None, lost: _Lost
) -> Iterator[dict[str, Any]]:
    """Yield a row for each of the cells that are ranked together; taken: columns of all scored rows."""
    values = [taken["value"][positions] for _, positions in cells]
    models = [key[CELL.index("model")] for key, _ in cells]
    index = None
    if baseline is not None and any(are := _are_baseline(models, baseline)):
        index = are.index(True)
    aside = [taken["family"][positions[0]] == REFERENCE for _, positions in cells]
    metric, score, better, _ = cells[0][0][len(CELL) :]
    failed = [lost.get(key[: len(CELL)], 0) + lost.get((*key[: len(CELL)], metric, score), 0) for key, _ in cells]
    rows = np.concatenate([positions for _, positions in cells])
    bounds = _bounds({name: column[rows] for name, column in taken.items()})
    found = standings(values, str(better), index, aside, failed, bounds)
    for (key, positions), standing, count in zip(cells, found, failed, strict=True):
        seeds = int((~np.isnan(taken["value"][positions])).sum())
        yield {
            **dict(zip([*CELL, *SCORE], key, strict=True)),
            **standing,
            "seeds": seeds,
            "failed_seeds": count if seeds else 0,
            "sampling_deviation": _quadratic_mean(taken["sampling_deviation"][positions]),
            "score_reason": next((reason for reason in taken["score_reason"][positions] if reason), ""),
        }


def _bounds(taken: Mapping[str, NDArray[Any]]) -> tuple[float, float]:
    """Return what the scores of a group that is ranked together can be; means of them can be no more."""
    low, high = (taken[name][~np.isnan(taken[name])] for name in ("lowest", "highest"))
    values = taken["value"][~np.isnan(taken["value"])]  # a record that contradicts itself narrows nothing
    return min([*low, *values], default=-np.inf) if len(low) else -np.inf, (
        max([*high, *values], default=np.inf) if len(high) else np.inf
    )


def _trajectories(of_runs: pd.DataFrame) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the means over seeds of how each cell's score went, and how many seeds collapsed, by CELL and SCORE."""
    taken = columns(of_runs, _TRAJECTORY)
    return {
        key: {name: mean(values[positions]) for name, values in taken.items()}
        for key, positions in groups(of_runs, [*CELL, *SCORE])
    }


def _quadratic_mean(values: NDArray[Any]) -> float | None:
    """Return the root of the mean square of what is there, as deviations are averaged."""
    there = values[~np.isnan(values)]
    return float((there**2).mean() ** 0.5) if len(there) else None


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with its protocols as text, for files."""
    return frame.assign(protocol=frame["protocol"].map(str))


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    as_text(frame).to_csv(path, index=False)


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    as_text(frame).to_parquet(path, index=False)

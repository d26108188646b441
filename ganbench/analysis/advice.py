"""Until when to train: where a stopping rule would have ended runs that went on, and what that would have cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ganbench.analysis.tidy import CELL, run_names, tidy
from ganbench.errors import BadOptionError, nearest
from ganbench.schema.direction import merit
from ganbench.schema.early_stopping import at_equilibrium, out_of_patience
from ganbench.schema.record import Checkpoint, RunRecord, Status
from ganbench.schema.spec import Stopping
from ganbench.storage.store import RunFolder

RULES = ("budget", "patience=1", "patience=2", "patience=3", "equilibrium", "loss", "duality gap")
_GAP = "duality_gap"  # the column of its metric
_WINDOWS = 20  # that a run's updates are parted into, for the rules that watch curves
_FEWEST = 100  # updates in a window: a discriminator leaves one half within so many at its start
# of each run and rule. share: of the run's images at the checkpoint that the rule chooses; ended: whether the rule
# came to an end before the budget's; value: the score there; best: the best that the run had at any checkpoint;
# regret: what value is worse than best, 0 or more, in the score's unit; lost: regret as a share of all that the run
# gained after its first checkpoint, missing where it gained nothing
COLUMNS = ["rule", "ended", "images", "share", "value", "best", "regret", "lost"]

Curves = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class _Course:
    """A run's checkpoints that have the score, its merits there (less is better), and its curves."""

    checkpoints: tuple[Checkpoint, ...]
    values: tuple[float, ...]
    merits: tuple[float, ...]
    name: str
    curves: Curves


def advice(records: Sequence[RunRecord], folders: Sequence[Path], score: str = "") -> pd.DataFrame:
    """Return a row for each run x rule: the columns run, CELL, seed, score and COLUMNS.

    Runs count that were trained to the end of their budget and scored at two checkpoints or more. A rule that
    watches curves has no row for a run without them. score: the column that is watched and judged by; the run's
    first one with a direction if empty. Raises BadOptionError for a score that no run has, and where no run counts.

    `patience=K` is the rule of `--stop patience=K`. `equilibrium` is that of `--stop equilibrium=W`, with W a
    twentieth of the run's updates and 100 at least. `loss` ends a run after the first of such windows in which the
    mean of no loss has moved, since the window before, by more than its standard deviation within the window. A rule
    on curves ends a run between checkpoints; the model is then taken to be that of the next one. `duality gap` is
    patience=1 on the score duality_gap, and has a row where runs were scored by it.
    """
    chosen = [(record, folder) for record, folder in zip(records, folders, strict=True) if _counts(record)]
    names = run_names([record for record, _ in chosen])
    rows = [
        {"run": name} | row
        for name, (record, folder) in zip(names, chosen, strict=True)
        if (course := _course(record, folder, score))
        for row in _rows(course)
    ]
    if not rows:
        _refuse(records, score)
    cells = tidy(record for record, _ in chosen)[["run", *CELL, "seed"]].drop_duplicates("run")
    return cells.merge(pd.DataFrame(rows), on="run", sort=False)


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each cell, score and rule: runs, ended (of them), and means of share, regret and lost."""
    grouped = frame.groupby([*CELL, "score", "rule"], sort=False, dropna=False)
    return grouped.agg(
        runs=("run", "size"), ended=("ended", "sum"), share=("share", "mean"), regret=("regret", "mean"),
        lost=("lost", "mean"),
    ).reset_index()  # fmt: skip


def overall(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each rule over all runs: runs, ended, mean share and median of lost."""
    grouped = frame.groupby("rule", sort=False)
    return grouped.agg(
        runs=("run", "size"), ended=("ended", "sum"), share=("share", "mean"), lost=("lost", "median")
    ).reset_index()


def _counts(record: RunRecord) -> bool:
    stopping = record.spec.stopping or Stopping()
    whole = stopping.patience is None and stopping.equilibrium is None and record.spec.search is None
    return record.status is Status.DONE and whole and len(record.checkpoints) > 1


def _refuse(records: Sequence[RunRecord], score: str) -> None:
    known = sorted({each.name for record in records for point in record.checkpoints for each in point.scores})
    if score and score not in known:
        raise BadOptionError(f"no run has the score {score!r}{nearest(score, known)}")
    raise BadOptionError(
        "no run went to the end of its budget with two scored checkpoints or more: run a suite that has checkpoints,"
        " without --stop"
    )


def _course(record: RunRecord, folder: Path, score: str) -> _Course | None:
    name = score or next((each.name for each in record.checkpoints[-1].scores if each.better), "")
    found = [
        (point, each.value, merit(each.value, each.better))
        for point in record.checkpoints
        for each in point.scores
        if each.name == name and each.value is not None and each.better
    ]
    if len(found) < 2:
        return None
    points, values, merits = zip(*found, strict=True)
    return _Course(points, values, merits, name, RunFolder(folder).curves(_is_watched))


def _is_watched(column: str) -> bool:
    return column.startswith("discriminator_") or column == "loss" or column.endswith("_loss")


def _rows(course: _Course) -> Iterator[dict[str, Any]]:
    last, best = course.checkpoints[-1].spent.images, int(np.argmin(course.merits))
    gained = course.merits[0] - course.merits[best]
    for rule in RULES:
        at = _ends_at(rule, course)
        if at is None:
            continue
        images, regret = course.checkpoints[at].spent.images, course.merits[at] - course.merits[best]
        yield {
            "score": course.name,
            "rule": rule,
            "ended": at < len(course.checkpoints) - 1,
            "images": images,
            "share": images / last if last else None,
            "value": course.values[at],
            "best": course.values[best],
            "regret": regret,
            "lost": regret / gained if gained > 0 else None,
        }


def _ends_at(rule: str, course: _Course) -> int | None:
    """Return which checkpoint a run ends at by a rule, the last if it never fires; None where it does not apply."""
    last = len(course.checkpoints) - 1
    if rule == "budget":
        return last
    if rule.startswith("patience="):
        return _patient(course, Stopping(int(rule.removeprefix("patience=")), course.name))
    if rule == "duality gap":
        has_gap = any(score.name == _GAP for score in course.checkpoints[0].scores)
        return _patient(course, Stopping(1, _GAP)) if has_gap else None
    ends_at_update = equilibrium_update if rule == "equilibrium" else settled_update
    if not _watched(rule, course.curves):
        return None
    update = ends_at_update(course.curves)
    if update is None:
        return last
    return next((at for at in range(last) if course.checkpoints[at].spent.updates >= update), last)


def _patient(course: _Course, stopping: Stopping) -> int:
    last = len(course.checkpoints) - 1
    return next((at for at in range(last) if out_of_patience(course.checkpoints[: at + 1], stopping)), last)


def _watched(rule: str, curves: Curves) -> list[str]:
    if rule == "equilibrium":
        return [name for name in curves if name.startswith("discriminator_") and not name.endswith("_loss")]
    return [name for name in curves if name == "loss" or name.endswith("_loss")]


def _window(curves: Curves) -> int:
    return max(_FEWEST, len(next(iter(curves.values()))) // _WINDOWS)


def equilibrium_update(curves: Curves) -> int | None:
    """Return the update, from 1, at which `--stop equilibrium=W` would have ended a run; None if it never did.

    curves: columns by name, (updates,) float64 each. W: a twentieth of the updates, and 100 at least.
    """
    window = _window(curves)
    stopping, watched = Stopping(equilibrium=window), {name: curves[name] for name in _watched("equilibrium", curves)}
    for end in range(window, len(next(iter(curves.values()))) + 1, window):
        if at_equilibrium({name: values[:end] for name, values in watched.items()}, stopping):
            return end
    return None


def settled_update(curves: Curves) -> int | None:
    """Return the update, from 1, at which all losses had settled; None if they never did.

    curves: columns by name, (updates,) float64 each. They have settled at the end of the first window of updates
    whose mean is, for each loss, within one standard deviation (of that window) of the mean of the window before.
    """
    window = _window(curves)
    series = [curves[name] for name in _watched("loss", curves)]
    for end in range(2 * window, len(series[0]) + 1, window):
        if all(_stands(values[end - 2 * window : end - window], values[end - window : end]) for values in series):
            return end
    return None


def _stands(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
    return bool(abs(after.mean() - before.mean()) <= after.std())

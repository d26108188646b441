"""How a score went over training: best, final, area under the curve, and where it fell apart."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ganbench.analysis.groups import columns, grouped
from ganbench.schema.direction import merits_of

Grid = NDArray[np.float64]

_LOST = 0.5  # of what had been gained, for a collapse
_DEVIATIONS = 3.0  # of sampling, that both what was gained and what was lost must exceed
# of each run and score over its checkpoints, missing where there is one: best and the images it took; gap: what the
# final score has lost on it, 0 or more; area: the mean score over the images of training; collapsed: whether more than
# half of what had been gained since the first checkpoint was lost again, beyond the score's sampling deviation, and
# missing where that is not known; collapse_images: when
COLUMNS = ["best", "best_images", "gap", "area", "collapsed", "collapse_images"]

_WITHIN_A_RUN = {"run", "metric", "score", "better", "protocol"}  # all that tells a run's trajectories apart


def trajectories(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return a row for each run and score of a tidy frame, with the columns `by`, seed and COLUMNS.

    A run that was scored at a single checkpoint has no trajectory: all of COLUMNS are missing.
    """
    keys = [*by, "seed"]
    telling = [name for name in keys if name in _WITHIN_A_RUN] if "run" in keys else keys
    needed = list(dict.fromkeys([*keys, "fraction", "value", "images", "sampling_deviation", "better"]))
    scored = frame[needed][frame["value"].notna()].sort_values("fraction", kind="stable")
    taken = columns(scored, ["value", "images", "sampling_deviation"], ["better"])
    found = grouped(scored, telling)
    sizes = np.array([len(positions) for positions in found], dtype=int)
    table = scored[keys].iloc[[positions[0] for positions in found]].reset_index(drop=True)
    values = {name: np.full(len(found), None if name == "collapsed" else np.nan) for name in COLUMNS}
    for size in set(sizes.tolist()) - {1}:  # runs of as many checkpoints are gone through together
        these = np.flatnonzero(sizes == size)
        at = np.stack([found[index] for index in these])
        better = taken["better"][at[:, 0]].astype(str)
        part = _trajectories(taken["value"][at], taken["images"][at], taken["sampling_deviation"][at], better)
        for name in COLUMNS:
            values[name][these] = part[name]
    return table.assign(**{name: values[name] for name in COLUMNS})


def _trajectories(values: Grid, images: Grid, deviations: Grid, better: NDArray[np.str_]) -> dict[str, NDArray[Any]]:
    """Return COLUMNS, (runs,) each, from (runs, checkpoints) in the order of training and what is better, (runs,)."""
    merits = np.empty_like(values)
    for direction in np.unique(better):
        rows = better == direction
        merits[rows] = merits_of(values[rows], str(direction))
    best = merits.argmin(axis=1)[:, None]
    lowest = np.take_along_axis(merits, best, axis=1)[:, 0]
    return {
        "best": np.take_along_axis(values, best, axis=1)[:, 0],
        "best_images": np.take_along_axis(images, best, axis=1)[:, 0],
        "gap": merits[:, -1] - lowest,
        "area": _areas(values, images),
        **_collapses(merits, images, _last_finite(deviations)),
    }


def _areas(values: Grid, images: Grid) -> NDArray[np.float64]:
    """Return the mean of each row's scores over the images from the first checkpoint to the last, by trapezia."""
    span = images[:, -1] - images[:, 0]
    sums = (np.diff(images, axis=1) * (values[:, 1:] + values[:, :-1]) / 2).sum(axis=1)
    return np.where(span > 0, np.divide(sums, span, out=np.zeros_like(span), where=span > 0), values[:, -1])


def _collapses(merits: Grid, images: Grid, deviations: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """Return whether and at which images more than half of what was gained before was lost; None if unknown.

    deviations: the scores', by sampling the models; the difference of two checkpoints has the root of two of it.
    """
    lowest = np.minimum.accumulate(merits, axis=1)
    gained, lost = merits[:, :1] - lowest, merits - lowest
    beyond = _DEVIATIONS * np.sqrt(2) * deviations[:, None]
    fallen = (gained > beyond) & (lost > beyond) & (lost > _LOST * gained)
    collapsed, known = fallen.any(axis=1), np.isfinite(deviations)
    answers = collapsed.astype(object)
    answers[~known] = None
    first = np.take_along_axis(images, fallen.argmax(axis=1)[:, None], axis=1)[:, 0]
    return {
        "collapsed": answers,
        "collapse_images": np.where(known & collapsed, first, np.nan),
    }


def _last_finite(rows: Grid) -> NDArray[np.float64]:
    """Return the last finite number of each row, nan where there is none."""
    finite = np.isfinite(rows)
    last = rows.shape[1] - 1 - finite[:, ::-1].argmax(axis=1)
    return np.where(finite.any(axis=1), np.take_along_axis(rows, last[:, None], axis=1)[:, 0], np.nan)

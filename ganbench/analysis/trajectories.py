"""How a score went over training: best, final, area under the curve, and where it fell apart."""

from typing import Any

import numpy as np
import pandas as pd

from ganbench.schema.direction import merit

_LOST = 0.5  # of what had been gained, for a collapse
_DEVIATIONS = 3.0  # of sampling, that both what was gained and what was lost must exceed
# of each run and score over its checkpoints, missing where there is one: best and the images it took; gap: what the
# final score has lost on it, 0 or more; area: the mean score over the images of training; collapsed: whether more than
# half of what had been gained since the first checkpoint was lost again, beyond the score's sampling deviation, and
# missing where that is not known; collapse_images: when
COLUMNS = ["best", "best_images", "gap", "area", "collapsed", "collapse_images"]


def trajectories(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return a row for each run and score of a tidy frame, with the columns `by`, seed and COLUMNS.

    A run that was scored at a single checkpoint has no trajectory: all of COLUMNS are missing.
    """
    scored = frame[frame["value"].notna()].sort_values("fraction", kind="stable")
    rows = [
        dict(zip([*by, "seed"], key, strict=True)) | trajectory(part)
        for key, part in scored.groupby([*by, "seed"], sort=False, dropna=False)
    ]
    return pd.DataFrame(rows, columns=[*by, "seed", *COLUMNS])


def trajectory(part: pd.DataFrame) -> dict[str, Any]:
    """Return COLUMNS for the rows of one run and score, in the order of training."""
    values, images, deviations = (
        part[name].to_numpy(dtype=float) for name in ("value", "images", "sampling_deviation")
    )
    if len(values) < 2:
        return dict.fromkeys(COLUMNS)
    better = str(part["better"].iloc[0])
    merits = np.array([merit(value, better) for value in values])
    best = int(merits.argmin())
    known = deviations[np.isfinite(deviations)]
    return {
        "best": values[best],
        "best_images": images[best],
        "gap": merits[-1] - merits[best],
        "area": _area(values, images),
        **(_collapse(merits, images, float(known[-1])) if len(known) else dict.fromkeys(COLUMNS[-2:])),
    }


def _area(values: np.ndarray, images: np.ndarray) -> float:
    """Return the mean of a score over the images from the first checkpoint to the last, by trapezia."""
    from scipy.integrate import trapezoid

    span = images[-1] - images[0]
    if not span > 0:
        return float(values[-1])
    return float(trapezoid(values, images) / span)


def _collapse(merits: np.ndarray, images: np.ndarray, deviation: float) -> dict[str, Any]:
    """Return whether and at which images more than half of what was gained before was lost.

    deviation: the score's, by sampling the model; the difference of two checkpoints has the root of two of it.
    """
    lowest = np.minimum.accumulate(merits)
    gained, lost = merits[0] - lowest, merits - lowest
    beyond = _DEVIATIONS * np.sqrt(2) * deviation
    fallen = np.flatnonzero((gained > beyond) & (lost > beyond) & (lost > _LOST * gained))
    return {"collapsed": len(fallen) > 0, "collapse_images": float(images[fallen[0]]) if len(fallen) else None}

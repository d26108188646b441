"""How a score went over training: best, final, area under the curve, and where it fell apart."""

from typing import Any

import numpy as np
import pandas as pd

from ganbench.schema.direction import merit

_LOST = 0.5  # of what had been gained, for a collapse
# of each run and score over its checkpoints: best and the images it took; gap: what the final score has lost on
# it, 0 or more; area: the mean score over the images of training; collapse_images: when more than half of what
# had been gained since the first checkpoint was lost again
COLUMNS = ["best", "best_images", "gap", "area", "collapse_images"]


def trajectories(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return a row for each run and score of a tidy frame, with the columns `by`, seed and COLUMNS.

    A run with a single checkpoint has no trajectory: its best is its final score, and it never collapses.
    """
    scored = frame[frame["value"].notna()].sort_values("fraction", kind="stable")
    rows = [
        dict(zip([*by, "seed"], key, strict=True)) | trajectory(part)
        for key, part in scored.groupby([*by, "seed"], sort=False, dropna=False)
    ]
    return pd.DataFrame(rows, columns=[*by, "seed", *COLUMNS])


def trajectory(part: pd.DataFrame) -> dict[str, Any]:
    """Return COLUMNS for the rows of one run and score, in the order of training."""
    values, images = (part[name].to_numpy(dtype=float) for name in ("value", "images"))
    better = str(part["better"].iloc[0])
    merits = np.array([merit(value, better) for value in values])
    best = int(merits.argmin())
    return {
        "best": values[best],
        "best_images": images[best],
        "gap": merits[-1] - merits[best],
        "area": _area(values, images),
        "collapse_images": _collapse(merits, images),
    }


def _area(values: np.ndarray, images: np.ndarray) -> float:
    """Return the mean of a score over the images from the first checkpoint to the last, by trapezia."""
    from scipy.integrate import trapezoid

    span = images[-1] - images[0]
    if not span > 0:
        return float(values[-1])
    return float(trapezoid(values, images) / span)


def _collapse(merits: np.ndarray, images: np.ndarray) -> float | None:
    """Return the images at the first checkpoint that has lost more than half of what was gained before it."""
    lowest = np.minimum.accumulate(merits)
    gained, lost = merits[0] - lowest, merits - lowest
    fallen = np.flatnonzero((gained > 0) & (lost > _LOST * gained))
    return float(images[fallen[0]]) if len(fallen) else None

"""Statistics over seeds, as pure functions of arrays."""

import numpy as np
from numpy.typing import ArrayLike


def mean_and_deviation(values: ArrayLike) -> tuple[float | None, float | None]:
    """Return the mean and the sample standard deviation (n - 1) of finite values, (n,).

    Both are None without values; the deviation is None for a single one, which tells nothing of spread.
    """
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return None, None
    return float(finite.mean()), float(finite.std(ddof=1)) if len(finite) > 1 else None


def merit(value: float, better: str) -> float:
    """Return a number whose smallest is best, whichever way a score points.

    better: "higher", "lower", or "closer to X".
    """
    if better.startswith("closer to "):
        return abs(value - float(better.removeprefix("closer to ")))
    return -value if better == "higher" else value

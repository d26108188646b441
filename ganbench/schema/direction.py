"""Which way a score points: the one place that reads "higher", "lower" and "closer to X"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def merit(value: float, better: str) -> float:
    """Return a number whose smallest is best, whichever way a score points.

    better: "higher", "lower", or "closer to X".
    """
    if better.startswith("closer to "):
        return abs(value - float(better.removeprefix("closer to ")))
    return -value if better == "higher" else value


def merits_of(values: NDArray[np.float64], better: str) -> NDArray[np.float64]:
    """Return the merit of each of values, of any shape."""
    if better.startswith("closer to "):
        return abs(values - float(better.removeprefix("closer to ")))
    return -values if better == "higher" else values

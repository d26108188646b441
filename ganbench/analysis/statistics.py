"""Statistics over seeds, as pure functions of arrays."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95

Values = NDArray[np.float64]


class Interval(NamedTuple):
    """Both ends of an interval that holds 95 of 100."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Tell whether a value lies inside, ends included."""
        return self.low <= value <= self.high

    def within(self, low: float, high: float) -> "Interval":
        """Return what of it lies between two ends; of one that lies outside, the nearer end."""
        return Interval(min(max(self.low, low), high), max(min(self.high, high), low))


def finite(values: ArrayLike) -> Values:
    """Return the finite ones of values, float64, flat."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    return flat[np.isfinite(flat)]


def mean_and_deviation(values: ArrayLike) -> tuple[float | None, float | None]:
    """Return the mean and the sample standard deviation (n - 1) of finite values, (n,).

    Both are None without values; the deviation is None for a single one, which tells nothing of spread.
    """
    kept = finite(values)
    if not len(kept):
        return None, None
    return float(kept.mean()), float(kept.std(ddof=1)) if len(kept) > 1 else None


def interquartile_mean(values: ArrayLike) -> float | None:
    """Return the mean of the middle half of finite values, (n,), as Agarwal et al. (2021) recommend for few runs.

    A quarter of the values, rounded down, is left out at either end: below four nothing is. None without values.
    """
    kept = np.sort(finite(values))
    cut = len(kept) // 4
    return float(kept[cut : len(kept) - cut].mean()) if len(kept) else None


def summaries(sides: Sequence[Values]) -> list[dict[str, Any]]:
    """Return mean, deviation, interval, iqm and iqm_interval of each side of finite values, (n,).

    They are those of the functions below, but of all sides of one length at once: a leaderboard has thousands.
    """
    found: list[dict[str, Any]] = [{} for _ in sides]
    lengths = np.array([len(side) for side in sides])
    for length in set(lengths.tolist()):
        these = np.flatnonzero(lengths == length).tolist()
        rows = np.stack([sides[index] for index in these])
        cut = length // 4
        middle = np.sort(rows, axis=1)[:, cut : length - cut]
        parts = {
            "mean": rows.mean(axis=1).tolist() if length else [None] * len(these),
            "deviation": rows.std(axis=1, ddof=1).tolist() if length > 1 else [None] * len(these),
            "interval": mean_intervals(rows),
            "iqm": middle.mean(axis=1).tolist() if length else [None] * len(these),
            "iqm_interval": mean_intervals(rows, trimmed=True),
        }
        for index, *told in zip(these, *parts.values(), strict=True):
            found[index] = dict(zip(parts, told, strict=True))
    return found


def mean_interval(values: ArrayLike, trimmed: bool = False, confidence: float = CONFIDENCE) -> Interval | None:
    """Return the t interval of the mean of finite values, (n,), or of their interquartile mean.

    Of the interquartile mean by Tukey and McLaughlin (1963): the deviation is that of the values with the outer
    quarters moved to the ends of the middle, the degrees of freedom are those of the middle. None where the width
    can't be told: for fewer than two values, and for values that are all equal.
    """
    return mean_intervals(finite(values)[None], trimmed, confidence)[0]


def mean_intervals(rows: Values, trimmed: bool = False, confidence: float = CONFIDENCE) -> list[Interval | None]:
    """Return mean_interval of each row of finite values, (k, n): many rows take the time of few."""
    from scipy.special import stdtrit

    kept = np.sort(rows, axis=1)
    cut = kept.shape[1] // 4 if trimmed else 0
    middle = kept[:, cut : kept.shape[1] - cut]
    count = middle.shape[1]
    if count < 2:
        return [None] * len(rows)
    moved = np.clip(kept, middle[:, :1], middle[:, -1:])
    squares = ((moved - moved.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    reach = np.sqrt(squares / (count * (count - 1))) * float(stdtrit(count - 1, (1 + confidence) / 2))
    parts = zip(middle.mean(axis=1).tolist(), reach.tolist(), middle[:, 0] == middle[:, -1], strict=True)
    return [None if equal else _about(mean, half) for mean, half, equal in parts]


def difference_interval(first: ArrayLike, second: ArrayLike, confidence: float = CONFIDENCE) -> Interval | None:
    """Return the interval of mean(first) - mean(second), (n,) and (m,), by Welch's t with unequal variances.

    None where the width can't be told: a side has fewer than two values, or neither has any spread.
    """
    from scipy.special import stdtrit

    one, other = finite(first), finite(second)
    if min(len(one), len(other)) < 2 or np.ptp(one) == np.ptp(other) == 0:
        return None
    errors = one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)
    total = float(sum(errors))
    freedom = total**2 / (errors[0] ** 2 / (len(one) - 1) + errors[1] ** 2 / (len(other) - 1))
    reach = float(stdtrit(freedom, (1 + confidence) / 2)) * float(np.sqrt(total))
    return _about(float(one.mean() - other.mean()), reach)


def probability_of_improvement(ours: ArrayLike, theirs: ArrayLike) -> float | None:
    """Return how probably a run of ours has the smaller merit than one of theirs, (n,) and (m,); a tie counts half.

    The Mann-Whitney statistic over all pairs, as in Agarwal et al. (2021). A run that failed has the merit inf, nan is
    left out. None without values on a side.
    """
    one, other = _merits(ours)[:, None], _merits(theirs)[None, :]
    if not (one.size and other.size):
        return None
    return float(((one < other) + 0.5 * (one == other)).mean())


def improvement_interval(ours: ArrayLike, theirs: ArrayLike) -> Interval | None:
    """Return the interval of probability_of_improvement by Newcombe's fifth method (2006); None below two values.

    It holds the probabilities from which what is observed lies no further than a quantile of Student's t in
    deviations, the deviation being what that probability would give (Hanley and McNeil 1982), so that it has a width
    even where all runs of one side beat all of the other. Newcombe takes the normal quantile, by which three against
    three would leave 0.5 out, which their exact test can't (p = 0.1).
    """
    from scipy.optimize import brentq
    from scipy.special import stdtrit

    one, other = _merits(ours), _merits(theirs)
    found = probability_of_improvement(one, other)
    if found is None or min(len(one), len(other)) < 2:
        return None
    pairs, half = len(one) * len(other), (len(one) + len(other)) / 2 - 1
    reach = float(stdtrit(len(one) + len(other) - 2, (1 + CONFIDENCE) / 2))

    def outside(true: float) -> float:
        variance = true * (1 - true) * (1 + half * ((1 - true) / (2 - true) + true / (1 + true))) / pairs
        return abs(found - true) - reach * float(np.sqrt(variance))

    low = brentq(outside, 0.0, min(found, 1 - 1e-12)) if found > 0 else 0.0
    high = brentq(outside, max(found, 1e-12), 1.0) if found < 1 else 1.0
    return Interval(float(low), float(high))


def _merits(values: ArrayLike) -> Values:
    flat = np.asarray(values, dtype=np.float64).ravel()
    return flat[~np.isnan(flat)]


def _about(middle: float, reach: float) -> Interval:
    return Interval(middle - reach, middle + reach)

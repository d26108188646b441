"""Statistics over seeds, as pure functions of arrays."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95
_ROUNDS = 2_000  # of a bootstrap
_SEED = 0  # of resampling: the same table twice has the same intervals

Values = NDArray[np.float64]


class Interval(NamedTuple):
    """Both ends of an interval that holds 95 of 100."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Tell whether a value lies inside, ends included."""
        return self.low <= value <= self.high


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
    from scipy.stats import trim_mean

    kept = finite(values)
    return float(trim_mean(kept, 0.25)) if len(kept) else None


def bootstrap_intervals(samples: Sequence[ArrayLike], trimmed: bool = False) -> list[Interval | None]:
    """Return the percentile bootstrap interval of each sample's mean, or interquartile mean, (n,) each.

    None for fewer than two values, which tell nothing of spread. Few seeds make an interval too narrow: with
    three it holds the truth about 80 times in 100. Samples of one size are resampled in one go.
    """
    kept = [finite(values) for values in samples]
    found: list[Interval | None] = [None] * len(kept)
    for size in {len(values) for values in kept if len(values) > 1}:
        chosen = [index for index, values in enumerate(kept) if len(values) == size]
        for index, interval in zip(chosen, _bootstrapped(np.stack([kept[i] for i in chosen]), trimmed), strict=True):
            found[index] = interval
    return found


def _bootstrapped(rows: Values, trimmed: bool) -> list[Interval]:
    """Return the interval of each row (k, n); the same resamples serve all rows."""
    from scipy.stats import bootstrap, trim_mean

    def middle(sample: Values, axis: int) -> Any:
        return trim_mean(sample, 0.25, axis=axis) if trimmed else sample.mean(axis=axis)

    found = bootstrap(
        (rows,), middle, n_resamples=_ROUNDS, confidence_level=CONFIDENCE, method="percentile", axis=-1, rng=_random()
    ).confidence_interval
    ends = np.stack([np.asarray(found.low), np.asarray(found.high)], axis=1)
    return [Interval(float(low), float(high)) for low, high in ends]


def difference_interval(first: ArrayLike, second: ArrayLike) -> Interval | None:
    """Return the interval of mean(first) - mean(second), (n,) and (m,), by Welch's t with unequal variances.

    None where a side has fewer than two values. Its coverage is right for few seeds, where a bootstrap's is not.
    """
    from scipy.stats import t

    one, other = finite(first), finite(second)
    if min(len(one), len(other)) < 2:
        return None
    errors = one.var(ddof=1) / len(one), other.var(ddof=1) / len(other)
    middle, total = float(one.mean() - other.mean()), float(sum(errors))
    if total == 0:
        return Interval(middle, middle)
    freedom = total**2 / (errors[0] ** 2 / (len(one) - 1) + errors[1] ** 2 / (len(other) - 1))
    reach = float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * float(np.sqrt(total))
    return Interval(middle - reach, middle + reach)


def probability_of_improvement(ours: ArrayLike, theirs: ArrayLike) -> float | None:
    """Return how probably a run of ours has the smaller merit than one of theirs, (n,) and (m,); a tie counts half.

    The Mann-Whitney statistic over all pairs, as in Agarwal et al. (2021). None without values on a side.
    """
    one, other = finite(ours)[:, None], finite(theirs)[None, :]
    if not (one.size and other.size):
        return None
    return float(((one < other) + 0.5 * (one == other)).mean())


def improvement_interval(ours: ArrayLike, theirs: ArrayLike) -> Interval | None:
    """Return the bootstrap interval of probability_of_improvement, each side resampled; None below two values."""
    one, other = finite(ours), finite(theirs)
    if min(len(one), len(other)) < 2:
        return None
    random = _random()
    drawn = [side[random.integers(len(side), size=(_ROUNDS, len(side)))] for side in (one, other)]
    first, second = drawn[0][:, :, None], drawn[1][:, None, :]
    return _ends(((first < second) + 0.5 * (first == second)).mean(axis=(1, 2)))


def rank_intervals(merits: list[Values]) -> list[Interval | None]:
    """Return the interval of each competitor's rank by mean merit, 1 the smallest, ties sharing the best rank.

    merits: for each competitor the values of its seeds. Seeds are resampled within each competitor (a
    stratified bootstrap); one with fewer than two values keeps its own, and has no interval itself.
    """
    from scipy.stats import rankdata

    random = _random()
    kept = [finite(values) for values in merits]
    means = np.stack(
        [
            side[random.integers(len(side), size=(_ROUNDS, len(side)))].mean(axis=1)
            if len(side)
            else np.full(_ROUNDS, np.inf)
            for side in kept
        ],
        axis=1,
    )
    ranks = rankdata(means, axis=1, method="min")
    return [_ends(ranks[:, index]) if len(side) > 1 else None for index, side in enumerate(kept)]


def places(merits: list[Values]) -> list[int | None]:
    """Return each competitor's place: a lead that Welch's interval does not support is a tie.

    Competitors are gone through from the best mean on. One that can't be told from the first of the place
    before it shares that place; else it takes the number of those ahead, plus one. Single seeds support
    no lead. None without values.
    """
    kept = [finite(values) for values in merits]
    order = sorted((index for index, side in enumerate(kept) if len(side)), key=lambda index: kept[index].mean())
    found: list[int | None] = [None] * len(kept)
    first = place = 0
    for position, index in enumerate(order, start=1):
        if position == 1 or _behind(kept[index], kept[first]):
            first, place = index, position
        found[index] = place
    return found


def _behind(challenger: Values, leader: Values) -> bool:
    apart = difference_interval(challenger, leader)
    return apart is not None and apart.low > 0


def _ends(values: Values) -> Interval:
    low, high = np.quantile(values, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(float(low), float(high))


def _random() -> np.random.Generator:
    return np.random.default_rng(_SEED)

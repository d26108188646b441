"""Where models stand among each other by one score: means, intervals, ranks, and leads that hold."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ganbench.analysis.statistics import (
    Interval,
    Values,
    bootstrap_intervals,
    finite,
    improvement_interval,
    interquartile_mean,
    mean_and_deviation,
    places,
    probability_of_improvement,
    rank_intervals,
)
from ganbench.schema.direction import merit

# mean, deviation: over seeds (the sample standard deviation). low, high: the mean's bootstrap interval.
# iqm, iqm_low, iqm_high: the interquartile mean and its. rank: by mean, 1 the best. rank_low, rank_high: its
# bootstrap interval. place: the rank that Welch's intervals support, shared where a lead is not supported.
# improvement: the probability that a run of this model beats one of the baseline's, with its bootstrap interval.
STANDING = [
    "mean", "deviation", "low", "high", "iqm", "iqm_low", "iqm_high", "rank", "rank_low", "rank_high", "place",
    "improvement", "improvement_low", "improvement_high",
]  # fmt: skip


def standings(
    values: Sequence[Values], better: str, baseline: int | None = None, aside: Sequence[bool] = ()
) -> Iterator[dict[str, Any]]:
    """Yield the columns of STANDING for each rival, given the values of its seeds; missing ones are None.

    baseline: the rival that the others' probability of improvement is told over. aside: which ones stand outside
    the competition, without a rank or a place, as real data does.
    """
    merits = [np.array([merit(value, better) for value in finite(side)]) for side in values]
    ranked = [side[:0] if out else side for side, out in zip(merits, aside or [False] * len(merits), strict=True)]
    plain, trimmed = (bootstrap_intervals(values, trimmed) for trimmed in (False, True))
    means = np.array([side.mean() if len(side) else np.nan for side in ranked])
    for index, (side, place, ranks) in enumerate(zip(values, places(ranked), rank_intervals(ranked), strict=True)):
        mean, deviation = mean_and_deviation(side)
        yield {
            "mean": mean,
            "deviation": deviation,
            **_ends("", plain[index]),
            "iqm": interquartile_mean(side),
            **_ends("iqm_", trimmed[index]),
            "rank": None if np.isnan(means[index]) else float(1 + (means < means[index]).sum()),
            **_ends("rank_", ranks),
            "place": place,
            **_improvement(merits, index, baseline),
        }


def _improvement(merits: Sequence[Values], index: int, baseline: int | None) -> dict[str, float | None]:
    if baseline is None or baseline == index:
        return dict.fromkeys(("improvement", "improvement_low", "improvement_high"))
    ours, theirs = merits[index], merits[baseline]
    found = improvement_interval(ours, theirs)
    return {"improvement": probability_of_improvement(ours, theirs), **_ends("improvement_", found)}


def _ends(prefix: str, interval: Interval | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {f"{prefix}low": low, f"{prefix}high": high}

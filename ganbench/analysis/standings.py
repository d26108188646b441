"""Where models stand among each other by one score: means, intervals, ranks, and leads that hold."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ganbench.analysis.places import Competitor, places
from ganbench.analysis.statistics import (
    Interval,
    Values,
    finite,
    improvement_interval,
    probability_of_improvement,
    summaries,
)
from ganbench.schema.direction import merits_of

# mean, deviation: over seeds (the sample standard deviation). low, high: the mean's t interval. worst: the worst
# seed's. iqm, iqm_low, iqm_high: the interquartile mean and its interval. rank: by mean, 1 the best, whoever has
# failed seeds after all who have fewer of them. rank_low, rank_high: its simultaneous interval. place, place_p,
# place_test: as places.Place has them. improvement: the probability that a run of this model beats one of the
# baseline's, with its interval.
STANDING = [
    "mean", "deviation", "low", "high", "worst", "iqm", "iqm_low", "iqm_high", "rank", "rank_low", "rank_high",
    "place", "place_p", "place_test", "improvement", "improvement_low", "improvement_high",
]  # fmt: skip


def standings(
    values: Sequence[Values],
    better: str,
    baseline: int | None = None,
    aside: Sequence[bool] = (),
    failed: Sequence[int] = (),
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Iterator[dict[str, Any]]:
    """Yield the columns of STANDING for each rival, given the values of its seeds; missing ones are None.

    baseline: the rival that the others' probability of improvement is told over. aside: which ones stand outside
    the competition, without a rank or a place, as real data does. failed: how many seeds of each failed, which are
    worse than any that finished; none unless given. bounds: what the score can be, where intervals of means end.
    """
    lost = list(failed) or [0] * len(values)
    values = [finite(side) for side in values]
    merits = [merits_of(side, better) for side in values]
    ranked = [side[:0] if out else side for side, out in zip(merits, aside or [False] * len(merits), strict=True)]
    found = places([Competitor(side, count) for side, count in zip(ranked, lost, strict=True)])
    ranks = _ranks(ranked, lost)
    whole = [np.append(side, [np.inf] * count) for side, count in zip(merits, lost, strict=True)]
    for index, (side, told, place) in enumerate(zip(values, summaries(values), found, strict=True)):
        yield {
            "mean": told["mean"],
            "deviation": told["deviation"],
            **_ends("", _within(told["interval"], bounds)),
            "worst": float(side[merits[index].argmax()]) if len(side) else None,
            "iqm": told["iqm"],
            **_ends("iqm_", _within(told["iqm_interval"], bounds)),
            "rank": ranks[index],
            **_ends("rank_", place.ranks),
            "place": place.place,
            "place_p": place.p,
            "place_test": place.test,
            **_improvement(whole, index, baseline),
        }


def _ranks(merits: Sequence[Values], failed: Sequence[int]) -> list[float | None]:
    """Return the rank of each by its share of failed seeds, then by its mean; None without a finished seed."""
    keys = [
        (count / (count + len(side)), float(side.mean())) if len(side) else None
        for side, count in zip(merits, failed, strict=True)
    ]
    there = [key for key in keys if key is not None]
    return [None if key is None else 1.0 + sum(other < key for other in there) for key in keys]


def _improvement(merits: Sequence[Values], index: int, baseline: int | None) -> dict[str, float | None]:
    if baseline is None or baseline == index:
        return dict.fromkeys(("improvement", "improvement_low", "improvement_high"))
    ours, theirs = merits[index], merits[baseline]
    found = improvement_interval(ours, theirs)
    return {"improvement": probability_of_improvement(ours, theirs), **_ends("improvement_", found)}


def _within(interval: Interval | None, bounds: tuple[float, float]) -> Interval | None:
    return interval.within(*bounds) if interval else None


def _ends(prefix: str, interval: Interval | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {f"{prefix}low": low, f"{prefix}high": high}

"""Two boards compared: what became better, what became worse, and what the seeds support."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from ganbench.analysis.statistics import Interval, difference_interval, finite
from ganbench.analysis.tables import SCORE, tidy
from ganbench.schema.direction import merit
from ganbench.schema.record import RunRecord, Status

# what says that two cells are the same one; versions and devices are what often differs between two boards
_SAME = ["suite", "budget", "standard", "precision", "dataset", "model", "loss", "settings", *SCORE]


class Verdict(StrEnum):
    """What came of one score between two boards."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UNCLEAR = "unclear"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Change:
    """One score of one cell on both boards. before, after: means over seeds; None where it is missing.

    interval: of the change in merit, which is worse above 0; None where a side has a single seed.
    """

    cell: dict[str, Any]
    before: float | None
    after: float | None
    interval: Interval | None
    verdict: Verdict


def changes(before: Sequence[RunRecord], after: Sequence[RunRecord]) -> Iterator[Change]:
    """Yield a change for each score of either side, in the order of the first.

    Better and worse are said where Welch's interval of the change leaves 0 out. Single seeds support
    neither: they are the same where the numbers are equal, and unclear where they differ. A run that fails
    now has lost its scores: they are gone.
    """
    sides = [_values(records) for records in (before, after)]
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        first, second = (side.get(key, np.empty(0)) for side in sides)
        cell = dict(zip(_SAME, key, strict=True))
        means = [float(values.mean()) if len(values) else None for values in (first, second)]
        interval = _change(first, second, cell["better"])
        yield Change(cell, means[0], means[1], interval, _verdict(first, second, interval))


def regressions(found: Sequence[Change]) -> list[Change]:
    """Return what is worse, and what is gone."""
    return [change for change in found if change.verdict in (Verdict.WORSE, Verdict.GONE)]


def _values(records: Sequence[RunRecord]) -> dict[tuple[Any, ...], Any]:
    frame = tidy(records)
    final = frame[(frame["fraction"] == 1.0) & (frame["status"] == Status.DONE) & frame["value"].notna()]
    return {key: finite(part["value"]) for key, part in final.groupby(_SAME, sort=False, dropna=False)}


def _change(first: Any, second: Any, better: str) -> Interval | None:
    merits = [np.array([merit(value, better) for value in values]) for values in (second, first)]
    return difference_interval(*merits)


def _verdict(first: Any, second: Any, interval: Interval | None) -> Verdict:
    if not len(first):
        return Verdict.NEW
    if not len(second):
        return Verdict.GONE
    if sorted(first) == sorted(second):
        return Verdict.SAME
    if interval is None:
        return Verdict.UNCLEAR
    if interval.holds(0.0):
        return Verdict.SAME
    return Verdict.WORSE if interval.low > 0 else Verdict.BETTER


def summary(found: Sequence[Change]) -> str:
    """Count the verdicts in one line."""
    counts = Counter(change.verdict for change in found)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]) or "nothing to compare"

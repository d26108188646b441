"""Two boards compared, equal seeds paired: what regressed, what improved, what is equivalent, what is unclear."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from ganbench.analysis.statistics import Interval, Values, difference_interval, mean_interval
from ganbench.analysis.tidy import SCORE, tidy
from ganbench.errors import BadOptionError, nearest
from ganbench.schema.direction import merit
from ganbench.schema.record import RunRecord, Status

# what says that two cells are the same one; versions and devices are what often differs between two boards
_CELL = ["suite", "budget", "standard", "precision", "dataset", "model", "loss", "settings"]
_SAME = [*_CELL, *SCORE]
_EQUIVALENCE = 0.9  # the interval that two one-sided tests at 5 % look at
_NO_MARGINS: Mapping[str, float] = {}
_ALL_ALIKE = 3  # seeds that moved by exactly one amount, which leave nothing to estimate a spread by


class Verdict(StrEnum):
    """What came of one score between two boards."""

    REGRESSED = "regressed"
    GONE = "gone"
    UNCLEAR = "unclear"
    IMPROVED = "improved"
    EQUIVALENT = "equivalent"
    NEW = "new"


@dataclass(frozen=True)
class Change:
    """One score of one cell on both boards. before, after: means over all seeds; None where it is missing.

    change: of the score, the mean over the shared seeds, or of the means where none is shared.
    interval: 95 %, of the change in merit, which is worse above 0; None where its width can't be told.
    pairs: seeds that both boards have; below two of them the boards' means are compared.
    lost: seeds that had the score before and failed after.
    """

    cell: dict[str, Any]
    before: float | None
    after: float | None
    interval: Interval | None
    verdict: Verdict
    change: float | None = None
    pairs: int = 0
    lost: int = 0


def parse_margins(texts: Sequence[str]) -> dict[str, float]:
    """Read `0.5`, for every score, and `fid=0.5`, for one; by score, with "" for every other.

    Raises BadOptionError for what is neither, and for margins below 0.
    """
    margins = {}
    for text in texts:
        score, equals, size = text.rpartition("=")
        try:
            margin = float(size)
        except ValueError:
            margin = math.nan
        if not 0 <= margin < math.inf or (equals and not score):
            raise BadOptionError(f"a margin is a number of 0 or more, or one for a score such as fid=0.5, not {text!r}")
        margins[score.strip()] = margin
    return margins


def changes(
    before: Sequence[RunRecord], after: Sequence[RunRecord], margins: Mapping[str, float] = _NO_MARGINS
) -> Iterator[Change]:
    """Yield a change for each score of either side, in the order of the first.

    margins: how large a change of a score may be and still not matter, in its own unit, as parse_margins has them;
    0 unless given. Raises BadOptionError for a margin of a score that neither side has. By the t interval of the paired
    differences of equal seeds, or by Welch's where fewer than two seeds are shared:

    - equivalent: every shared seed has the same number on both sides, or the 90 % interval lies within the margin
      (two one-sided tests at 5 %);
    - regressed, improved: the 95 % interval leaves 0 out, or all of three or more seeds moved by one amount; and
      regressed also where a seed that had the score failed;
    - unclear: none of these, which is no proof of sameness;
    - gone, new: one side has no number.
    """
    sides = [_values(records) for records in (before, after)]
    failed = _failed(after)
    known = {key[_SAME.index("score")] for side in sides for key in side}
    for name in set(margins) - known - {""}:
        raise BadOptionError(f"a margin is given for {name!r}, which is no score of either side{nearest(name, known)}")
    for key in dict.fromkeys([*sides[0], *sides[1]]):
        first, second = (side.get(key, {}) for side in sides)
        cell = dict(zip(_SAME, key, strict=True))
        means = [float(np.mean(list(values.values()))) if values else None for values in (first, second)]
        lost = len((set(first) - set(second)) & failed.get(key[: len(_CELL)], set()))
        if not (first and second):
            yield Change(cell, means[0], means[1], None, Verdict.GONE if first else Verdict.NEW, lost=lost)
            continue
        moved = _Moved.between(first, second, cell["better"])
        verdict = Verdict.REGRESSED if lost else moved.verdict(margins.get(cell["score"], margins.get("", 0.0)))
        shared = [seed for seed in first if seed in second]
        kept = [[side[seed] for seed in shared or side] for side in (first, second)]
        change = float(np.mean(kept[1]) - np.mean(kept[0]))
        yield Change(cell, means[0], means[1], moved.interval(), verdict, change, len(shared), lost)


def regressions(found: Sequence[Change]) -> list[Change]:
    """Return what regressed, and what is gone."""
    return [change for change in found if change.verdict in (Verdict.REGRESSED, Verdict.GONE)]


def summary(found: Sequence[Change]) -> str:
    """Count the verdicts in one line."""
    counts = Counter(change.verdict for change in found)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]) or "nothing to compare"


@dataclass(frozen=True)
class _Moved:
    """Merits of both sides, and the differences of the seeds that they share; worse is above 0."""

    first: Values
    second: Values
    differences: Values

    @classmethod
    def between(cls, first: Mapping[int, float], second: Mapping[int, float], better: str) -> "_Moved":
        one, other = ({seed: merit(value, better) for seed, value in side.items()} for side in (first, second))
        pairs = [other[seed] - one[seed] for seed in one if seed in other]
        # equal numbers are equal, whichever side of a known truth they lie on
        same = [first[seed] == second[seed] for seed in one if seed in other]
        differences = np.where(same, 0.0, np.array(pairs, dtype=float))
        return cls(np.array(list(one.values())), np.array(list(other.values())), differences)

    def interval(self, confidence: float = 0.95) -> Interval | None:
        if len(self.differences) > 1:
            return mean_interval(self.differences, confidence=confidence)
        return difference_interval(self.second, self.first, confidence)

    def verdict(self, margin: float) -> Verdict:
        moved = self.differences
        if len(moved) and not moved.any():
            return Verdict.EQUIVALENT
        if len(moved) >= _ALL_ALIKE and np.ptp(moved) == 0:
            if abs(moved[0]) < margin:
                return Verdict.EQUIVALENT
            return Verdict.REGRESSED if moved[0] > 0 else Verdict.IMPROVED
        wide, narrow = self.interval(), self.interval(_EQUIVALENCE)
        if wide is None or narrow is None:
            return Verdict.UNCLEAR
        if -margin < narrow.low and narrow.high < margin:
            return Verdict.EQUIVALENT
        if wide.holds(0.0):
            return Verdict.UNCLEAR
        return Verdict.REGRESSED if wide.low > 0 else Verdict.IMPROVED


def _values(records: Sequence[RunRecord]) -> dict[tuple[Any, ...], dict[int, float]]:
    """Return each score's final values by seed; of several runs of one seed, their mean."""
    frame = tidy(records)
    final = frame[(frame["fraction"] == 1.0) & (frame["status"] == Status.DONE) & frame["value"].notna()]
    return {
        key: {int(str(seed)): float(value) for seed, value in part.groupby("seed")["value"].mean().items()}
        for key, part in final.groupby(_SAME, sort=False, dropna=False)
    }


def _failed(records: Sequence[RunRecord]) -> dict[tuple[Any, ...], set[int]]:
    """Return the seeds of each cell that failed, or finished without some score's number."""
    frame = tidy(records)
    without = (frame["fraction"] == 1.0) & frame["value"].isna() & (frame["score"] != "")
    failed = frame[(frame["status"] == Status.FAILED) | without]
    return {key: set(part["seed"]) for key, part in failed.groupby(_CELL, sort=False, dropna=False)}

"""How far a score would move with other samples: the same score on halves of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ganbench.cards import Column
from ganbench.choice import Choice
from ganbench.comparison import Comparison
from ganbench.errors import BadOptionError
from ganbench.halves import half
from ganbench.record import Score

_TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class Interval:
    """A score with the interval that holds it in 95 of 100 repetitions; low and high are None without a value."""

    score: Score
    low: float | None = None
    high: float | None = None


def with_intervals(comparison: Comparison, metrics: Sequence[Choice], rounds: int) -> list[Interval]:
    """Score a comparison, and again on as many random halves of both sides as there are rounds.

    Halves are ganbench.halves'. Their deviations stand about the score of the whole, since most scores depend on
    the number of samples, and end where the score's own range does. Raises BadOptionError for fewer than two rounds.
    """
    import numpy as np

    if rounds < 2:
        raise BadOptionError(f"an interval needs two rounds or more, not {rounds}")
    whole = comparison.scores(metrics)
    halves = [half(comparison, round_).scores(metrics) for round_ in range(rounds)]
    intervals = []
    for score, *others in zip(whole, *halves, strict=True):
        values = np.array([other.value for other in others if other.value is not None])
        if score.value is None or len(values) < 2:
            intervals.append(Interval(score))
            continue
        below, above = np.quantile(values - values.mean(), _TAILS)
        column = _column(comparison, score)
        low, high = np.clip([score.value - above, score.value - below], column.low, column.high)
        intervals.append(Interval(score, float(low), float(high)))
    return intervals


def _column(comparison: Comparison, score: Score) -> Column:
    card = comparison.bench.catalog.get("metrics", Choice.parse(score.metric).name)
    found: Column = next(column for column in card.columns if column.name == score.name)
    return found

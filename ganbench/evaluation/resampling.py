"""How far a score would move with other samples: the same score on random halves of them, without drawing any."""

from collections.abc import Sequence
from dataclasses import replace

from ganbench.errors import BadOptionError
from ganbench.evaluation.comparison import Comparison
from ganbench.schema.choice import Choice
from ganbench.schema.record import Score, ScoreInterval
from ganbench.seeds import stream

_TAILS = (0.025, 0.975)


def with_intervals(comparison: Comparison, metrics: Sequence[Choice], rounds: int) -> list[ScoreInterval]:
    """Score a comparison, and again on as many random halves of both sides as there are rounds.

    The halves' deviations stand about the score of the whole, since most scores depend on
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
            intervals.append(ScoreInterval(score))
            continue
        below, above = np.quantile(values - values.mean(), _TAILS)
        low, high = np.clip([score.value - above, score.value - below], score.lowest, score.highest)
        intervals.append(ScoreInterval(score, float(low), float(high)))
    return intervals


def half(comparison: Comparison, round_: int) -> Comparison:
    """Return a comparison of a random half of either side, whose features are those computed already.

    A half drawn without replacement varies about its mean as much as the whole varies about the truth (Politis,
    Romano and Wolf 1999), and holds no sample twice, which the usual bootstrap does: nearest neighbours at no
    distance would spoil precision, recall and their like.
    """
    import torch

    halves, orders = [], []
    for side, name in ((comparison.real, "real"), (comparison.fake, "fake")):
        count = len(side.samples)
        generator = torch.Generator().manual_seed(stream(comparison.seed, f"half {round_} of {name}"))
        order = torch.randperm(count, generator=generator)[: max(1, count // 2)]
        orders.append(order.to(side.samples.device))
        halves.append(side.part(orders[-1]))
    paired = comparison.paired and comparison.paired.part(orders[0])
    return replace(comparison, real=halves[0], fake=halves[1], paired=paired)


def with_deviations(
    scores: Sequence[Score], comparison: Comparison, metrics: Sequence[Choice], rounds: int
) -> tuple[Score, ...]:
    """Return a comparison's scores with the standard deviation of each among as many halves as there are rounds."""
    import numpy as np

    found = [half(comparison, round_).scores(metrics) for round_ in range(rounds)]
    scored = []
    for score, *others in zip(scores, *found, strict=True):
        values = [other.value for other in others if other.value is not None]
        spread = float(np.std(values, ddof=1)) if score.value is not None and len(values) > 1 else None
        scored.append(replace(score, sampling_deviation=spread))
    return tuple(scored)

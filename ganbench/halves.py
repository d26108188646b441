"""Halves of a comparison's samples: how far a score would move with other samples, without drawing any."""

from collections.abc import Sequence
from dataclasses import replace

from ganbench.choice import Choice
from ganbench.comparison import Comparison
from ganbench.record import Score
from ganbench.seeds import stream


def half(comparison: Comparison, round_: int) -> Comparison:
    """Return a comparison of a random half of either side, whose features are those computed already.

    A half drawn without replacement varies about its mean as much as the whole varies about the truth (Politis,
    Romano and Wolf 1999), and holds no sample twice, which the usual bootstrap does: nearest neighbours at no
    distance would spoil precision, recall and their like.
    """
    import torch

    halves = []
    for side, name in ((comparison.real, "real"), (comparison.fake, "fake")):
        count = len(side.samples)
        generator = torch.Generator().manual_seed(stream(comparison.seed, f"half {round_} of {name}"))
        order = torch.randperm(count, generator=generator)[: max(1, count // 2)]
        halves.append(side.part(order.to(side.samples.device)))
    return replace(comparison, real=halves[0], fake=halves[1])


def with_deviations(
    scores: Sequence[Score], comparison: Comparison, metrics: Sequence[Choice], rounds: int
) -> tuple[Score, ...]:
    """Return a comparison's scores with the standard deviation of each among as many halves as there are rounds."""
    import numpy as np

    found = [half(comparison, round_).scores(metrics) for round_ in range(rounds)]
    told = []
    for score, *others in zip(scores, *found, strict=True):
        values = [other.value for other in others if other.value is not None]
        spread = float(np.std(values, ddof=1)) if score.value is not None and len(values) > 1 else None
        told.append(replace(score, sampling_deviation=spread))
    return tuple(told)

"""Ends before the budget's: a score that no longer improves, a discriminator that can't tell any more."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ganbench.schema.direction import merit
from ganbench.schema.record import Checkpoint, Score
from ganbench.schema.search import Search
from ganbench.schema.spec import Stopping

_AT_HALF = ("discriminator_accuracy", "discriminator_real", "discriminator_fake")


def out_of_patience(checkpoints: Sequence[Checkpoint], stopping: Stopping) -> bool:
    """Whether the last `patience` checkpoints brought nothing better than the best before them.

    A checkpoint without the score counts as none better.
    """
    if stopping.patience is None:
        return False
    merits = [_merit(checkpoint.scores, stopping.score) for checkpoint in checkpoints]
    best = int(np.argmin(merits)) if merits else 0
    return len(merits) - 1 - best >= stopping.patience


def is_pruned(checkpoints: Sequence[Checkpoint], search: Search | None) -> bool:
    """Whether the last checkpoint's score is worse than the search allows there, or missing."""
    if search is None or not checkpoints:
        return False
    last = checkpoints[-1]
    limit = dict(search.worse_than).get(last.fraction)
    if limit is None:
        return False
    better = next((score.better for score in last.scores if score.name == search.score), "lower")
    return _merit(last.scores, search.score) > merit(limit, better)


def at_equilibrium(columns: Mapping[str, NDArray[np.generic]], stopping: Stopping) -> bool:
    """Whether the discriminator stood at one half over the last `equilibrium` updates.

    columns: the curves by name, each (updates,). One half is meant of the share of pairs that it ranks
    rightly and, where logits are log odds, of the probabilities that it gives to real and generated samples.
    A discriminator at its start answers one half to everything, but leaves it within a hundred updates.
    """
    window = stopping.equilibrium
    series = [np.asarray(columns[name], dtype=np.float64) for name in _AT_HALF if name in columns]
    if window is None or not series or len(series[0]) < window:
        return False
    return all(abs(float(values[-window:].mean()) - 0.5) <= stopping.tolerance for values in series)


def _merit(scores: Sequence[Score], name: str) -> float:
    """Return how good a checkpoint's score is, less being better; infinite where there is none."""
    for score in scores:
        if (score.name == name or (not name and score.better)) and score.value is not None:
            return merit(score.value, score.better)
    return np.inf

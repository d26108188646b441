"""What a search would have found for less: the best of its trials against what they cost, with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ganbench.schema.direction import merit

_TAILS = (2.5, 97.5)  # per cent
_ROUNDS = 2_000


def best_against_budget(
    values: Sequence[float | None], costs: Sequence[float], better: str, budgets: Sequence[float], seed: int = 0
) -> pd.DataFrame:
    """Return a row a budget: how good the best of as many trials as it pays for would have been.

    values: each trial's score, None for one without. costs: what each spent, in the unit of the budgets. The columns
    are `budget`, `trials` (the mean number that is paid for), `best`, `low` and `high`: the mean over repetitions of
    the search and the interval that holds 95 % of them; missing where a budget pays for no trial with a score in more
    than 5 % of them. Repetitions draw trials with replacement, in the manner of Lucic et al. (2018) for random search,
    whose trials know nothing of each other; of a search that learns, they tell how lucky it was, and no more.
    """
    merits = np.array([np.inf if value is None else merit(value, better) for value in values])
    shown = np.array([np.nan if value is None else value for value in values])
    spent = np.asarray(costs, dtype=np.float64)
    drawn = np.random.default_rng(seed).integers(len(merits), size=(_ROUNDS, len(merits)))
    totals = spent[drawn].cumsum(axis=1)
    leading = _leaders(merits[drawn], drawn)
    rows = []
    for budget in budgets:
        counts = (totals <= budget * (1 + 1e-9)).sum(axis=1)
        paid = counts > 0
        at = leading[np.arange(_ROUNDS), np.maximum(counts, 1) - 1]
        best = np.where(paid, shown[at], np.nan)
        rows.append({"budget": budget, "trials": float(counts.mean()), **_summary(best)})
    return pd.DataFrame(rows, columns=["budget", "trials", "best", "low", "high"])


def _leaders(merits: NDArray[np.float64], drawn: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return, for each repetition and number of trials, which trial leads: (rounds, trials) indices."""
    running = np.minimum.accumulate(merits, axis=1)
    is_new = merits <= running
    position = np.where(is_new, np.arange(merits.shape[1]), 0)
    latest: NDArray[np.int64] = np.maximum.accumulate(position, axis=1)
    return np.take_along_axis(drawn, latest, axis=1)


def _summary(best: NDArray[np.float64]) -> dict[str, float]:
    there = best[np.isfinite(best)]
    if len(there) < 0.95 * len(best):
        return {"best": np.nan, "low": np.nan, "high": np.nan}
    low, high = np.percentile(there, _TAILS)
    return {"best": float(there.mean()), "low": float(low), "high": float(high)}

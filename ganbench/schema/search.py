"""A run's part in a search for parameters."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Search:
    """What a run has to do with a search for parameters.

    told: what the search was and what it could cost, as boards have it. score: the column that a trial is judged by.
    worse_than: a fraction of the budget and a value for each checkpoint at which a trial with a worse score ends.
    """

    told: str
    score: str = ""
    worse_than: tuple[tuple[float, float], ...] = ()

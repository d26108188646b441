"""What a reader must know of a table's places and means: which test, how many seeds, in which order."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from ganbench.analysis.places import SEEDS_FOR_A_LEAD, SEEDS_FOR_A_TIE, TUKEY, WELCH

Order = Literal["mean", "worst"]
_TESTS = {
    TUKEY: "Tukey's test, spreads pooled",
    WELCH: "Welch's t by Sidak, spreads differ",
}


def place_notes(rivals: Sequence[Mapping[Hashable, Any]], order: Order) -> Iterator[str]:
    """Yield lines about a table, given the leaderboard's rows of its first score; {} for a model without it."""
    ranked = [row for row in rivals if row and not pd.isna(row["rank"])]
    for test in dict.fromkeys(row["place_test"] for row in ranked if row["place_test"]):
        yield f"places by {_name(ranked)}: {_TESTS[test]}; all pairs at once, false leads on at most 5 % of boards"
    if any(pd.isna(row["place"]) for row in ranked):
        yield (
            "undecided: no lead or tie is supported, p by the model's clearest comparison; "
            f"a lead needs {SEEDS_FOR_A_LEAD} seeds, a tie {SEEDS_FOR_A_TIE}"
        )
    if any(row.get("failed_seeds", 0) for row in rivals):
        yield "(2 of 3): the mean is of two seeds of three; a failed seed counts as worse than any that finished"
    if order == "worst" and ranked:
        yield f"ordered by the worst seed of {_name(ranked)}; failed seeds come last"


def _name(rows: Sequence[Mapping[Hashable, Any]]) -> str:
    return str(rows[0]["score"]).replace("_", " ")

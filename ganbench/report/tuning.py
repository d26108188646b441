"""What a search for parameters came to, as rows: its best trials, and the best score against what it costs."""

import pandas as pd

from ganbench.report.numbers import NOTHING, number
from ganbench.schema.direction import merit

_BEST = 10  # trials that are shown

Rows = tuple[list[str], list[list[str]]]


def trial_rows(frame: pd.DataFrame, score: str, better: str) -> Rows:
    """Return headings and a row for each of the best trials, best first; frame: as library.tune.Tuned has it."""
    ranked = frame.assign(merit=[float("inf") if pd.isna(v) else merit(float(v), better) for v in frame[score]])
    best = ranked.sort_values("merit", kind="stable").head(_BEST).drop(columns="merit")
    rows = [[_text(value) for value in row] for row in best.itertuples(index=False)]
    return [str(name).replace("_", " ") for name in best], rows


def curve_rows(curve: pd.DataFrame, unit: str, score: str) -> Rows:
    """Return headings and a row for each budget; curve: as analysis.best_against_budget has it."""
    headings = [unit, "trials", f"best {score.replace('_', ' ')}", "95 % interval"]
    rows = [
        [f"{budget:,.0f}", number(trials), _text(best), f"{_text(low)} … {_text(high)}"]
        for budget, trials, best, low, high in curve.astype(float).to_numpy().tolist()
    ]
    return headings, rows


def _text(value: object) -> str:
    if isinstance(value, float):
        return NOTHING if pd.isna(value) else number(value, 4)
    return f"{value:,}" if isinstance(value, int) else str(value)

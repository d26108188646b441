"""Times to a stated score in a terminal."""

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ganbench.report.numbers import NOTHING, number


def time_to_score_table(frame: pd.DataFrame, score: str, level: float) -> Table:
    """Return a row a model, soonest first on each dataset: how many seeds got there, after what."""
    title = Text(f"{score.replace('_', ' ')} of {number(level)} or better, at the first checkpoint that has it")
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left", title_style="bold")
    for name in ("dataset", "model"):
        table.add_column(name)
    for name in ("seeds", "images", "seconds"):
        table.add_column(name, justify="right")
    for _, row in frame.iterrows():
        model = " + ".join(filter(None, (row["model"], row["loss"], row["settings"])))
        costs = [NOTHING if pd.isna(row[name]) else number(row[name]) for name in ("images", "seconds")]
        table.add_row(Text(row["dataset"]), Text(model), f"{row['reached']} of {row['seeds']}", *costs)
    return table

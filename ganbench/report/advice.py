"""Stopping rules in a terminal: what each would have saved, and what it would have cost."""

from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ganbench.report.numbers import NOTHING, number


def cells_table(frame: pd.DataFrame) -> Table:
    """Return a row for each model and rule of analysis.advice.summary."""
    table = _table("Until when to train: each rule beside the best checkpoint of each run")
    _columns(table, ("dataset", "model", "score", "rule"), ("ended", "share of images", "regret", "of the gain"))
    for _, row in frame.iterrows():
        ended = f"{row['ended']} of {row['runs']}"
        costs = [_percent(row["share"]), _number(row["regret"]), _percent(row["lost"])]
        table.add_row(Text(row["dataset"]), Text(_model(row)), row["score"], row["rule"], ended, *costs)
    return table


def runs_table(frame: pd.DataFrame) -> Table:
    """Return a row for each run and rule of analysis.advice.advice."""
    table = _table("Where each rule would have ended each run")
    numbers = ("seed", "images", "share", "value", "best", "regret")
    _columns(table, ("run", "dataset", "model", "score", "rule"), numbers)
    for _, row in frame.iterrows():
        values = [_number(row[name]) for name in ("value", "best", "regret")]
        costs = [str(row["seed"]), f"{row['images']:,}", _percent(row["share"]), *values]
        table.add_row(row["run"], Text(row["dataset"]), Text(_model(row)), row["score"], row["rule"], *costs)
    return table


def overall_table(frame: pd.DataFrame) -> Table:
    """Return a row for each rule of analysis.advice.overall."""
    table = _table("Over all of them")
    _columns(table, ("rule",), ("ended", "share of images, mean", "of the gain lost, median"))
    for _, row in frame.iterrows():
        table.add_row(row["rule"], f"{row['ended']} of {row['runs']}", _percent(row["share"]), _percent(row["lost"]))
    return table


def _table(title: str) -> Table:
    return Table(box=SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left", title_style="bold")


def _columns(table: Table, names: tuple[str, ...], numbers: tuple[str, ...]) -> None:
    for name in names:
        table.add_column(name)
    for name in numbers:
        table.add_column(name, justify="right")


def _model(row: "pd.Series[Any]") -> str:
    return " + ".join(str(row[name]) for name in ("model", "loss", "settings") if row[name])


def _percent(value: float | None) -> str:
    return NOTHING if value is None or pd.isna(value) else f"{100 * value:.0f} %"


def _number(value: float | None) -> str:
    return NOTHING if value is None or pd.isna(value) else number(value)

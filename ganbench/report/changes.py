"""Changes between two boards as a table."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ganbench.analysis.changes import Change, Verdict
from ganbench.report.numbers import NOTHING, number

_STYLES = {Verdict.WORSE: "red", Verdict.GONE: "red", Verdict.BETTER: "green"}


def changes_table(found: Sequence[Change]) -> Table:
    """Return a row for each change, worst first."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("dataset", "model", "score"):
        table.add_column(heading)
    for heading in ("before", "after"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    order = [Verdict.WORSE, Verdict.GONE, Verdict.UNCLEAR, Verdict.BETTER, Verdict.NEW, Verdict.SAME]
    for change in sorted(found, key=lambda change: order.index(change.verdict)):
        cell = change.cell
        names = " + ".join(filter(None, (cell["model"], cell["loss"], cell["settings"])))
        values = [NOTHING if value is None else number(value, 4) for value in (change.before, change.after)]
        row = (cell["dataset"], names, cell["score"].replace("_", " "), *values, change.verdict.value)
        table.add_row(*map(Text, row), style=_STYLES.get(change.verdict, ""))
    return table

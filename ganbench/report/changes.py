"""Two boards compared, as a table for people, as Markdown for a pull request and as JSON for machines."""

import json
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ganbench.analysis.changes import Change, Verdict
from ganbench.report.documents import escaped
from ganbench.report.numbers import ARROWS, NOTHING, number

_STYLES = {Verdict.REGRESSED: "red", Verdict.GONE: "red", Verdict.IMPROVED: "green", Verdict.UNCLEAR: "yellow"}
_HEADINGS = ("dataset", "model", "score", "before", "after", "change", "95 % interval", "seeds", "verdict")
_LEFT = 3  # the headings whose columns are words


def changes_table(found: Sequence[Change]) -> Table:
    """Return a row for each change, regressions first."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, heading in enumerate(_HEADINGS):
        table.add_column(heading, justify="left" if index < _LEFT or heading == "verdict" else "right")
    for change in _ordered(found):
        table.add_row(*map(Text, _row(change)), style=_STYLES.get(change.verdict, ""))
    return table


def changes_markdown(found: Sequence[Change]) -> str:
    """Return the same as a Markdown table; an empty string where there is nothing to show."""
    rows = [[escaped(text) for text in _row(change)] for change in _ordered(found)]
    frame = pd.DataFrame(rows, columns=list(_HEADINGS))
    return str(frame.to_markdown(index=False, disable_numparse=True)) if rows else ""


def changes_json(found: Sequence[Change], margins: Mapping[str, float]) -> str:
    """Return an object of margins and changes, a list of objects.

    margins: by score, "" for every other. low, high: of the change of the score; of its distance from the truth where
    that is known.
    """
    return json.dumps({"margins": dict(margins), "changes": [_object(change) for change in _ordered(found)]}, indent=2)


def _ordered(found: Sequence[Change]) -> list[Change]:
    order = list(Verdict)
    return sorted(found, key=lambda change: order.index(change.verdict))


def _row(change: Change) -> Iterator[str]:
    """Yield the texts of a row; where a score has a known truth, the interval is of the distance from it."""
    cell = change.cell
    yield cell["dataset"]
    yield " + ".join(filter(None, (cell["model"], cell["loss"], cell["settings"])))
    yield f"{cell['score'].replace('_', ' ')} {ARROWS.get(cell['better'], '')}".strip()
    for value in (change.before, change.after, change.change):
        yield NOTHING if value is None else number(value, 4)
    low, high = _ends(change)
    yield NOTHING if low is None or high is None else f"{number(low)} … {number(high)}"
    yield (
        f"{change.pairs}{f', {change.lost} failed' if change.lost else ''}" if change.pairs or change.lost else NOTHING
    )
    yield change.verdict.value


def _object(change: Change) -> dict[str, object]:
    low, high = _ends(change)
    return {
        **{name: str(value) for name, value in change.cell.items() if name != "standard"},
        "standard": bool(change.cell["standard"]),
        "before": change.before,
        "after": change.after,
        "change": change.change,
        "low": low,
        "high": high,
        "seeds": change.pairs,
        "failed_seeds": change.lost,
        "verdict": change.verdict.value,
    }


def _ends(change: Change) -> tuple[float | None, float | None]:
    """Return the interval of the change of the score itself; of its distance from the truth where that is known."""
    if change.interval is None:
        return None, None
    low, high = change.interval
    return (-high, -low) if change.cell["better"] == "higher" else (low, high)

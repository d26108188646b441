"""Scores of one comparison, as a table for people and as JSON for machines."""

import json
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ganbench.report.numbers import ARROWS, NOTHING, number
from ganbench.schema.record import ScoreInterval


def scores_table(intervals: Sequence[ScoreInterval], title: str) -> Table:
    """Return a row for each score: its value, its interval if there is one, its direction, its protocol."""
    ranged = any(interval.low is not None for interval in intervals)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=Text(title), title_justify="left", title_style="bold")
    table.add_column("score")
    table.add_column("value", justify="right")
    if ranged:
        table.add_column("95 % interval", justify="right")
    table.add_column("better")
    table.add_column("protocol")
    for interval in intervals:
        score = interval.score
        cells = [score.name.replace("_", " "), NOTHING if score.value is None else number(score.value, 4)]
        if ranged:
            ends = [end for end in (interval.low, interval.high) if end is not None]
            cells.append(" … ".join(map(number, ends)) or NOTHING)
        protocol = ", ".join(f"{key} {value}" for key, value in score.protocol.items())
        table.add_row(*map(Text, [*cells, ARROWS.get(score.better, score.better), protocol]))
    return table


def missing(intervals: Sequence[ScoreInterval]) -> list[str]:
    """Return a line for each metric that gave nothing, with the reason."""
    reasons = {interval.score.metric: interval.score.reason for interval in intervals if interval.score.value is None}
    return [f"no {metric}: {reason}" for metric, reason in reasons.items()]


def scores_json(intervals: Sequence[ScoreInterval], fake: str, real: str) -> str:
    """Return an object of fake, real and scores; each score is what record.Score holds, with low and high."""
    scores = [
        {
            "metric": interval.score.metric,
            "score": interval.score.name,
            "value": interval.score.value,
            "low": interval.low,
            "high": interval.high,
            "better": interval.score.better,
            "reason": interval.score.reason,
            "protocol": dict(interval.score.protocol),
        }
        for interval in intervals
    ]
    return json.dumps({"fake": fake, "real": real, "scores": scores}, indent=2)

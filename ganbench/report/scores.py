"""Scores of one comparison, as a table for people and as JSON for machines."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ganbench.report.numbers import ARROWS, NOTHING, number
from ganbench.schema.record import Score, ScoreInterval


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


def variants_table(found: Mapping[str, Sequence[Score]], title: str) -> Table:
    """Return a row for each score, and a column for each variant of one model by its name."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=Text(title), title_justify="left", title_style="bold")
    table.add_column("score")
    for name in found:
        table.add_column(Text(name.replace(", ", "\n")), justify="right")
    table.add_column("better")
    by_score = [{(score.metric, score.name): score for score in scores} for scores in found.values()]
    for key, first in {key: score for scores in by_score for key, score in scores.items()}.items():
        numbers = [scores[key].value if key in scores else None for scores in by_score]
        values = [NOTHING if value is None else number(value, 4) for value in numbers]
        table.add_row(*map(Text, [first.name.replace("_", " "), *values, ARROWS.get(first.better, first.better)]))
    return table


def variants_json(found: Mapping[str, Sequence[Score]], fake: str, real: str) -> str:
    """Return an object of fake, real and variants, each a name and the scores that scores_json would give it."""
    variants = [
        {"variant": name, "scores": [_as_dict(ScoreInterval(score)) for score in scores]}
        for name, scores in found.items()
    ]
    return json.dumps({"fake": fake, "real": real, "variants": variants}, indent=2)


def scores_json(intervals: Sequence[ScoreInterval], fake: str, real: str) -> str:
    """Return an object of fake, real and scores; each score is what record.Score holds, with low and high."""
    return json.dumps({"fake": fake, "real": real, "scores": [_as_dict(interval) for interval in intervals]}, indent=2)


def _as_dict(interval: ScoreInterval) -> dict[str, Any]:
    score = interval.score
    return {
        "metric": score.metric,
        "score": score.name,
        "value": score.value,
        "low": interval.low,
        "high": interval.high,
        "better": score.better,
        "reason": score.reason,
        "protocol": dict(score.protocol),
    }

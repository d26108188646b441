"""What a user asks for in place of what a suite says."""

import re
from dataclasses import dataclass
from typing import TypedDict

from ganbench.errors import BadOptionError
from ganbench.schema.choice import Choice, parse_settings
from ganbench.schema.spec import Budget, Stopping

_MOST = 10_000  # seeds


class Texts(TypedDict):
    """What the user typed; None for an option that was left out."""

    models: str | None
    datasets: str | None
    losses: str | None
    metrics: str | None
    seeds: str | None
    budget: str | None
    stop: str | None
    precision: str | None


@dataclass(frozen=True)
class Overrides:
    """What the user asked for in place of what the suite says; None leaves the suite's word.

    No metrics at all, (), is a wish too: nothing is scored then.
    """

    models: tuple[Choice, ...] | None = None
    datasets: tuple[Choice, ...] | None = None
    losses: tuple[Choice, ...] | None = None
    metrics: tuple[Choice, ...] | None = None
    seeds: tuple[int, ...] | None = None
    budget: Budget | None = None
    precision: str | None = None
    stopping: Stopping | None = None


def read_overrides(options: Texts) -> Overrides:
    """Read the options as they are typed; raises BadOptionError for what can't be read."""
    seeds, budget, stop = options["seeds"], options["budget"], options["stop"]
    return Overrides(
        models=_choices(options["models"]),
        datasets=_choices(options["datasets"]),
        losses=_choices(options["losses"]),
        metrics=_choices(options["metrics"]),
        seeds=parse_seeds(seeds) if seeds is not None else None,
        budget=parse_budget(budget) if budget is not None else None,
        precision=options["precision"],
        stopping=Stopping.of(parse_settings(stop)) if stop is not None else None,
    )


def _choices(names: str | None) -> tuple[Choice, ...] | None:
    return None if names is None else tuple(Choice.parse_many(names))


def parse_budget(text: str) -> Budget:
    """Read `images=50_000,seconds=60`; raises BadOptionError for anything else."""
    return Budget.of(parse_settings(re.sub(r"(?<=\d)_(?=\d)", "", text)))


def parse_seeds(text: str) -> tuple[int, ...]:
    """Read `3` as 0, 1, 2; `4,7` and `10-19` as they stand; raises BadOptionError for anything else."""
    pieces = [piece.strip() for piece in text.strip().removesuffix(",").split(",")]
    if text.strip().isdecimal():
        ranges = [range(min(int(text), _MOST + 1))]
    elif all(re.fullmatch(r"\d{1,10}(-\d{1,10})?", piece) for piece in pieces):
        ends = [[int(end) for end in piece.split("-")] for piece in pieces]
        ranges = [range(each[0], each[-1] + 1) for each in ends]
    else:
        ranges = []
    count = sum(len(each) for each in ranges)
    if not 1 <= count <= _MOST:
        raise BadOptionError(
            f"can't read the seeds {text!r}; write how many, from 1 to {_MOST:,}, or which: 4,7 or 10-19"
        )
    return tuple(seed for each in ranges for seed in each)

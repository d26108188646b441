"""Wishes: what a user asks for in place of what a suite says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ganbench.choice import Choice, parse_settings
from ganbench.errors import BadOptionError
from ganbench.spec import Budget, Stopping

_MOST = 10_000  # seeds


@dataclass(frozen=True)
class Wishes:
    """What the user asked for in place of what the suite says; None leaves the suite's word."""

    models: tuple[Choice, ...] | None = None
    datasets: tuple[Choice, ...] | None = None
    losses: tuple[Choice, ...] | None = None
    seeds: tuple[int, ...] | None = None
    budget: Budget | None = None
    precision: str | None = None
    stopping: Stopping | None = None


def read_wishes(options: Mapping[str, str | None]) -> Wishes:
    """Read the options models, datasets, losses, seeds, budget, precision and stop, as they are typed."""
    chosen = {
        kind: tuple(Choice.parse_many(names)) if (names := options[kind]) is not None else None
        for kind in ("models", "datasets", "losses")
    }
    seeds, budget, stop = options["seeds"], options["budget"], options["stop"]
    return Wishes(
        **chosen,
        seeds=parse_seeds(seeds) if seeds is not None else None,
        budget=Budget.of(parse_settings(budget)) if budget is not None else None,
        precision=options["precision"],
        stopping=Stopping.of(parse_settings(stop)) if stop is not None else None,
    )


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

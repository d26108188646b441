"""Wishes: what a user asks for in place of what a suite says."""

from collections.abc import Mapping
from dataclasses import dataclass

from ganbench.choice import Choice, parse_settings
from ganbench.errors import BadOptionError
from ganbench.spec import Budget, Stopping


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
        kind: tuple(Choice.parse_many(names)) if (names := options[kind]) else None
        for kind in ("models", "datasets", "losses")
    }
    seeds, budget, stop = options["seeds"], options["budget"], options["stop"]
    return Wishes(
        **chosen,
        seeds=parse_seeds(seeds) if seeds else None,
        budget=Budget.of(parse_settings(budget)) if budget else None,
        precision=options["precision"],
        stopping=Stopping.of(parse_settings(stop)) if stop else None,
    )


def parse_seeds(text: str) -> tuple[int, ...]:
    """Read `3` as 0, 1, 2; `4,7` and `10-19` as they stand; raises BadOptionError for anything else."""
    try:
        if text.strip().isdecimal():
            seeds = tuple(range(int(text)))
        else:
            ranges = [[int(end) for end in piece.split("-")] for piece in text.split(",") if piece.strip()]
            seeds = tuple(seed for ends in ranges for seed in range(ends[0], ends[-1] + 1) if len(ends) <= 2)
    except ValueError:
        seeds = ()
    if not seeds:
        raise BadOptionError(f"can't read the seeds {text!r}; write a number above 0, or 4,7 or 10-19")
    return seeds

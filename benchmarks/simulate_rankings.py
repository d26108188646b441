"""How often places mislead, how often they see a lead, and what intervals hold: simulated with the project's own code.

    python benchmarks/simulate_rankings.py results/statistics/README.md

It writes what stands in the tables of that file, about a minute on one core; `--boards 200` is a quick look.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ganbench.analysis.places import LEVEL, Competitor, places
from ganbench.analysis.statistics import (
    Interval,
    difference_interval,
    improvement_interval,
    mean_interval,
)
from ganbench.analysis.studentized_range import studentized_range_sf

Array = NDArray[np.float64]
Rule = Callable[[Array], Array]  # from merits (models, seeds) to who is ahead of whom (models, models)

MODELS = 10
MARK = "<!-- simulated -->"  # what is below it in a file is written anew


def by_places(merits: Array) -> Array:
    """Follow the leaderboard: where somebody is ahead, the one behind has ranks from 2 on."""
    ahead = np.array([place.ranks.low - 1 if place.ranks else 0 for place in places([Competitor(m) for m in merits])])
    return np.broadcast_to(ahead > 0, (len(merits), len(merits)))


def by_games_howell(merits: Array) -> Array:
    """Follow Games and Howell (1976): the studentized range with Welch's degrees of freedom."""
    seeds = merits.shape[1]
    errors = merits.var(axis=1, ddof=1) / seeds
    squares = errors[:, None] + errors
    freedom = squares**2 / (errors[:, None] ** 2 + errors**2) * (seeds - 1)
    return _by_range(merits, np.sqrt(squares / 2), freedom)


def by_tukey(merits: Array) -> Array:
    """Follow Tukey's test with one pooled spread, whatever the spreads."""
    models, seeds = merits.shape
    error = np.sqrt(merits.var(axis=1, ddof=1).mean() / seeds)
    return _by_range(merits, np.full((models, models), error), np.full((models, models), float(models * (seeds - 1))))


def by_best_mean(merits: Array) -> Array:
    """Hold Welch's interval against the best mean alone, without a correction, as is often done."""
    best = merits[merits.mean(axis=1).argmin()]
    behind = [
        (apart := difference_interval(side, best)) is not None and apart.low > 0 for side in merits if side is not best
    ]
    return np.array([[any(behind)]])


def _by_range(merits: Array, errors: Array, freedom: Array) -> Array:
    means = merits.mean(axis=1)
    gaps = means[None, :] - means[:, None]
    p = studentized_range_sf((np.abs(gaps) / errors).ravel(), len(merits), freedom.ravel()).reshape(gaps.shape)
    return (p <= LEVEL) & (gaps > 0)


RULES: dict[str, Rule] = {
    "places": by_places, "Games-Howell": by_games_howell, "pooled Tukey": by_tukey,
    "Welch against the best": by_best_mean,
}  # fmt: skip


def normal(random: np.random.Generator, shape: tuple[int, int], low: float = 1.0, high: float = 1.0) -> Array:
    """Draw equal models whose deviations lie between two bounds, evenly by their logarithms."""
    deviations = np.exp(random.uniform(np.log(low), np.log(high), shape[0]))
    return random.normal(size=shape) * deviations[:, None]


def one_wide(random: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Draw equal models of which one has ten times the deviation of the others."""
    return random.normal(size=shape) * np.where(np.arange(shape[0]) == 0, 10.0, 1.0)[:, None]


def lognormal(random: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Draw equal models with a long tail, the deviation of the logarithm being one half."""
    return random.lognormal(0, 0.5, shape)


def modes(random: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Draw equal models that miss two modes of eight on average, a count: many seeds have equal numbers."""
    return random.binomial(8, 0.25, shape).astype(float)


SHAPES: dict[str, Callable[[np.random.Generator, tuple[int, int]], Array]] = {
    "equal": normal,
    "from 1 to 3": partial(normal, low=1.0, high=3.0),
    "from 0.1 to 10": partial(normal, low=0.1, high=10.0),
    "one of ten is 10": one_wide,
    "equal, lognormal": lognormal,
    "equal, counts of modes": modes,
}


def false_leads(boards: int) -> Iterator[dict[str, object]]:
    """Yield, for each shape and number of seeds, the share of boards of equal models on which any has a lead."""
    for seeds in (3, 5, 10):
        for shape, draw in SHAPES.items():
            random = np.random.default_rng(seeds)
            drawn = [draw(random, (MODELS, seeds)) for _ in range(boards)]
            row: dict[str, object] = {"seeds": seeds, "spreads": shape}
            for name, rule in RULES.items():
                kept = drawn if name == "places" else drawn[: boards // 2]
                row[name] = None if shape.endswith("modes") and name != "places" else _share(rule, kept)
            yield row


def false_leads_of_others(boards: int) -> Iterator[dict[str, object]]:
    """Yield the same for other numbers of models."""
    for models in (2, 5, 20):
        row: dict[str, object] = {"models": models}
        for seeds in (3, 5):
            for shape in ("equal", "from 0.1 to 10"):
                random = np.random.default_rng(models)
                drawn = [SHAPES[shape](random, (models, seeds)) for _ in range(boards // 2)]
                row[f"{seeds} seeds, {shape}"] = _share(by_places, drawn)
        yield row


def power(boards: int) -> Iterator[dict[str, object]]:
    """Yield how often one certain model of equal spreads is seen to trail one that is so many deviations better."""
    for models in (2, 10):
        for deviations in (2, 3, 5):
            row: dict[str, object] = {"models": models, "deviations": deviations}
            for seeds in (3, 5, 10):
                random = np.random.default_rng(deviations)
                seen = []
                for _ in range(boards // 4):
                    merits = random.normal(size=(models, seeds))
                    merits[0] -= deviations
                    seen += [
                        place.ranks.low > 1 for place in places([Competitor(m) for m in merits])[1:] if place.ranks
                    ]
                row[f"{seeds} seeds"] = _percent(np.mean(seen))
            yield row


def coverage(boards: int) -> Iterator[dict[str, object]]:
    """Yield how often 95 % intervals of means hold the true mean, and those of improvement the true probability."""
    from scipy.special import ndtr

    laws: dict[str, tuple[Callable[..., Array], float]] = {
        "normal": (lambda random, size: random.normal(size=size), 0.0),
        "lognormal, σ 0.5": (lambda random, size: random.lognormal(0, 0.5, size), float(np.exp(0.125))),
    }
    for name, (draw, mean) in laws.items():
        random = np.random.default_rng(1)
        columns = {seeds: draw(random, (4 * boards, seeds)) for seeds in (3, 5, 10)}
        yield _row(f"mean, {name}", {n: [mean_interval(v) for v in drawn] for n, drawn in columns.items()}, mean)
        yield _row(f"bootstrap of it, {name}", {n: _bootstrap(d[:boards]) for n, d in columns.items()}, mean)
        if name == "normal":
            trimmed = {n: [mean_interval(v, trimmed=True) for v in drawn] for n, drawn in columns.items()}
            yield _row("interquartile mean, normal", trimmed, mean)
    for apart in (0.0, 1.0, 2.0):
        random = np.random.default_rng(2)
        pairs = {n: random.normal(size=(boards, 2, n)) for n in (3, 5, 10)}
        found = {n: [improvement_interval(a - apart, b) for a, b in drawn] for n, drawn in pairs.items()}
        truth = float(ndtr(apart / np.sqrt(2)))
        yield _row(f"improvement, truth {truth:.2f}", found, truth)


def _bootstrap(rows: Array) -> list[Interval]:
    random = np.random.default_rng(0)
    drawn = random.integers(rows.shape[1], size=(500, rows.shape[1]))
    ends = np.quantile(rows[:, drawn].mean(axis=2), [0.025, 0.975], axis=1)
    return [Interval(low, high) for low, high in ends.T]


def _row(name: str, found: dict[int, Sequence[Interval | None]], truth: float) -> dict[str, object]:
    held = {n: np.mean([each is not None and each.holds(truth) for each in drawn]) for n, drawn in found.items()}
    return {"95 % interval of": name, **{f"{n} seeds": _percent(share) for n, share in held.items()}}


def _share(rule: Rule, boards: Sequence[Array]) -> str:
    return _percent(np.mean([rule(merits).any() for merits in boards]))


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def tables(boards: int) -> str:
    """Return every table under its heading, as Markdown."""
    parts = {
        "False leads": false_leads(boards),
        "False leads of other numbers of models": false_leads_of_others(boards),
        "Power": power(boards),
        "Coverage": coverage(boards),
    }
    shown = []
    for heading, rows in parts.items():
        frame = pd.DataFrame(list(rows)).astype(object)
        frame = frame.where(frame.notna(), "–")
        shown.append(f"## {heading}\n\n{frame.to_markdown(index=False, disable_numparse=True)}\n")
    return "\n".join(shown)


def main() -> None:
    """Write the tables into a file, below its mark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="a Markdown file with a line that marks where tables begin")
    parser.add_argument("--boards", type=int, default=2_000, help="boards for each number (default 2000)")
    options = parser.parse_args()
    before, mark, _ = options.file.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        parser.error(f"{str(options.file)!r} has no line {MARK}")
    options.file.write_text(f"{before}{MARK}\n\n{tables(options.boards)}", encoding="utf-8")


if __name__ == "__main__":
    main()

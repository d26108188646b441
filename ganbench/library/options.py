"""What `ganbench run` and `ganbench.run` take, and how either is read: texts as in the shell, or values of Python."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypedDict

from ganbench.errors import BadOptionError, nearest
from ganbench.library.objects import HandedIn
from ganbench.schema.choice import parse_settings
from ganbench.schema.spec import PRECISIONS, Budget, Stopping
from ganbench.suites.overrides import Overrides, parse_budget, parse_seeds


class RunOptions(TypedDict, total=False):
    """The options of a run, all of which may be left out or None.

    models, datasets, losses, metrics: texts as in the shell, `"dcgan:width=16|32,vae"`; objects; lists of either; or
    objects by the names that they are to have. No metrics, [], scores nothing.
    seeds: how many, or which: 3, "4,7", "10-19", range(3). budget: "images=50_000" or {"images": 50_000}.
    stop: "patience=2" or a mapping. precision: "fp32" or "bf16". device: auto, cpu, cuda, cuda:N, mps, xpu, xpu:N.
    data_root: the folder that holds the data; otherwise they are downloaded. results: the folder of results.
    executor: how runs are run; objects are run in this process. threads: of each run.
    timeout: seconds that a run may take. memory_limit: of a run's process, "4GB". shard: "1/3".
    retry: which runs that ended without scores to run again: all, failed, skipped, none.
    log: "tensorboard" or "mlflow", besides. force: run again what is done already.
    """

    models: Any
    datasets: Any
    losses: Any
    metrics: Any
    seeds: int | str | Iterable[int] | None
    budget: str | Mapping[str, float] | Budget | None
    stop: str | Mapping[str, Any] | None
    precision: str | None
    device: str
    data_root: Path | str | None
    results: Path | str
    executor: str | None
    threads: int | None
    timeout: float | None
    memory_limit: str | None
    shard: str | None
    retry: Literal["all", "failed", "skipped", "none"]
    log: Literal["tensorboard", "mlflow"] | None
    force: bool


def check_known(options: Mapping[str, Any], known: type, what: str) -> None:
    """Raise BadOptionError for an option that there is not; known: the TypedDict of those that there are."""
    names = list(known.__annotations__)
    for name in options:
        if name not in names:
            raise BadOptionError(f"{what} takes no option {name!r}{nearest(name, names)}")


def overrides_of(options: RunOptions, handed: HandedIn) -> Overrides:
    """Read what takes the place of what a suite says; raises BadOptionError for what can't be read."""
    precision = options.get("precision")
    if precision not in (None, *PRECISIONS):
        raise BadOptionError(f"unknown precision {precision!r}; there is {', '.join(PRECISIONS)}")
    return Overrides(
        models=handed.choices("models", options.get("models")),
        datasets=handed.choices("datasets", options.get("datasets")),
        losses=handed.choices("losses", options.get("losses")),
        metrics=handed.choices("metrics", options.get("metrics")),
        seeds=_seeds(options.get("seeds")),
        budget=None if (budget := options.get("budget")) is None else budget_of(budget),
        precision=precision,
        stopping=_stopping(options.get("stop")),
    )


def _seeds(given: int | str | Iterable[int] | None) -> tuple[int, ...] | None:
    if given is None:
        return None
    if isinstance(given, int | str):
        return parse_seeds(str(given))
    try:
        return parse_seeds(",".join(map(str, given)) + ",")
    except TypeError:
        raise BadOptionError(f"seeds are how many, or which: 3, '4,7' or range(3), not {given!r}") from None


def budget_of(given: str | Mapping[str, float] | Budget) -> Budget:
    """Read a budget; raises BadOptionError for what is none."""
    if isinstance(given, Budget):
        return given
    if isinstance(given, str):
        return parse_budget(given)
    if isinstance(given, Mapping):
        return Budget.of(dict(given))
    raise BadOptionError(f"a budget is written 'images=50_000' or {{'images': 50_000}}, not {given!r}")


def _stopping(given: str | Mapping[str, Any] | None) -> Stopping | None:
    if given is None:
        return None
    return Stopping.of(parse_settings(given) if isinstance(given, str) else dict(given))

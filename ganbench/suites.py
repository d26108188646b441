"""Suites: TOML in, checked; wishes from the command line applied; specs out."""

import fnmatch
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ganbench.cards import ModelCard
from ganbench.choice import Choice, Value
from ganbench.errors import BadOptionError, BadSuiteError, GanbenchError, nearest
from ganbench.plugins import Catalog
from ganbench.spec import PRECISIONS, Budget, Entry, RunSpec, Stopping, Suite
from ganbench.wishes import Wishes


def find_suite(wanted: str, catalog: Catalog) -> Suite:
    """Return the suite of that name, or the one in the file of that path.

    Raises UnknownNameError, or BadSuiteError for a file that can't be read or says something wrong.
    """
    if wanted.endswith(".toml") or "/" in wanted:
        return read_suite(Path(wanted))
    if wanted not in catalog.names("suites") and Path(wanted).exists():
        raise BadSuiteError(f"{wanted!r} is no suite; a suite's file ends in .toml")
    made = catalog.get("suites", wanted).load()()
    return made if isinstance(made, Suite) else read_suite(Path(made))


def read_suite(path: Path) -> Suite:
    """Read a TOML file; raises BadSuiteError with the file, and the line or the key that is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSuiteError(f"can't read the suite {str(path)!r}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSuiteError(f"{path}: not TOML: {error}") from None
    try:
        return _SuiteFile.model_validate(data).to_suite(path.stem)
    except ValidationError as error:
        raise BadSuiteError(f"{path}: {_first_fault(error)}") from None
    except GanbenchError as error:
        raise BadSuiteError(f"{path}: {error}") from None


def expand(suite: Suite, catalog: Catalog, wishes: Wishes | None = None) -> list[RunSpec]:
    """Return a spec for every run of the suite, in its order, each once; raises for unknown names.

    Wished models take the settings of the suite's entries that match them, and plain ones otherwise; they
    and wished datasets need not be in the suite. A wished loss takes the place of every entry's.
    """
    wishes = wishes or Wishes()
    base = RunSpec(
        suite=suite.label,
        dataset=suite.datasets[0],
        model=suite.entries[0].model,
        loss=None,
        seed=suite.seeds[0],
        budget=wishes.budget or suite.budget,
        standard=wishes.budget in (None, suite.budget) and wishes.stopping in (None, suite.stopping),
        metrics=(),
        checkpoints=suite.checkpoints,
        samples=suite.samples,
        precision=wishes.precision or suite.precision,
        stopping=wishes.stopping or suite.stopping,
        halves=suite.halves or None,
    )
    _check_stopping(base.stopping, suite, catalog)
    for metric in suite.every_metric:
        catalog.get("metrics", metric.name)
        if "features" in metric.to_dict():
            catalog.get("features", Choice.parse(str(metric.to_dict()["features"])).name)
    specs = {}
    for dataset in wishes.datasets or suite.datasets:
        catalog.get("datasets", dataset.name)
        on_it = replace(base, dataset=dataset, metrics=_metrics(suite, dataset.name))
        for entry in _entries(suite, catalog, wishes, dataset.name):
            for loss in _losses(entry, catalog):
                for seed in wishes.seeds or suite.seeds:
                    cell = replace(on_it, model=entry.model, loss=loss, seed=seed)
                    spec = replace(cell, recipe=entry.recipe if loss else ())
                    specs[spec.key] = spec
    if not specs:
        raise BadOptionError(f"nothing in {suite.label} matches; its datasets are {_names(suite.datasets)}")
    return list(specs.values())


def _metrics(suite: Suite, dataset: str) -> tuple[Choice, ...]:
    """Return what a dataset is scored by, the suite's own metrics first."""
    further = (metric for glob, metrics in suite.metrics_on if fnmatch.fnmatchcase(dataset, glob) for metric in metrics)
    return tuple(dict.fromkeys((*suite.metrics, *further)))


def _check_stopping(stopping: Stopping | None, suite: Suite, catalog: Catalog) -> None:
    columns = [column.name for metric in suite.every_metric for column in catalog.get("metrics", metric.name).columns]
    if stopping and stopping.score and stopping.score not in columns:
        known = list(dict.fromkeys(columns))
        raise BadOptionError(f"{suite.label} gives no score {stopping.score!r}{nearest(stopping.score, known)}")


def _entries(suite: Suite, catalog: Catalog, wishes: Wishes, dataset: str) -> Iterator[Entry]:
    """Yield a dataset's entries with their globs resolved, wished models and losses in place."""
    listed = [
        replace(entry, model=replace(entry.model, name=name))
        for entry in suite.entries
        if any(fnmatch.fnmatchcase(dataset, glob) for glob in entry.datasets)
        for name in _matching(entry.model.name, catalog, "models")
        if not any(fnmatch.fnmatchcase(name, glob) for glob in entry.without)
    ]
    chosen: list[Entry] = []
    for wish in wishes.models or ():
        catalog.get("models", wish.name)
        own = [entry for entry in listed if entry.model.name == wish.name]
        chosen += [replace(e, model=wish if wish.parameters else e.model) for e in own] or [Entry(wish)]
    for entry in chosen if wishes.models else listed:
        losses = wishes.losses or (entry.loss,)
        yield from (replace(entry, loss=loss) for loss in losses)


def _losses(entry: Entry, catalog: Catalog) -> list[Choice | None]:
    """Return the losses that an entry's model runs with: its own, a named one, or all that a glob matches."""
    if entry.loss is not None:
        names = _matching(entry.loss.name, catalog, "losses")
        return [replace(entry.loss, name=name) for name in names]
    card: ModelCard = catalog.get("models", entry.model.name)
    if card.loss is None:
        return [None]
    loss = Choice.parse(card.loss)
    catalog.get("losses", loss.name)
    return [loss]


def _matching(pattern: str, catalog: Catalog, kind: str) -> list[str]:
    if not _is_glob(pattern):
        catalog.get(kind, pattern)
        return [pattern]
    return fnmatch.filter(catalog.names(kind), pattern)


def _is_glob(pattern: str) -> bool:
    return any(mark in pattern for mark in "*?[")


def _names(choices: tuple[Choice, ...]) -> str:
    return ", ".join(map(str, choices))


def _choice(data: Any) -> Choice:
    """Take `"name"`, `"name:key=value"` or `{name = "name", key = value}`."""
    try:
        if isinstance(data, str):
            return Choice.parse(data)
        if isinstance(data, dict) and isinstance(data.get("name"), str):
            return Choice.of(data["name"], {key: value for key, value in data.items() if key != "name"})
    except GanbenchError as error:
        raise ValueError(str(error)) from None
    raise ValueError(f"write a name, or a table with a name, not {data!r}")


_Choice = Annotated[Choice, BeforeValidator(_choice)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class _EntryFile(_File):
    model: _Choice
    parameters: dict[str, Value] = Field(default_factory=dict)
    loss: _Choice | None = None
    recipe: dict[str, Value] = Field(default_factory=dict)
    datasets: list[str] = Field(default_factory=lambda: ["*"], min_length=1)
    without: list[str] = Field(default_factory=list)

    def to_entry(self) -> Entry:
        """Return the entry, its parameters with its model."""
        model = Choice.of(self.model.name, self.model.to_dict() | self.parameters)
        recipe = tuple(sorted(self.recipe.items()))
        return Entry(model, self.loss, recipe, tuple(self.datasets), tuple(self.without))


class _SuiteFile(_File):
    version: int = Field(ge=1)
    about: str
    datasets: list[_Choice] = Field(min_length=1)
    entries: list[_EntryFile] = Field(min_length=1)
    metrics: list[_Choice] = Field(default_factory=list)
    metrics_on: dict[str, list[_Choice]] = Field(default_factory=dict)
    budget: dict[str, Value]
    seeds: list[Annotated[int, Field(ge=0)]] = Field(min_length=1)
    checkpoints: list[Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=lambda: [1.0])
    samples: int = Field(default=10_000, ge=1)
    precision: str = "fp32"
    stopping: dict[str, Value] | None = None
    halves: Annotated[int, Field(ge=0)] = 0

    def to_suite(self, name: str) -> Suite:
        """Return the suite, named after its file."""
        if self.precision not in PRECISIONS:
            raise BadSuiteError(f"unknown precision {self.precision!r}{nearest(self.precision, PRECISIONS)}")
        if self.halves == 1:
            raise BadSuiteError("halves must be 0 or at least 2, since one alone tells no deviation, not 1")
        for dataset in self.datasets:
            if not (self.metrics or any(fnmatch.fnmatchcase(dataset.name, glob) for glob in self.metrics_on)):
                raise BadSuiteError(f"nothing is measured on {dataset}; name metrics, or some in a table metrics_on")
        return Suite(
            name=name,
            version=self.version,
            about=self.about,
            datasets=tuple(self.datasets),
            entries=tuple(entry.to_entry() for entry in self.entries),
            metrics=tuple(self.metrics),
            metrics_on=tuple((glob, tuple(metrics)) for glob, metrics in self.metrics_on.items()),
            budget=Budget.of(self.budget),
            seeds=tuple(self.seeds),
            checkpoints=tuple(sorted({*self.checkpoints, 1.0})),
            samples=self.samples,
            precision=self.precision,
            stopping=None if self.stopping is None else Stopping.of(self.stopping),
            halves=self.halves,
        )


def _first_fault(error: ValidationError) -> str:
    """Say the first fault in one line: what is wrong, what was given, what would work."""
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    table = _EntryFile if fault["loc"][0] == "entries" and len(fault["loc"]) > 1 else _SuiteFile
    allowed = ", ".join(table.model_fields)
    if fault["type"] == "extra_forbidden":
        return f"unknown key {where!r}; the keys are {allowed}"
    if fault["type"] == "missing":
        return f"missing key {where!r}; the keys are {allowed}"
    return f"{where}: {fault['msg'].removeprefix('Value error, ')}, not {fault['input']!r}"

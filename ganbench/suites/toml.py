"""Suites as TOML files: read, checked, refused in one line."""

import fnmatch
import itertools
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ganbench.errors import BadSuiteError, GanbenchError, nearest
from ganbench.registry.catalog import Catalog
from ganbench.schema.choice import Choice, Value, grid
from ganbench.schema.spec import PRECISIONS, Budget, Entry, Stopping, Suite


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


def _choices(data: Any) -> list[Choice]:
    """Take `"name"`, `"name:key=value"` or `{name = "name", key = value}`; lists of values stand for a choice each."""
    try:
        if isinstance(data, str):
            return Choice.parse_grid(data)
        if isinstance(data, dict) and isinstance(data.get("name"), str):
            return grid(data["name"], {key: value for key, value in data.items() if key != "name"})
    except GanbenchError as error:
        raise ValueError(str(error)) from None
    raise ValueError(f"write a name, or a table with a name, not {data!r}")


_Choices = Annotated[list[Choice], BeforeValidator(_choices)]
_Axis = Value | Annotated[list[Value], Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class _EntryFile(_File):
    model: _Choices
    parameters: dict[str, _Axis] = Field(default_factory=dict)
    loss: _Choices | None = None
    recipe: dict[str, _Axis] = Field(default_factory=dict)
    datasets: list[str] = Field(default_factory=lambda: ["*"], min_length=1)
    without: list[str] = Field(default_factory=list)

    def to_entries(self) -> Iterator[Entry]:
        """Yield an entry for each combination of the listed values, parameters with their model."""
        models = [
            Choice.of(model.name, model.to_dict() | added.to_dict())
            for model in self.model
            for added in grid(model.name, self.parameters)
        ]
        recipes = [each.parameters for each in grid("recipe", self.recipe)]
        losses: list[Choice | None] = [*self.loss] if self.loss else [None]
        for model, loss, recipe in itertools.product(models, losses, recipes):
            yield Entry(model, loss, recipe, tuple(self.datasets), tuple(self.without))


class _SuiteFile(_File):
    version: int = Field(ge=1)
    about: str
    datasets: list[_Choices] = Field(min_length=1)
    entries: list[_EntryFile] = Field(min_length=1)
    metrics: list[_Choices] = Field(default_factory=list)
    metrics_on: dict[str, list[_Choices]] = Field(default_factory=dict)
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
        datasets, metrics = _flat(self.datasets), _flat(self.metrics)
        for dataset in datasets:
            if not (metrics or any(fnmatch.fnmatchcase(dataset.name, glob) for glob in self.metrics_on)):
                raise BadSuiteError(f"nothing is measured on {dataset}; name metrics, or some in a table metrics_on")
        return Suite(
            name=name,
            version=self.version,
            about=self.about,
            datasets=datasets,
            entries=tuple(entry for each in self.entries for entry in each.to_entries()),
            metrics=metrics,
            metrics_on=tuple((glob, _flat(further)) for glob, further in self.metrics_on.items()),
            budget=Budget.of(self.budget),
            seeds=tuple(self.seeds),
            checkpoints=tuple(sorted({*self.checkpoints, 1.0})),
            samples=self.samples,
            precision=self.precision,
            stopping=None if self.stopping is None else Stopping.of(self.stopping),
            halves=self.halves,
        )


def _flat(grids: Iterable[list[Choice]]) -> tuple[Choice, ...]:
    return tuple(choice for each in grids for choice in each)


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

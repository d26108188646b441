"""Suites as TOML files: read, checked, refused in one line."""

import fnmatch
import itertools
import reprlib
import textwrap
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ganbench.errors import BadSuiteError, GanbenchError, nearest
from ganbench.reading import read_bytes
from ganbench.registry.catalog import Catalog
from ganbench.schema.choice import Choice, Value, grid
from ganbench.schema.spec import PRECISIONS, Budget, Entry, Stopping, Suite

_LARGEST = 2**18  # bytes of a file
_DOTS = 200  # in a line
_ENTRIES = 10_000  # that one table may stand for
_WIDTH = 160  # characters of what is quoted in a message


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
        return _SuiteFile.model_validate(_read(path)).to_suite(path.stem)
    except OSError as error:
        raise BadSuiteError(f"can't read the suite {str(path)!r}: {error.strerror}") from None
    except ValidationError as error:
        raise BadSuiteError(f"{path}: {_first_fault(error)}") from None
    except GanbenchError as error:
        raise BadSuiteError(f"{path}: {error}") from None


def _read(path: Path) -> dict[str, Any]:
    """Return a file's tables; raises OSError, and BadSuiteError for what is not TOML or would take for ever."""
    data = read_bytes(path, _LARGEST)
    try:
        text = data.decode()
        if any(line.count(".") > _DOTS for line in text.splitlines()):  # tomllib's time grows with their square
            raise BadSuiteError(f"a line has more than {_DOTS} dots, and no suite needs names nested so deep")
        return tomllib.loads(text)
    except RecursionError:
        raise BadSuiteError("values are nested too deep") from None
    except ValueError as error:  # torn TOML, no UTF-8, a number or a date of no sense
        raise BadSuiteError(f"not TOML: {_shortened(str(error))}") from None


def _choices(data: Any) -> list[Choice]:
    """Take `"name"`, `"name:key=value"` or `{name = "name", key = value}`; lists of values stand for a choice each."""
    try:
        if isinstance(data, str):
            return Choice.parse_grid(data)
        if isinstance(data, dict) and isinstance(data.get("name"), str):
            return grid(data["name"], {key: value for key, value in data.items() if key != "name"})
    except GanbenchError as error:
        raise ValueError(str(error)) from None
    raise ValueError(f"write a name, or a table with a name, not {_quoted(data)}")


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
        parameters = [each.to_dict() for each in grid(self.model[0].name, self.parameters)]
        recipes = [each.parameters for each in grid("recipe", self.recipe)]
        losses: list[Choice | None] = [*self.loss] if self.loss else [None]
        if len(self.model) * len(parameters) * len(losses) * len(recipes) > _ENTRIES:
            raise BadSuiteError(f"an entry stands for more than {_ENTRIES:,} combinations")
        for model, added, loss, recipe in itertools.product(self.model, parameters, losses, recipes):
            whole = Choice.of(model.name, model.to_dict() | added)
            yield Entry(whole, loss, recipe, tuple(self.datasets), tuple(self.without))


class _SuiteFile(_File):
    version: int = Field(ge=1, lt=2**31)
    about: str
    datasets: list[_Choices] = Field(min_length=1)
    entries: list[_EntryFile] = Field(min_length=1)
    metrics: list[_Choices] = Field(default_factory=list)
    metrics_on: dict[str, list[_Choices]] = Field(default_factory=dict)
    budget: dict[str, Value]
    seeds: list[Annotated[int, Field(ge=0, lt=2**63)]] = Field(min_length=1)
    checkpoints: list[Annotated[float, Field(gt=0, le=1)]] = Field(default_factory=lambda: [1.0])
    samples: int = Field(default=10_000, ge=1, lt=2**31)
    precision: str = "fp32"
    stopping: dict[str, Value] | None = None
    halves: Annotated[int, Field(ge=0, lt=2**31)] = 0

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
        return f"unknown key {_shortened(where)!r}; the keys are {allowed}"
    if fault["type"] == "missing":
        return f"missing key {where!r}; the keys are {allowed}"
    return f"{_shortened(where)}: {fault['msg'].removeprefix('Value error, ')}, not {_quoted(fault['input'])}"


def _quoted(value: Any) -> str:
    return _shortened(reprlib.repr(value))


def _shortened(text: str) -> str:
    return textwrap.shorten(text, _WIDTH, placeholder=" …")

"""One record as a file: written with its digest, and read with suspicion, since it may be a stranger's or torn."""

import json
import math
import reprlib
import textwrap
import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbench.errors import GanbenchError, ResultsError
from ganbench.files import write_whole
from ganbench.reading import read_bytes
from ganbench.schema.direction import merit
from ganbench.schema.record import SCHEMA, Checkpoint, RunRecord, Score, Spent
from ganbench.storage.digests import has_seal, is_sealed, seal

if TYPE_CHECKING:
    from pydantic import TypeAdapter

RECORD = "record.json"
LARGEST_RECORD = 8 * 2**20  # bytes; a record of 20 checkpoints with 30 scores each has a tenth of it
AGAIN = "run it again with ganbench run --force"
UNSEALED = 1  # the schema of before records had digests; all else in it is as it was
_COUNT = 2**63  # what tables can hold
_WIDTH = 160  # characters of what is quoted in a message


def write_record_file(path: Path, record: RunRecord) -> None:
    """Write a record with its digest."""
    text = seal(_adapter().dump_json(record, indent=2))
    write_whole(path, lambda beside: beside.write_bytes(text))


def record_bytes(record: RunRecord) -> bytes:
    """Return a record as JSON, equal for equal records."""
    return _adapter().dump_json(record)


def read_record(path: Path) -> RunRecord:
    """Read a run's record from its folder, path being `…/KEY/record.json`.

    Raises ResultsError, one line, for a file that is damaged or no record, for a record of a schema that this version
    can't read, for numbers of no sense, and for the record of another run than the folder is named after.
    """
    from pydantic import ValidationError

    try:
        data = read_bytes(path, LARGEST_RECORD)
        record = _adapter().validate_json(data)
    except OSError as error:
        raise ResultsError(f"{path} can't be read as a run record: {error.strerror or error}") from None
    except ValidationError as error:
        raise ResultsError(_invalid(path, data, error)) from None
    except (GanbenchError, ValueError, ArithmeticError, TypeError) as error:  # of what a record is made of
        raise ResultsError(f"{path} is no run record: {_one_line(error)}") from None
    _check(path, data, record)
    return record


def fault_of(record: RunRecord) -> str:
    """Return in one line why a record could not be read again, such as counts that are none; nothing if all is well."""
    from pydantic import ValidationError
    from pydantic_core import PydanticSerializationError

    try:
        with warnings.catch_warnings(record=True) as warned:  # pydantic warns of values not of their field's type
            warnings.simplefilter("always")
            text = _adapter().dump_json(record)
        read = _adapter().validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {_one_line(first['msg'])}"
    except (PydanticSerializationError, ValueError, TypeError) as error:
        return _one_line(str(error).encode("utf-8", "backslashreplace").decode())
    return next(_faults(read), "") or next((_one_line(each.message) for each in warned), "")


@lru_cache(maxsize=1)
def _adapter() -> "TypeAdapter[RunRecord]":
    """Return what reads and writes records; making it takes longer than reading ten of them."""
    from pydantic import TypeAdapter

    return TypeAdapter(RunRecord)


def _check(path: Path, data: bytes, record: RunRecord) -> None:
    if record.schema not in (UNSEALED, SCHEMA):
        raise ResultsError(_other_schema(path, record.schema))
    if not is_sealed(data) and (record.schema != UNSEALED or has_seal(data)):
        raise ResultsError(f"{path} is damaged: it is not what its digest was made of; {AGAIN}")
    for fault in _faults(record):
        raise ResultsError(f"{path} is no run record: {fault}")
    if record.key != path.parent.name:
        raise ResultsError(f"{path} is the record of run {record.key}, not of {path.parent.name}; {AGAIN}")


def _faults(record: RunRecord) -> Iterator[str]:
    """Yield what the types of a record let pass and no table can show."""
    counts = [record.spec.seed, record.batch, record.peak_memory_bytes or 0, *record.parameters.values()]
    if not all(0 <= count < _COUNT for count in counts):
        yield "seed, batch, parameters and peak_memory_bytes must be from 0 to 2^63"
    yield from _environment_faults(record.environment)
    yield from _spent_faults(record.spent)
    for checkpoint in record.checkpoints:
        yield from _checkpoint_faults(checkpoint)


def _environment_faults(environment: Any) -> Iterator[str]:
    plugins = environment.get("plugins", {})
    if not (isinstance(plugins, dict) and all(isinstance(version, str) for version in plugins.values())):
        yield f"environment.plugins must be versions by name, not {_short(plugins)}"
    for name in ("device", "torch", "ganbench"):
        if not isinstance(environment.get(name, ""), str):
            yield f"environment.{name} must be a text, not {_short(environment[name])}"


def _checkpoint_faults(checkpoint: Checkpoint) -> Iterator[str]:
    if not 0 < checkpoint.fraction <= 1:
        yield f"the fraction of a checkpoint must be above 0 and up to 1, not {checkpoint.fraction}"
    yield from _spent_faults(checkpoint.spent)
    for score in checkpoint.scores:
        told = score.protocol.get
        if not (_points(score.better) and isinstance(told("real", 0), int) and isinstance(told("fake", 0), int)):
            yield from _score_faults(score)


def _score_faults(score: Score) -> Iterator[str]:
    if not _points(score.better):
        yield f"better must be higher, lower or closer to X, not {_short(score.better)}"
    for name in ("real", "fake"):
        if not isinstance(score.protocol.get(name, 0), int):
            yield f"{name} in a protocol must be a whole number, not {_short(score.protocol[name])}"


@lru_cache(maxsize=1024)
def _points(better: str) -> bool:
    """Tell whether a text says which way a score points."""
    try:
        return math.isfinite(merit(1.0, better))
    except ValueError:
        return False


def _spent_faults(spent: Spent) -> Iterator[str]:
    counts = (spent.images, spent.updates, *spent.by_player.values())
    if not (min(counts) >= 0 and max(counts) < _COUNT and 0 <= spent.seconds < math.inf):
        yield "images, updates and seconds must be from 0 to 2^63"


def _invalid(path: Path, data: bytes, error: Any) -> str:
    """Say the first fault of a record that is none; a schema of another version before all that it changes."""
    first = error.errors(include_input=False)[0]
    try:
        loaded = json.loads(data)
    except (ValueError, RecursionError):
        return f"{path} can't be read as a run record: {_one_line(first['msg'])}"
    schema = loaded.get("schema") if isinstance(loaded, dict) else None
    if schema not in (UNSEALED, SCHEMA):
        return _other_schema(path, schema)
    if not first["loc"]:  # JSON all the same to one of two parsers: half a surrogate pair
        return f"{path} can't be read as a run record: {_one_line(first['msg'])}"
    return f"{path} is no run record: {'.'.join(map(str, first['loc']))}: {_one_line(first['msg'])}"


def _other_schema(path: Path, schema: Any) -> str:
    readable = f"{UNSEALED} and {SCHEMA}"
    return f"{path} has record schema {_short(schema)}; this ganbench reads {readable}, so use another version"


def _one_line(error: Any) -> str:
    return textwrap.shorten(str(error), _WIDTH, placeholder=" …")


def _short(value: Any) -> str:
    return textwrap.shorten(reprlib.repr(value), _WIDTH, placeholder=" …")

"""The results folder: one folder a run, each file written whole or not at all, the record last."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbench.errors import BadOptionError, ResultsError
from ganbench.files import write_whole
from ganbench.schema.record import SCHEMA, RunRecord, Status
from ganbench.schema.spec import RunSpec

if TYPE_CHECKING:
    import pyarrow as pa
    from torch import Tensor

_RECORD, _RESUME, _WEIGHTS = "record.json", "resume.safetensors", "weights.safetensors"
CURVES, SAMPLES, INTERPOLATION, MODES = "curves.parquet", "samples.png", "interpolation.png", "modes.json"
_FRAME = "frame-{:04.0f}.png"  # what a model drew when it was scored, by thousandths of its budget
_AGAIN = "run it again with ganbench run --force"


@dataclass(frozen=True)
class Weights:
    """All that a done run's model needs to be built again and drawn from, without its data.

    state: what its state_dict gave. shape, classes, examples: of its data, as contracts.Task has them.
    """

    state: Mapping[str, "Tensor"]
    shape: tuple[int, ...]
    classes: int
    examples: int


@dataclass(frozen=True)
class RunFolder:
    """One run's files."""

    path: Path

    def write_record(self, record: RunRecord, resumable: bool = False) -> None:
        """Write the record, which makes the run count; a run that is not resumable starts anew if repeated."""
        from pydantic import TypeAdapter

        text = TypeAdapter(RunRecord).dump_json(record, indent=2).decode()
        write_whole(self.path / _RECORD, lambda path: path.write_text(text + "\n", encoding="utf-8"))
        if not resumable:
            self.drop_resume()

    def write_curves(self, table: "pa.Table") -> None:
        """Write the loss curves, one row an update."""
        import pyarrow.parquet as pq

        write_whole(self.path / CURVES, lambda path: pq.write_table(table, path, compression="zstd"))

    def write_weights(self, weights: Weights) -> None:
        """Write the final weights."""
        task = {"shape": weights.shape, "classes": weights.classes, "examples": weights.examples}
        self._write_tensors(_WEIGHTS, weights.state, {"task": json.dumps(task)})

    def read_weights(self) -> Weights:
        """Read the final weights onto the CPU; raises ResultsError if they are missing, damaged or too old."""
        from safetensors import SafetensorError

        path = self.path / _WEIGHTS
        if not path.exists():
            raise ResultsError(f"no weights in {str(self.path)!r}; {_AGAIN}")
        try:
            state, metadata = _read_tensors(path)
            if "task" not in metadata:
                raise ResultsError(f"{path} was written by an older ganbench, without what samples need; {_AGAIN}")
            task = json.loads(metadata["task"])
            return Weights(state, tuple(map(int, task["shape"])), int(task["classes"]), int(task["examples"]))
        except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
            raise ResultsError(f"{path} can't be read as weights: {error}; {_AGAIN}") from None

    def write_text(self, name: str, text: str) -> None:
        """Write a text file, such as a traceback."""
        write_whole(self.path / name, lambda path: path.write_text(text, encoding="utf-8"))

    def write_picture(self, name: str, draw: Callable[[Path], object]) -> None:
        """Let draw write a picture."""
        write_whole(self.path / name, draw)

    def write_frame(self, fraction: float, draw: Callable[[Path], object]) -> None:
        """Let draw write the picture of a checkpoint, fraction of the budget spent."""
        write_whole(self.path / _FRAME.format(1000 * fraction), draw)

    def frames(self) -> list[Path]:
        """Return the pictures of the checkpoints, from the same latents each, in the order of training."""
        last = self.path / SAMPLES
        return [*sorted(self.path.glob("frame-*.png")), *([last] if last.exists() else [])]

    def histograms(self) -> dict[str, dict[str, list[int]]]:
        """Return what metrics that count modes counted at the end, by metric and side; nothing where there is none."""
        try:
            counted = json.loads((self.path / MODES).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return counted if isinstance(counted, dict) else {}

    def clear(self) -> None:
        """Take away what an earlier try left, but for what an interrupted one resumes from."""
        resumed = (self.path / _RESUME).exists()
        kept = {_RESUME, *(path.name for path in self.frames() if resumed)}
        for path in self.path.glob("*"):
            if path.name not in kept and path.is_file():
                path.unlink()

    def write_resume(self, tensors: Mapping[str, "Tensor"], state: Mapping[str, Any]) -> None:
        """Write what an interrupted run goes on from."""
        self._write_tensors(_RESUME, tensors, {"state": json.dumps(state)})

    def read_resume(self) -> tuple[dict[str, "Tensor"], dict[str, Any]] | None:
        """Return what write_resume wrote last, or None if there is nothing to be read."""
        from safetensors import SafetensorError

        path = self.path / _RESUME
        if not path.exists():
            return None
        try:
            tensors, metadata = _read_tensors(path)
            return tensors, json.loads(metadata["state"])
        except (OSError, SafetensorError, KeyError, ValueError, TypeError):
            return None

    def drop_resume(self) -> None:
        """Forget an interrupted run's state."""
        (self.path / _RESUME).unlink(missing_ok=True)

    def _write_tensors(self, name: str, tensors: Mapping[str, "Tensor"], metadata: dict[str, str]) -> None:
        from safetensors.torch import save_file

        whole = {key: tensor.detach().cpu().contiguous().clone() for key, tensor in tensors.items()}
        write_whole(self.path / name, lambda path: save_file(whole, path, metadata))


@dataclass(frozen=True)
class Store:
    """A results folder."""

    root: Path

    def prepare(self) -> None:
        """Make sure that the folder can be written; raises ResultsError before anything was run for it."""
        try:
            (self.root / "runs").mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                pass
        except OSError as error:
            reason = error.strerror or error
            raise ResultsError(
                f"can't write results to {str(self.root)!r}: {reason}; choose another with --results"
            ) from None

    def run(self, key: str) -> RunFolder:
        """Return the folder of one run, there or not."""
        return RunFolder(self.root / "runs" / key)

    def done(self, spec: RunSpec) -> RunRecord | None:
        """Return a spec's record if it was run to its end, else None."""
        path = self.root / "runs" / spec.key / _RECORD
        if not path.exists():
            return None
        try:
            record = read_record(path)
        except ResultsError:
            return None  # unreadable, so not done: it will be run again
        return record if record.status is Status.DONE else None

    def records(self) -> Iterator[RunRecord]:
        """Yield every record, in the order of their keys; raises ResultsError for one that can't be read."""
        for path in self.record_paths():
            yield read_record(path)

    def readable(self) -> tuple[list[RunRecord], list[str]]:
        """Return every record that can be read, and a line for each that can't."""
        records, damaged = [], []
        for path in self.record_paths():
            try:
                records.append(read_record(path))
            except ResultsError as error:
                damaged.append(str(error))
        return records, damaged

    def record_paths(self) -> list[Path]:
        """Return the paths of all records."""
        return sorted((self.root / "runs").glob(f"*/{_RECORD}"))

    def find_one(self, start: str) -> Path:
        """Return the one run folder whose key begins with start; raises BadOptionError for none and for many."""
        found, root = self.find(start), str(self.root)
        if len(found) == 1:
            return found[0]
        keys = ", ".join(path.name for path in found[:5])
        what = f"{len(found)} runs begin with {start!r}: {keys}" if found else f"no run {start!r} in {root!r}"
        raise BadOptionError(f"{what}; the keys are the folders in {str(self.root / 'runs')!r}")

    def find(self, start: str) -> list[Path]:
        """Return the run folders whose keys begin with start."""
        return [path.parent for path in self.record_paths() if path.parent.name.startswith(start)]


def read_record(path: Path) -> RunRecord:
    """Read a record; raises ResultsError if it is damaged, or of a schema that this version can't read."""
    from pydantic import TypeAdapter, ValidationError

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        schema = data.get("schema") if isinstance(data, dict) else None
        if schema != SCHEMA:
            raise ResultsError(
                f"{path} has record schema {schema}; this ganbench reads {SCHEMA}, so use another version"
            )
        return TypeAdapter(RunRecord).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ResultsError(f"{path} is no run record: {where}: {first['msg']}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{path} can't be read as a run record: {error}") from None


def _read_tensors(path: Path) -> tuple[dict[str, "Tensor"], dict[str, str]]:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
        return tensors, file.metadata() or {}

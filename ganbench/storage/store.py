"""The results folder: one folder a run, each file written whole or not at all, the record last."""

import json
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbench.errors import BadOptionError, ResultsError
from ganbench.files import write_whole
from ganbench.schema.record import RunRecord, Status
from ganbench.schema.spec import RunSpec
from ganbench.storage.curves import Columns, read_curves
from ganbench.storage.digests import digests_of, file_digest
from ganbench.storage.histograms import Histograms, read_histograms
from ganbench.storage.picture_rows import PictureRowsByMetric, read_picture_rows, write_picture_rows
from ganbench.storage.records import AGAIN, RECORD, read_record, write_record_file
from ganbench.storage.waveforms import Waveforms, read_waveforms, write_waveforms
from ganbench.storage.weights import Weights, read_tensors, read_weights, write_tensors, write_weights

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray
    from torch import Tensor

RESUME, WEIGHTS = "resume.safetensors", "weights.safetensors"
CURVES, SAMPLES, INTERPOLATION, MODES = "curves.parquet", "samples.png", "interpolation.png", "modes.json"
WAVEFORMS, ROWS = "waveforms.safetensors", "rows.safetensors"
LOG = "run.log"
_FRAME = "frame-{:04.0f}.png"  # what a model drew when it was scored, by thousandths of its budget
_LEFT = (WEIGHTS, CURVES, SAMPLES, INTERPOLATION, MODES, WAVEFORMS, ROWS)


@dataclass(frozen=True)
class RunFolder:
    """One run's files."""

    path: Path

    def write_record(self, record: RunRecord, resumable: bool = False) -> None:
        """Write the record with the digests of the files that are there, which makes the run count.

        A run that is not resumable starts anew if repeated.
        """
        names = {*_LEFT, *(path.name for path in self.frames())}
        write_record_file(self.path / RECORD, replace(record, files=digests_of(self.path, names)))
        if not resumable:
            self.drop_resume()

    def read_record(self) -> RunRecord:
        """Read the record; raises ResultsError as records.read_record does."""
        return read_record(self.path / RECORD)

    def damages(self, record: RunRecord, without: Collection[str] = ()) -> list[str]:
        """Return a line for each file that is not as the record has it, all of them read; none where all is well.

        without: files that need not be there, but are checked if they are.
        """
        found = []
        for name, digest in record.files.items():
            if not is_of_a_run(name):
                found.append(f"{self.path / RECORD} names a file {name!r:.60}, which no run leaves; {AGAIN}")
            elif not (self.path / name).is_file():
                found += [] if name in without else [f"{self.path / name} is missing; {AGAIN}"]
            elif file_digest(self.path / name) != digest:
                found.append(f"{self.path / name} is damaged: its SHA-256 is not the one in the record; {AGAIN}")
        return found

    def write_curves(self, table: "pa.Table") -> None:
        """Write the loss curves, one row an update."""
        import pyarrow.parquet as pq

        write_whole(self.path / CURVES, lambda path: pq.write_table(table, path, compression="zstd"))

    def write_weights(self, weights: Weights) -> None:
        """Write the final weights."""
        write_weights(self.path / WEIGHTS, weights)

    def read_weights(self) -> Weights:
        """Read the final weights onto the CPU, checked against the record; raises ResultsError as read_weights does."""
        path = self.path / WEIGHTS
        return read_weights(path, self.read_record().files.get(WEIGHTS) if path.exists() else None)

    def write_text(self, name: str, text: str) -> None:
        """Write a text file, such as a traceback."""
        write_whole(self.path / name, lambda path: path.write_text(text, "utf-8", "backslashreplace"))

    def write_picture(self, name: str, draw: Callable[[Path], object]) -> None:
        """Let draw write a picture."""
        write_whole(self.path / name, draw)

    def write_frame(self, fraction: float, draw: Callable[[Path], object]) -> None:
        """Let draw write the picture of a checkpoint, fraction of the budget spent."""
        write_whole(self.path / _FRAME.format(1000 * fraction), draw)

    def frames(self) -> list[Path]:
        """Return the pictures of the checkpoints, from the same latents each, in the order of training."""
        last = self.path / SAMPLES
        frames = sorted(path for path in self.path.glob("frame-*.png") if is_of_a_run(path.name))
        return [path for path in (*frames, last) if path.is_file()]

    def curves(self, wanted: Callable[[str], bool]) -> Columns:
        """Return the wanted columns of the curves, as read_curves does."""
        return read_curves(self.path / CURVES, wanted)

    def histograms(self) -> Histograms:
        """Return what metrics that count modes counted at the end, as read_histograms does."""
        return read_histograms(self.path / MODES)

    def write_waveforms(self, arrays: Mapping[str, "NDArray[np.float32]"]) -> None:
        """Write what ganbench.evaluation.waveforms keeps of both sides, as waveforms.write_waveforms does."""
        write_waveforms(self.path / WAVEFORMS, arrays)

    def waveforms(self) -> Waveforms:
        """Return what is kept of waveforms, as read_waveforms does."""
        return read_waveforms(self.path / WAVEFORMS)

    def write_picture_rows(self, rows: Mapping[str, Mapping[str, "NDArray[np.uint8]"]]) -> None:
        """Write what metrics show, as picture_rows.write_picture_rows does."""
        write_picture_rows(self.path / ROWS, rows)

    def picture_rows(self) -> PictureRowsByMetric:
        """Return what metrics show, as read_picture_rows does."""
        return read_picture_rows(self.path / ROWS)

    def clear(self) -> None:
        """Take away what an earlier try left, but for what an interrupted one resumes from."""
        resumed = (self.path / RESUME).exists()
        kept = {RESUME, *((LOG, *(path.name for path in self.frames())) if resumed else ())}
        for path in self.path.glob("*"):
            if path.name not in kept and path.is_file():
                path.unlink()

    def write_resume(self, tensors: Mapping[str, "Tensor"], state: Mapping[str, Any]) -> None:
        """Write what an interrupted run goes on from."""
        write_tensors(self.path / RESUME, tensors, {"state": json.dumps(state)})

    def read_resume(self) -> tuple[dict[str, "Tensor"], dict[str, Any]] | None:
        """Return what write_resume wrote last, or None if there is nothing to be read."""
        from safetensors import SafetensorError

        path = self.path / RESUME
        if not path.exists():
            return None
        try:
            tensors, metadata = read_tensors(path)
            return tensors, json.loads(metadata["state"])
        except (OSError, SafetensorError, LookupError, ValueError, TypeError, RecursionError):
            return None

    def drop_resume(self, before: int | None = None) -> None:
        """Forget an interrupted run's state; only what was saved before a time of ended.now where one is given."""
        path = self.path / RESUME
        if before is None or (path.exists() and path.stat().st_mtime_ns <= before):
            path.unlink(missing_ok=True)


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
        """Return a spec's record if it was run to its end and left files that are still as they were, else None.

        Raises ResultsError if a folder is in the record's place, which no run can write over.
        """
        folder = self.run(spec.key)
        if (folder.path / RECORD).is_dir():
            raise ResultsError(f"{folder.path / RECORD} is a folder where a run's record belongs; move it away")
        try:
            record = folder.read_record() if (folder.path / RECORD).exists() else None
            return record if record and record.status is Status.DONE and not folder.damages(record) else None
        except ResultsError:
            return None  # unreadable, so not done: it will be run again

    def damage(self, spec: RunSpec) -> str:
        """Return in one line why a run that left a record does not count as done; nothing if it has not, or does."""
        folder = self.run(spec.key)
        if not (folder.path / RECORD).exists():
            return ""
        try:
            fault = next(iter(folder.damages(folder.read_record())), "")
        except ResultsError as error:
            fault = str(error)
        return fault.removesuffix(f"; {AGAIN}")

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
        try:
            names = sorted(folder.name for folder in os.scandir(self.root / "runs"))  # paths take a second to sort
        except OSError:
            return []
        runs = self.root / "runs"
        return [runs.joinpath(name, RECORD) for name in names if os.path.exists(f"{runs}/{name}/{RECORD}")]  # noqa: PTH110

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


def is_of_a_run(name: str) -> bool:
    """Tell whether a run leaves a file of that name beside its record."""
    return name in _LEFT or re.fullmatch(r"frame-\d{4}\.png", name) is not None

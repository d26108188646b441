"""Runs in one file, for a leaderboard elsewhere: packed, and checked while it is unpacked."""

import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ganbench.errors import BadOptionError, ResultsError
from ganbench.files import write_whole
from ganbench.storage.store import CURVES, INTERPOLATION, MODES, SAMPLES, RunFolder, read_record

SUFFIX = ".zip"
_FILES = ("record.json", CURVES, SAMPLES, INTERPOLATION, MODES)
_MEMBER = re.compile(r"runs/([0-9a-f]{12})/([a-z.-]+|frame-\d{4}\.png)")
_LARGEST = 256 * 2**20  # bytes of a file, unpacked
_ALL = 4 * 2**30  # bytes of a submission, unpacked
_PIECE = 2**20


def pack(runs: Iterable[Path], path: Path) -> int:
    """Write run folders into one file, records, curves and samples alone; return how many runs.

    Raises BadOptionError for a file that is no .zip and for no runs, ResultsError for a record that can't be read.
    """
    runs = list(runs)
    if path.suffix.lower() != SUFFIX:
        raise BadOptionError(f"can't pack runs as {path.name!r}; name a file that ends in {SUFFIX}")
    if not runs:
        raise BadOptionError("there are no runs to pack; name some, by their keys or by the beginnings of keys")
    for run in runs:
        read_record(run / _FILES[0])
    try:
        write_whole(path, lambda beside: _write(runs, beside))
    except OSError as error:
        raise ResultsError(f"can't write {str(path)!r}: {error.strerror or error}; choose another with --to") from None
    return len(runs)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield a results folder with what a submission holds, until the end.

    Raises ResultsError, before anything is used, for what is no archive, for members of other names or too large,
    and for a record that is not that of its folder.
    """
    with tempfile.TemporaryDirectory(prefix="ganbench-") as folder:
        root = Path(folder)
        try:
            with zipfile.ZipFile(path) as archive:
                _extract(archive, root, path)
        except FileNotFoundError:
            raise ResultsError(f"no file {str(path)!r}") from None
        except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise ResultsError(f"can't read the submission {str(path)!r}: {error}") from None
        for record in sorted((root / "runs").glob("*/record.json")):
            key = read_record(record).key
            if key != record.parent.name:
                raise ResultsError(f"{str(path)!r} is refused: runs/{record.parent.name} holds the record of run {key}")
        yield root


def _write(runs: list[Path], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for run in runs:
            pictures = {path.name for path in RunFolder(run).frames()}
            for name in dict.fromkeys([*_FILES, *sorted(pictures)]):
                if (run / name).exists():
                    archive.write(run / name, f"runs/{run.name}/{name}")


def _extract(archive: zipfile.ZipFile, root: Path, path: Path) -> None:
    left = _ALL
    seen: set[str] = set()
    for member in archive.infolist():
        # the name says everything: no folder but a run's, no file but a run's
        match = _MEMBER.fullmatch(member.filename)
        if not match or not (match[2] in _FILES or match[2].startswith("frame-")):
            raise ResultsError(f"{str(path)!r} is refused: {member.filename!r} is no file of a run")
        if member.filename in seen:
            raise ResultsError(f"{str(path)!r} is refused: {member.filename!r} is there twice")
        seen.add(member.filename)

        # what is written is counted, since what the archive says of its sizes may be wrong
        out = root / "runs" / match[1] / match[2]
        out.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        with archive.open(member) as source, out.open("wb") as target:
            while piece := source.read(_PIECE):
                written += len(piece)
                left -= len(piece)
                if written > _LARGEST or left < 0:
                    raise ResultsError(f"{str(path)!r} is refused: {member.filename!r} is too large unpacked")
                target.write(piece)

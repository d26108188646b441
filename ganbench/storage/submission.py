"""Runs in one file, for a leaderboard elsewhere: packed, and checked while it is unpacked."""

import re
import tempfile
import textwrap
import zipfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ganbench.errors import BadOptionError, ResultsError
from ganbench.files import write_whole
from ganbench.reading import METHODS, check_file
from ganbench.storage.curves import LARGEST_CURVES
from ganbench.storage.histograms import LARGEST_HISTOGRAMS
from ganbench.storage.picture_rows import LARGEST_ROWS
from ganbench.storage.records import LARGEST_RECORD, RECORD
from ganbench.storage.store import (
    CURVES,
    INTERPOLATION,
    MODES,
    ROWS,
    SAMPLES,
    WAVEFORMS,
    WEIGHTS,
    RunFolder,
    Store,
    is_of_a_run,
)
from ganbench.storage.waveforms import LARGEST_WAVEFORMS

SUFFIX = ".zip"
LEFT_OUT = (WEIGHTS,)  # of what a run leaves: too large to be sent around
_FILES = (RECORD, CURVES, SAMPLES, INTERPOLATION, MODES, WAVEFORMS, ROWS)
_MEMBER = re.compile(r"runs/([0-9a-f]{12})/([a-z.-]+|frame-\d{4}\.png)")
_LARGEST = {  # bytes of a file, unpacked
    RECORD: LARGEST_RECORD,
    MODES: LARGEST_HISTOGRAMS,
    CURVES: LARGEST_CURVES,
    WAVEFORMS: LARGEST_WAVEFORMS,
    ROWS: LARGEST_ROWS,
}
_PIECE = 2**20


@dataclass(frozen=True)
class Bounds:
    """How large a submission may be: files, bytes of a picture, and of all together, packed or unpacked."""

    members: int = 500_000
    picture: int = 64 * 2**20
    everything: int = 4 * 2**30


_BOUNDS = Bounds()


def pack(runs: Iterable[Path], path: Path) -> int:
    """Write run folders into one file, records, curves and samples alone; return how many runs.

    Raises BadOptionError for a file that is no .zip and for no runs, ResultsError for a run that is damaged.
    """
    runs = list(runs)
    if path.suffix.lower() != SUFFIX:
        raise BadOptionError(f"can't pack runs as {path.name!r}; name a file that ends in {SUFFIX}")
    if not runs:
        raise BadOptionError("there are no runs to pack; name some, by their keys or by the beginnings of keys")
    for run in runs:
        _check_run(RunFolder(run), without=())
    try:
        write_whole(path, lambda beside: _write(runs, beside))
    except OSError as error:
        raise ResultsError(f"can't write {str(path)!r}: {error.strerror or error}; choose another with --to") from None
    return len(runs)


@contextmanager
def unpacked(path: Path, bounds: Bounds = _BOUNDS) -> Iterator[Path]:
    """Yield a results folder with what a submission holds, until the end.

    Raises ResultsError, before anything is used, as extracted does, and for a run that is damaged.
    """
    with extracted(path, bounds) as root:
        try:
            for record in Store(root).record_paths():
                _check_run(RunFolder(record.parent), LEFT_OUT)
        except ResultsError as error:
            raise ResultsError(f"{str(path)!r} is refused: {str(error).replace(str(root), str(path))}") from None
        yield root


@contextmanager
def extracted(path: Path, bounds: Bounds = _BOUNDS) -> Iterator[Path]:
    """Yield a folder with what a submission holds, nothing of which was read yet, until the end.

    Raises ResultsError for what is no archive, and for members of other names, packed otherwise, or too large.
    """
    with tempfile.TemporaryDirectory(prefix="ganbench-") as folder:
        root = Path(folder)
        try:
            check_file(path, bounds.everything)
            with zipfile.ZipFile(path) as archive:
                _extract(archive, root, path, bounds)
        except FileNotFoundError:
            raise ResultsError(f"no file {str(path)!r}") from None
        except ResultsError:
            raise
        except OSError as error:
            raise ResultsError(f"can't read the submission {str(path)!r}: {error.strerror or error}") from None
        except Exception as error:  # what zipfile and its codecs raise for damage is in no list
            raise ResultsError(f"can't read the submission {str(path)!r}: {_one_line(error)}") from None
        yield root


def _check_run(run: RunFolder, without: Collection[str]) -> None:
    for damage in run.damages(run.read_record(), without):
        raise ResultsError(damage)


def _one_line(error: Exception) -> str:
    return textwrap.shorten(str(error) or type(error).__name__, 160, placeholder=" …")


def _write(runs: list[Path], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for run in runs:
            pictures = {path.name for path in RunFolder(run).frames()}
            for name in dict.fromkeys([*_FILES, *sorted(pictures)]):
                if (run / name).exists():
                    archive.write(run / name, f"runs/{run.name}/{name}")


def _extract(archive: zipfile.ZipFile, root: Path, path: Path, bounds: Bounds) -> None:
    left = bounds.everything
    if len(archive.infolist()) > bounds.members:
        raise ResultsError(f"{str(path)!r} is refused: it has more than {bounds.members:,} files")
    seen: set[str] = set()
    for member in archive.infolist():
        # the name says everything: no folder but a run's, no file but a run's
        name = _checked_name(member, path)
        if member.filename in seen:
            raise ResultsError(f"{str(path)!r} is refused: {member.filename!r} is there twice")
        seen.add(member.filename)

        # what is written is counted, since what the archive says of its sizes may be wrong
        out = root / member.filename
        out.parent.mkdir(parents=True, exist_ok=True)
        room = min(left, _LARGEST.get(name, bounds.picture))
        with archive.open(member) as source, out.open("wb") as target:
            while piece := source.read(_PIECE):
                room -= len(piece)
                left -= len(piece)
                if room < 0:
                    raise ResultsError(f"{str(path)!r} is refused: {member.filename!r} is too large unpacked")
                target.write(piece)


def _checked_name(member: zipfile.ZipInfo, path: Path) -> str:
    """Return the name of a member's file; raises ResultsError for one that no run leaves."""
    match = _MEMBER.fullmatch(member.filename)
    if not match or not (match[2] == RECORD or (is_of_a_run(match[2]) and match[2] not in LEFT_OUT)):
        raise ResultsError(f"{str(path)!r} is refused: {member.filename!r:.100} is no file of a run")
    if member.compress_type not in METHODS:
        raise ResultsError(f"{str(path)!r} is refused: {member.filename!r} is packed by a method other than deflate")
    return match[2]

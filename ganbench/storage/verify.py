"""All runs of a place checked, file by file, against the digests in their records."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ganbench.errors import BadOptionError, ResultsError
from ganbench.storage.records import UNSEALED
from ganbench.storage.store import RunFolder, Store
from ganbench.storage.submission import LEFT_OUT, SUFFIX, extracted


@dataclass(frozen=True)
class Verified:
    """runs: how many there are. damaged: a line for each file that is not as it was. old: runs without digests."""

    runs: int
    damaged: tuple[str, ...]
    old: int = 0

    @property
    def summary(self) -> str:
        """One line: `12 runs, all files as they were`."""
        runs = f"{self.runs:,} run{'s' if self.runs != 1 else ''}"
        files = f"{len(self.damaged):,} damaged or missing" if self.damaged else "all files as they were"
        old = f"; {self.old:,} of an older ganbench, without digests to check files by" if self.old else ""
        return f"{runs}, {files}{old}"


def verified(place: Path) -> Verified:
    """Check a folder of results or a submission.

    Raises BadOptionError where there are no runs, ResultsError for a submission that can't be unpacked.
    """
    if place.suffix.lower() != SUFFIX:
        return _verified(place, place)
    with extracted(place) as root:
        return _verified(root, place, LEFT_OUT)


def _verified(root: Path, place: Path, without: Collection[str] = ()) -> Verified:
    paths = Store(root).record_paths()
    if not paths:
        raise BadOptionError(f"no runs in {str(place)!r}; make some with ganbench run, or name another folder")
    damaged: list[str] = []
    old = 0
    for path in paths:
        folder = RunFolder(path.parent)
        try:
            record = folder.read_record()
        except ResultsError as error:
            damaged.append(str(error))
        else:
            damaged += folder.damages(record, without)
            old += record.schema == UNSEALED
    return Verified(len(paths), tuple(line.replace(str(root), str(place)) for line in damaged), old)

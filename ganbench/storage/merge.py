"""Records from any number of results folders and submissions, each run once, conflicts named."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ganbench.errors import BadOptionError, ResultsError
from ganbench.schema.record import RunRecord
from ganbench.storage.gc_pause import gc_frozen, gc_paused
from ganbench.storage.records import read_record
from ganbench.storage.store import Store
from ganbench.storage.submission import SUFFIX, unpacked


@dataclass(frozen=True)
class Merged:
    """Runs from everywhere. folders: of each record, in the same order; damaged: a line for what can't be read."""

    records: tuple[RunRecord, ...]
    folders: tuple[Path, ...]
    damaged: tuple[str, ...]

    def of_suite(self, wanted: str | None) -> "Merged":
        """Return the runs of one suite, `name` or `name@version`; all without one.

        Raises BadOptionError, naming the suites that there are, if there are no runs of it.
        """
        if wanted is None:
            return self
        both = [
            (record, folder)
            for record, folder in zip(self.records, self.folders, strict=True)
            if wanted in (record.spec.suite, record.spec.suite.partition("@")[0])
        ]
        if not both:
            there = ", ".join(sorted({record.spec.suite for record in self.records})) or "none"
            folder = f"; folders are read by --results {wanted}" if Path(wanted).exists() else ""
            raise BadOptionError(f"no runs of the suite {wanted!r}; there are runs of {there}{folder}")
        records, folders = zip(*both, strict=True)
        return Merged(records, folders, self.damaged)


@contextmanager
def merged(places: Iterable[Path]) -> Iterator[Merged]:
    """Yield the runs of results folders and of submissions (.zip), whose files are there until the end.

    A run found twice with the same scores counts once, in the first place. Raises ResultsError for one found with
    different scores, naming both, and for a submission that is not to be trusted; BadOptionError where there are
    no runs at all.
    """
    with ExitStack() as stack:
        found: _Found = {}
        damaged: list[str] = []
        with gc_paused():
            for place in places:
                root = stack.enter_context(unpacked(place)) if place.suffix.lower() == SUFFIX else place
                _collect(Store(root), place, found, damaged)
            stack.enter_context(gc_frozen())
            records, folders, _ = zip(*found.values(), strict=True) if found else ((), (), ())
        yield Merged(records, folders, tuple(damaged))


_Found = dict[tuple[str, str, str], tuple[RunRecord, Path, Path]]  # a record, its folder, and where it is from


def _collect(store: Store, place: Path, found: _Found, damaged: list[str]) -> None:
    paths = store.record_paths()
    if not paths:
        raise BadOptionError(f"no runs in {str(place)!r}; make some with ganbench run, or name another folder")
    for path in paths:
        try:
            record = read_record(path)
        except ResultsError as error:
            damaged.append(str(error))
        else:
            _add(found, record, path.parent, place)


def _add(found: _Found, record: RunRecord, folder: Path, place: Path) -> None:
    # on another device or by another version the same spec is another run; by another number of threads it is the same
    # one up to rounding, and the first that is found counts
    other = found.setdefault(record.identity, (record, folder, place))
    if other[0] is record or other[0].environment.get("threads") != record.environment.get("threads"):
        return
    if (other[0].status, other[0].checkpoints_scores) != (record.status, record.checkpoints_scores):
        where = " and ".join(repr(str(each / "runs" / record.key)) for each in (other[2], place))
        raise ResultsError(f"run {record.key} has different numbers in {where}; keep one")

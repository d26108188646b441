"""Records from any number of results folders and submissions, each run once, conflicts named."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ganbench.errors import BadOptionError, ResultsError
from ganbench.record import RunRecord
from ganbench.store import Store, read_record
from ganbench.submission import SUFFIX, unpacked


@dataclass(frozen=True)
class Gathered:
    """Runs from everywhere. folders: of each record, in the same order; damaged: a line for what can't be read."""

    records: tuple[RunRecord, ...]
    folders: tuple[Path, ...]
    damaged: tuple[str, ...]

    def of_suite(self, wanted: str | None) -> "Gathered":
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
            raise BadOptionError(f"no runs of the suite {wanted!r}; there are runs of {there}")
        records, folders = zip(*both, strict=True)
        return Gathered(records, folders, self.damaged)


@contextmanager
def gathered(places: Iterable[Path]) -> Iterator[Gathered]:
    """Yield the runs of results folders and of submissions (.zip), whose files are there until the end.

    A run found twice with the same scores counts once, in the first place. Raises ResultsError for one found with
    different scores, naming both, and for a submission that is not to be trusted; BadOptionError where there are
    no runs at all.
    """
    with ExitStack() as stack:
        found: dict[tuple[str, str, str], tuple[RunRecord, Path]] = {}
        damaged: list[str] = []
        places = list(places)
        for place in places:
            root = stack.enter_context(unpacked(place)) if place.suffix.lower() == SUFFIX else place
            for path in Store(root).record_paths():
                try:
                    record = read_record(path)
                except ResultsError as error:
                    damaged.append(str(error))
                    continue
                _add(found, record, path.parent)
        if not found and not damaged:
            named = ", ".join(repr(str(place)) for place in places)
            raise BadOptionError(f"no runs in {named}; make some with ganbench run, or name another with --results")
        records, folders = zip(*found.values(), strict=True) if found else ((), ())
        yield Gathered(records, folders, tuple(damaged))


def _add(found: dict[tuple[str, str, str], tuple[RunRecord, Path]], record: RunRecord, folder: Path) -> None:
    # on another device or by another version the same spec is another run
    environment = record.environment
    made_by = f"{environment.get('plugins', '')} {environment.get('torch', '')}"
    identity = (record.key, str(environment.get("device", "")), made_by)
    if identity not in found:
        found[identity] = (record, folder)
        return
    other, where = found[identity]
    if (other.status, other.checkpoints_scores) != (record.status, record.checkpoints_scores):
        raise ResultsError(f"run {record.key} has different numbers in {str(where)!r} and {str(folder)!r}; keep one")

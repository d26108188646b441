"""Which runs have ended since when, by the clock of the file system, which all machines that write to it go by."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from ganbench.errors import ResultsError
from ganbench.schema.record import RunRecord, Status
from ganbench.schema.spec import RunSpec
from ganbench.storage.records import RECORD
from ganbench.storage.store import Store


def now(store: Store) -> int:
    """Return the time in nanoseconds by the clock of the file system, which other machines' writes go by too."""
    with tempfile.NamedTemporaryFile(dir=store.root) as file:
        return Path(file.name).stat().st_mtime_ns


def ended(store: Store, spec: RunSpec, since: int) -> RunRecord | None:
    """Return a spec's record, whatever its status, if it was written after a time that now gave, else None.

    A done run whose files are damaged has not ended: it is to be run again.
    """
    folder = store.run(spec.key)
    try:
        record = folder.read_record() if (folder.path / RECORD).stat().st_mtime_ns > since else None
    except (OSError, ResultsError):
        return None
    damaged = record is not None and record.status is Status.DONE and folder.damages(record)
    return None if damaged else record


def missing(store: Store, keys: Iterable[str]) -> list[str]:
    """Return the keys whose records are not there."""
    return [key for key in keys if not (store.run(key).path / RECORD).exists()]

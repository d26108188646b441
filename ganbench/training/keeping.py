"""A run's record into its folder; what no record can hold, such as a plugin's odd counts, fails that run alone."""

from ganbench.schema.record import RunRecord, Status
from ganbench.storage.records import fault_of
from ganbench.storage.store import RunFolder


def one_line(error: BaseException, named: bool = True) -> str:
    """Return what an error says in one line that any file takes: the beginning of its text, after its kind if named."""
    kind = type(error).__name__
    try:
        text = f"{kind}: {error}" if named else str(error)
    except Exception:  # a plugin's own exception may break while it is printed
        text = kind
    line = next(iter(text.splitlines()), "").removesuffix(": ")
    return line.encode("utf-8", "backslashreplace").decode()


def keep(folder: RunFolder, record: RunRecord, resumable: bool = False) -> RunRecord:
    """Write a record and return it, or in its place a failed one that says why it could not be read again."""
    if fault := fault_of(record):
        kept = {name: getattr(record, name) for name in ("spec", "started", "environment", "family")}
        record = RunRecord(status=Status.FAILED, reason=f"its record can't be kept: {fault}", **kept)
    folder.write_record(record, resumable)
    return record

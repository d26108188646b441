"""What goes on in a results folder, as tables for a terminal, and the list of its runs."""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ganbench.report.numbers import number
from ganbench.schema.record import RunRecord, Status, sort_key
from ganbench.storage.progress import Progress


def status_tables(progress: Progress) -> Iterator[RenderableType]:
    """Yield what runs where and how far, when it will end, and what failed and why."""
    counts = Counter(record.status for record in progress.records)
    ended = ", ".join(f"{counts[status]:,} {status}" for status in Status)
    yield Text(f"{len(progress.runs):,} under way, {ended}")
    for command in progress.commands:
        when = f"about {duration(command.left)} left" if command.left is not None else "no run has ended yet"
        when = _no_sign(command.silent) if command.silent else when
        where = f"command on {command.host}, process {command.pid}, for {duration(command.seconds)}"
        yield Text(f"{where}: {command.ended:,} of {command.runs:,} runs, {when}")
    if progress.runs:
        yield _under_way(progress)
    failed = [record for record in progress.records if record.status is not Status.DONE]
    if failed:
        yield runs_table(failed, "not done")
    yield from (Text(line, style="red") for line in progress.damaged)


def runs_table(records: Iterable[RunRecord], title: str = "runs") -> Table:
    """Return a row for each run that ended, in the order of boards."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("key", no_wrap=True)
    for heading in ("status", "suite", "dataset", "model", "loss"):
        table.add_column(heading, overflow="fold")
    for heading in ("seed", "seconds"):
        table.add_column(heading, justify="right")
    table.add_column("started", no_wrap=True)
    table.add_column("reason", overflow="fold")
    for record in sorted(records, key=sort_key):
        spec = record.spec
        names = (spec.suite, str(spec.dataset), str(spec.model), str(spec.loss or "–"))
        seconds = number(record.spent.seconds) if record.spent.seconds else "–"
        cells = (record.key, str(record.status), *names, str(spec.seed), seconds, record.started, record.reason)
        table.add_row(*map(Text, cells))
    return table


def duration(seconds: float) -> str:
    """Say a time to two places: `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`."""
    whole = round(seconds)
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    at = next((place for place, (_, size) in enumerate(units) if whole >= size), len(units) - 1)
    parts: list[str] = []
    for unit, size in units[at : at + 2]:
        count, whole = divmod(whole, size)
        if count or not parts:
            parts.append(f"{count} {unit}")
    return " ".join(parts)


def _no_sign(seconds: float) -> str:
    """Say for how long nothing was heard of what should tell of itself every ten seconds."""
    return f"no sign for {duration(seconds)}"


def _under_way(progress: Progress) -> Table:
    table = Table(title="under way", title_justify="left", box=None, pad_edge=False)
    table.add_column("key", no_wrap=True)
    table.add_column("run", overflow="fold")
    table.add_column("where", overflow="fold")
    for heading in ("done", "images/s", "since", "left"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("at")
    for run in progress.runs:
        left = "–" if run.left is None or run.silent else duration(run.left)
        doing = _no_sign(run.silent) if run.silent else run.doing
        where = f"{run.host}, {run.pid}, {run.device}"
        speed = f"{run.images_per_second:,.0f}" if run.images_per_second else "–"
        cells = (run.key, run.title, where, f"{run.fraction:.0%}", speed, duration(run.seconds), left, doing)
        table.add_row(*map(Text, cells))
    return table

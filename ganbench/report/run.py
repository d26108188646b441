"""One run in a terminal: what it was, what came of it, where its files are."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.table import Table
from rich.text import Text

from ganbench.report.numbers import number
from ganbench.schema.choice import settings_text
from ganbench.schema.record import RunRecord


def run_table(record: RunRecord, folder: Path) -> Table:
    """Return a run's record as two columns."""
    table = Table(title=f"run {record.key}", title_justify="left", show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in run_lines(record, folder):
        table.add_row(name, Text(value))
    return table


def counts(numbers: Mapping[str, int]) -> str:
    """Say how many of each: `generator 1,000, discriminator 5,000`."""
    return ", ".join(f"{name} {count:,}" for name, count in numbers.items())


def costs(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Yield what a run cost besides what it spent; nothing for what is not known."""
    yield from ((name.replace("_", " "), number(speed)) for name, speed in record.throughput.items())
    yield from ((name.replace("_", " "), number(cost)) for name, cost in record.sampling.items())
    if record.parameters:
        yield "parameters", counts(record.parameters)
    if record.peak_memory_bytes:
        yield "peak memory", f"{record.peak_memory_bytes / 2**20:,.0f} MiB"


def run_lines(record: RunRecord, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of a run, each with a name for it."""
    # what it was
    spec, spent = record.spec, record.spent
    yield "what", spec.title
    yield "suite", f"{spec.suite} {spec.mark}".strip()
    yield "budget", str(spec.budget)
    if spec.stopping:
        yield "stopping", str(spec.stopping)
    if spec.recipe:
        yield "recipe", settings_text(spec.recipe)

    # what came of it
    yield "status", f"{record.status}{': ' + record.reason if record.reason else ''}"
    if record.ended_by:
        yield "ended by", record.ended_by
    players = counts(spent.by_player)
    yield "spent", f"{spent.images:,} images, {spent.updates:,} updates ({players}), {spent.seconds:.1f} s"
    yield from costs(record)
    for checkpoint in record.checkpoints:
        for score in checkpoint.scores:
            value = number(score.value) if score.value is not None else f"– ({score.reason})"
            yield f"{score.name} at {checkpoint.fraction:.0%}", value
    for name, measure in record.stability.items():
        yield name, "–" if measure is None else number(measure)

    # where it was run, and what is left of it
    yield from ((name, _fact(value)) for name, value in record.environment.items() if value)
    yield "started", record.started
    yield "files", ", ".join(str(path) for path in sorted(folder.iterdir()))


def _fact(value: object) -> str:
    """Return a fact of the environment; of several by name, such as versions of plugins, each with its name."""
    return ", ".join(f"{name} {each}" for name, each in value.items()) if isinstance(value, dict) else str(value)

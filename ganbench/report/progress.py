"""Progress while runs go on: live bars in a terminal, plain lines where there is none."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column

from ganbench.report.console import make_console
from ganbench.report.numbers import number
from ganbench.schema.events import Damaged, Event, Finished, Kept, Notify, Progressed, Started, Waiting
from ganbench.schema.record import RunRecord, Status
from ganbench.schema.spec import RunSpec

_PLAIN_SECONDS = 10.0  # between two plain lines of one run
_MARKS = {Status.DONE: "done", Status.FAILED: "FAILED", Status.SKIPPED: "skipped"}
_COLOURS = {Status.DONE: "green", Status.FAILED: "red", Status.SKIPPED: "yellow"}


@contextmanager
def display(specs: list[RunSpec], console: Console | None = None) -> Iterator[Notify]:
    """Show progress over these specs, on standard error unless told otherwise; yields what runs notify."""
    console = console or make_console(stderr=True)
    if not console.is_terminal:
        yield Plain(console, len(specs))
        return
    columns = (
        TextColumn("{task.description}", table_column=Column(no_wrap=True)),
        BarColumn(bar_width=12),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[note]}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")),
    )
    with Progress(*columns, console=console, expand=True) as progress:
        yield Bars(progress, len(specs))


class Bars:
    """One bar over all runs, one for each run under way."""

    def __init__(self, progress: Progress, runs: int) -> None:
        self.progress, self.runs, self.finished = progress, runs, 0
        self.overall = progress.add_task("[bold]all runs", total=runs, note=f"0 of {runs}")
        self.bars: dict[str, TaskID] = {}
        self.fractions: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        """Take in what a run tells."""
        match event:
            case Kept(runs):
                self.finished = runs
                self.progress.update(self.overall, completed=runs, note=f"{runs} of {self.runs} done already")
            case Damaged(_, reason):
                self.progress.console.print(f"[yellow]{escape(_again(reason))}[/]", highlight=False)
            case Waiting(runs):
                self.progress.console.print(escape(_elsewhere(runs)), highlight=False)
            case Started(key, title):
                self.bars[key] = self.progress.add_task(escape(f"{key} {title}"), total=1.0, note="")
            case Progressed(key, fraction):
                self.progress.update(self.bars[key], completed=fraction, note=note(event))
                self.fractions[key] = fraction
                self.progress.update(self.overall, completed=self.finished + sum(self.fractions.values()))
            case Finished(record):
                self.finished += 1
                self.fractions.pop(record.key, None)
                bar = self.bars.pop(record.key, None)
                if bar is not None:
                    self.progress.remove_task(bar)
                colour = _COLOURS[record.status]
                self.progress.console.print(f"[{colour}]{escape(summary(record))}[/]", highlight=False)
                self.progress.update(self.overall, completed=self.finished, note=f"{self.finished} of {self.runs}")


@dataclass
class Plain:
    """A line when a run begins, one when it ends, and one every ten seconds in between."""

    console: Console
    runs: int
    clock: Callable[[], float] = time.monotonic
    finished: int = 0
    _told: float = 0.0
    _under_way: dict[str, tuple[str, float]] = field(default_factory=dict)  # title and start, by key

    def __call__(self, event: Event) -> None:
        """Take in what a run tells."""
        match event:
            case Kept(runs):
                self.finished = runs
                self._say(runs, "done already")
            case Damaged(_, reason):
                self.console.print(_again(reason), markup=False, highlight=False, soft_wrap=True)
            case Waiting(runs):
                self.console.print(_elsewhere(runs), markup=False, highlight=False, soft_wrap=True)
            case Started(key, title):
                self._told = self.clock()
                self._under_way[key] = title, self._told
                self._say(self.finished + len(self._under_way), f"{title}: started as {key}")
            case Progressed(key, fraction) if self.clock() - self._told >= _PLAIN_SECONDS:
                self._told = self.clock()
                title, started = self._under_way[key]
                left = (self._told - started) * (1 - fraction) / fraction if fraction else 0.0
                name = f"{title}: " if len(self._under_way) > 1 else ""
                self._say(self.finished + 1, f"{name}{fraction:4.0%} {note(event)}, {left:,.0f} s left")
            case Finished(record):
                self.finished += 1
                self._under_way.pop(record.key, None)
                self._say(self.finished, summary(record))

    def _say(self, number: int, text: str) -> None:
        self.console.print(f"[{number}/{self.runs}] {text}", markup=False, highlight=False, soft_wrap=True)


def _elsewhere(runs: int) -> str:
    return f"waiting for {runs} runs that other commands are at; see ganbench status"


def _again(reason: str) -> str:
    return f"run again: {reason}"


def note(event: Progressed) -> str:
    """Return what a run is at: `1,203 images/s, generator 0.71, discriminator 1.35`."""
    if event.doing != "training":
        return event.doing
    losses = [f"{name.removesuffix('_loss').replace('_', ' ')} {value:.3g}" for name, value in event.losses.items()]
    return ", ".join([f"{event.images_per_second:,.0f} images/s", *losses])


def summary(record: RunRecord) -> str:
    """Return one line on a run that ended."""
    line = f"{record.spec.title}: {_MARKS[record.status]}"
    if record.status is not Status.DONE:
        return f"{line}: {record.reason}"
    return f"{line} in {record.spent.seconds:.1f} s{_scores(record)}"


def _scores(record: RunRecord) -> str:
    values: Mapping[str, float] = {
        score.name: score.value
        for checkpoint in record.checkpoints[-1:]
        for score in checkpoint.scores
        if score.value is not None
    }
    return "".join(f", {name.replace('_', ' ')} {number(value)}" for name, value in values.items())

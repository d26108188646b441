"""Progress in a notebook: one table that is drawn anew while runs go on, with no widgets to be installed."""

import html
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ganbench.report.progress import display, note, summary
from ganbench.schema.events import Event, Finished, Kept, Notify, Progressed, Started
from ganbench.schema.record import Status
from ganbench.schema.spec import RunSpec

_SECONDS = 0.5  # between two drawings


@contextmanager
def progress(specs: list[RunSpec]) -> Iterator[Notify]:
    """Show progress where it can be seen: in the notebook that this is, or in a terminal as the command line does."""
    shell = notebook_shell()
    if shell is None:
        with display(specs) as notify:
            yield notify
        return
    shown: Any = import_module("IPython.display")
    handle = shown.display(shown.HTML(""), display_id=True)
    table = Table(lambda text: handle.update(shown.HTML(text)), len(specs))
    try:
        yield table
    finally:
        table.draw()


def notebook_shell() -> Any:
    """Return the shell of the notebook that this is; None where there is none."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if shell is not None and type(shell).__name__ == "ZMQInteractiveShell" else None


@dataclass
class Table:
    """A bar over all runs, one for each that is under way, and a line for each that failed. show: takes HTML."""

    show: Callable[[str], Any]
    runs: int
    clock: Callable[[], float] = time.monotonic
    finished: int = 0
    lines: list[str] = field(default_factory=list)
    _under_way: dict[str, tuple[str, float, str]] = field(default_factory=dict)  # title, fraction and note, by key
    _drawn: float = float("-inf")

    def __call__(self, event: Event) -> None:
        """Take in what a run tells."""
        match event:
            case Kept(runs):
                self.finished = runs
            case Started(key, title):
                self._under_way[key] = (title, 0.0, "")
            case Progressed(key, fraction):
                self._under_way[key] = (self._under_way[key][0], fraction, note(event))
            case Finished(record):
                self.finished += 1
                self._under_way.pop(record.key, None)
                self.lines += [] if record.status is Status.DONE else [summary(record)]
        if isinstance(event, Finished) or self.clock() - self._drawn >= _SECONDS:
            self.draw()

    def draw(self) -> None:
        """Draw it as it is now."""
        self._drawn = self.clock()
        spent = self.finished + sum(fraction for _, fraction, _ in self._under_way.values())
        rows = [_row("all runs", spent / max(1, self.runs), f"{self.finished} of {self.runs}")]
        rows += [_row(*each) for each in self._under_way.values()]
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in self.lines)
        self.show(f"<table>{''.join(rows)}</table>{lines}")


def _row(title: str, fraction: float, said: str) -> str:
    bar = f'<progress value="{fraction:.3f}" max="1"></progress>'
    return f"<tr><td>{html.escape(title)}</td><td>{bar}</td><td>{fraction:.0%}</td><td>{html.escape(said)}</td></tr>"

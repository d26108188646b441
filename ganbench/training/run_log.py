"""A run's own log, `run.log` in its folder: what happened when, on which machine, and every warning."""

import os
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ganbench.schema.events import Event, Finished, Progressed, Resumed, Scored, Started

_LINE_SECONDS = 10.0  # between two lines of progress


class RunLog:
    """Adds a line to a run's log for what it tells; a log that can't be written costs nothing but itself."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.path, self._clock, self._progressed = path, clock, clock()
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)

    def __call__(self, event: Event) -> None:
        """Take in what a run tells."""
        match event:
            case Started(_, title):
                self.line(f"started {title} on {socket.gethostname()}, process {os.getpid()}")
            case Resumed(_, updates):
                self.line(f"resumed after {updates:,} updates")
            case Progressed(_, fraction) if self._clock() - self._progressed >= _LINE_SECONDS:
                self._progressed = self._clock()
                losses = "".join(f", {name} {value:.6g}" for name, value in event.losses.items())
                speed = f"{event.updates:,} updates, {event.images_per_second:,.0f} images/s"
                self.line(f"{event.doing}: {fraction:.1%}, {speed}{losses}")
            case Scored(_, fraction, updates, scores):
                for score in scores:
                    value = f"– ({score.reason})" if score.value is None else f"{score.value:.6g}"
                    self.line(f"scored at {fraction:.0%}, {updates:,} updates: {score.metric} {score.name} {value}")
            case Finished(record):
                self.line(f"{record.status}{': ' + record.reason if record.reason else ''}")

    def line(self, text: str) -> None:
        """Add one line with the time, UTC."""
        when = datetime.now(UTC).isoformat(timespec="milliseconds")
        with suppress(OSError), self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{when} {text}\n")

    @contextmanager
    def warnings(self) -> Iterator[None]:
        """Add every warning of python's inside, and show it as ever."""
        show = warnings.showwarning

        def logged(message: Warning | str, category: type[Warning], *rest: Any, **named: Any) -> None:
            self.line(f"{category.__name__}: {message}")
            show(message, category, *rest, **named)

        warnings.showwarning = logged
        try:
            yield
        finally:
            warnings.showwarning = show

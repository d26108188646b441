"""Work that only pretends. It travels to an executor's processes, so nothing is imported here that they don't need."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass

from ganbench.schema.events import Notify, Progressed, Started
from ganbench.schema.record import RunRecord, Status
from ganbench.schema.spec import RunSpec

KILLED = 1  # the seed whose worker is killed


@dataclass
class PretendedWork:
    """Work that takes no time and can be pickled. asked_in: the process that asked, which is never killed."""

    asked_in: int
    kill: bool = False
    devices: tuple[str, ...] = ("cpu",)
    threads: int | None = 1
    timeout: float | None = None

    def placed(self, device: str, threads: int) -> PretendedWork:
        """Return the same work: it has no device."""
        return self

    def __call__(self, spec: RunSpec, notify: Notify) -> RunRecord | None:
        """Return a record that says in which process it was made; or end the process, where that is asked."""
        notify(Started(spec.key, spec.title))
        if self.kill and spec.seed == KILLED and os.getpid() != self.asked_in:
            os.kill(os.getpid(), signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        notify(Progressed(spec.key, 0.5, 1.0))
        return RunRecord(spec, Status.DONE, environment={"process": os.getpid()})

    def lost(self, spec: RunSpec, reason: str, notify: Notify) -> RunRecord | None:
        """Return a failed record with the reason."""
        return RunRecord(spec, Status.FAILED, reason)

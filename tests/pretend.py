"""Work that a test can follow. Processes unpickle it, so nothing is imported here that takes them long."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from ganbench.schema.events import Progressed, Started
from ganbench.schema.record import RunRecord, Status


@dataclass
class Pretend:
    """Work that a test can follow: seed 1 dies on the spot, as a run does that is out of memory."""

    folder: Path
    devices: tuple = ("cpu",)
    threads: int | None = None
    timeout: float | None = None

    def placed(self, device, threads):
        (self.folder / f"placed-{os.getpid()}").write_text(f"{device} {threads}")
        return self

    def __call__(self, spec, notify):
        notify(Started(spec.key, spec.title))
        (self.folder / str(spec.seed)).write_text(str(os.getpid()))
        if spec.seed == 4:
            signal.pause()
        if spec.seed == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        notify(Progressed(spec.key, 0.5, 1.0))
        return RunRecord(spec, Status.DONE)

    def lost(self, spec, reason, notify):
        return RunRecord(spec, Status.FAILED, reason)


@dataclass
class Watched(Pretend):
    """Seed 1 dies when the file `end` is there, and not before."""

    def __call__(self, spec, notify):
        while spec.seed == 1 and not (self.folder / "end").exists():
            pass
        return super().__call__(spec, notify)

"""Runs side by side, each in a process of its own: small models fill a machine, and a crash costs one run."""

import contextlib
import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Annotated

from ganbench import Notify, RunRecord, RunSpec, Setting, Work


@dataclass(frozen=True)
class _Child:
    """A process and the spec that it runs."""

    spec: RunSpec
    process: BaseProcess


class Processes:
    """Keeps so many workers busy; fulfils contracts.Executor.

    The cores are shared out among them, so the last bits of a result may differ from those of a run that had them
    all. A process that dies leaves a failed record, and the others go on.
    """

    def __init__(self, workers: Annotated[int, Setting("processes at a time", at_least=1)] = 2) -> None:
        self.workers = workers
        self.threads = max(1, (os.cpu_count() or 1) // workers)

    def run(self, work: Work, specs: Iterable[RunSpec], notify: Notify) -> Iterator[RunRecord]:
        """Yield records in the order in which their runs end."""
        waiting = deque(specs)
        children: dict[Connection, _Child] = {}
        try:
            while waiting or children:
                while waiting and len(children) < self.workers:
                    pipe, child = self._start(work, waiting.popleft())
                    children[pipe] = child
                ready = wait(list(children))
                for pipe in [pipe for pipe in children if pipe in ready]:
                    record = _read(pipe, children[pipe], work, notify)
                    if record is not None:
                        children.pop(pipe).process.join()
                        pipe.close()
                        yield record
        finally:
            for child in children.values():
                child.process.terminate()

    def _start(self, work: Work, spec: RunSpec) -> tuple[Connection, _Child]:
        context = multiprocessing.get_context("spawn")  # a fork would share the parent's threads and device
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(work, spec, theirs, self.threads), daemon=True)
        process.start()
        theirs.close()
        return ours, _Child(spec, process)


def _read(pipe: Connection, child: _Child, work: Work, notify: Notify) -> RunRecord | None:
    """Take in one message; return the record if it was the last one, or if there will be no more."""
    try:
        message = pipe.recv()
    except EOFError:
        child.process.join()
        code = child.process.exitcode or 0
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return work.lost(child.spec, f"its process died ({how})", notify)
    if isinstance(message, RunRecord):
        return message
    notify(message)
    return None


def _run(work: Work, spec: RunSpec, pipe: Connection, threads: int) -> None:
    import torch

    torch.set_num_threads(threads)
    with contextlib.suppress(KeyboardInterrupt):  # the parent says what there is to say
        pipe.send(work(spec, pipe.send))

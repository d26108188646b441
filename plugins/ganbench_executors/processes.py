"""Runs side by side in processes that last: small models fill a machine, and a crash costs one run."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Annotated

from ganbench import GanbenchError, Notify, RunRecord, RunSpec, Setting, Work
from ganbench_executors.machine import this_machine
from ganbench_executors.places import Place, Places, check_runs_per_device

_GRACE_SECONDS = 20.0  # a run has ten seconds to save itself


@dataclass(frozen=True)
class _Ended:
    """A run is over. fault: why no results can be written any more, if so. device_bytes: a GPU's memory in all."""

    record: RunRecord | None
    fault: str = ""
    device_bytes: int | None = None


@dataclass
class _Worker:
    """A process, and the spec that it is at, if any, since when by the monotonic clock."""

    pipe: Connection
    process: BaseProcess
    spec: RunSpec | None = None
    since: float = 0.0
    overdue: bool = False

    def hand(self, spec: RunSpec) -> None:
        """Give an idle worker something to do; one that died just now is noticed when it is listened to."""
        self.spec, self.since = spec, time.monotonic()
        with contextlib.suppress(OSError):
            self.pipe.send(spec)


class Processes:
    """Keeps so many workers busy; fulfils contracts.Executor.

    Each worker is started once, on its share of the cores and on one of the devices, which are dealt out in turn: where
    there are more workers than devices, they share them. With `runs_per_device=auto` a GPU has one run until that has
    ended; then as many as its memory holds of the largest run that has ended on it, at 1.25 times the peak that was
    measured and 1 GiB for each process. A larger model may still find no memory, and is then a failed run. Runs that
    share a GPU slow each other down: their throughput is no longer that of a run by itself.

    A worker that dies leaves a failed record and is replaced, and the others go on. Workers whose parent is gone save
    what they are at, and end.
    """

    def __init__(
        self,
        workers: Annotated[
            int | None, Setting("processes at a time; as many as make the runs end soonest if left out", at_least=1)
        ] = None,
        grace: Annotated[
            float, Setting("seconds from a request to stop to the end of a process by force", at_least=0)
        ] = _GRACE_SECONDS,
        runs_per_device: Annotated[
            int | str,
            Setting("runs at a time on each GPU; auto for as many as its memory holds; of no effect on a CPU"),
        ] = 1,
    ) -> None:
        check_runs_per_device(runs_per_device)
        self.workers, self.grace, self.runs_per_device = workers, grace, runs_per_device

    def run(self, work: Work, specs: Iterable[RunSpec], notify: Notify) -> Iterator[RunRecord]:
        """Yield records in the order in which their runs end."""
        waiting = deque(specs)
        machine = this_machine()
        places = Places.on(machine, work.devices, len(waiting), self.workers, self.runs_per_device)
        threads = work.threads or machine.threads_for(places.limit)
        workers: dict[Place, _Worker] = {}
        try:
            while True:
                _fill(places.now(), workers, waiting, work, threads, self.grace)
                busy = {worker.pipe: (place, worker) for place, worker in workers.items() if worker.spec}
                if not busy:
                    return
                for pipe in _ready([worker for _, worker in busy.values()], work.timeout, self.grace):
                    (device, _), worker = busy[pipe]
                    if (ended := _listen(worker, work, notify)) and ended.record:
                        places.measured(device, ended.record.peak_memory_bytes, ended.device_bytes)
                        yield ended.record
                workers = {place: worker for place, worker in workers.items() if not worker.pipe.closed}
        finally:
            _end(list(workers.values()), self.grace)


def _fill(
    places: list[Place], workers: dict[Place, _Worker], waiting: deque[RunSpec], work: Work, threads: int, grace: float
) -> None:
    """Give idle workers what is waiting, start missing ones, and end idle ones that have no place any more.

    A dead worker that had a run keeps its place until it was listened to: else its run would be lost without a word.
    """
    for place in [place for place, worker in workers.items() if place not in places and worker.spec is None]:
        _end([workers.pop(place)], grace)
    for place in places:
        worker = workers.get(place)
        if waiting and (worker is None or (worker.spec is None and not worker.process.is_alive())):
            workers[place] = _start(work, place[0], threads)
        if waiting and workers[place].spec is None:
            workers[place].hand(waiting.popleft())


def _start(work: Work, device: str, threads: int) -> _Worker:
    context = multiprocessing.get_context("spawn")  # a fork would share the parent's threads and device
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(work, theirs, device, threads))
    process.start()
    theirs.close()
    return _Worker(ours, process)


def _ready(busy: list[_Worker], timeout: float | None, grace: float) -> list[Connection]:
    """Wait for workers that have something to tell; end those that hang long after their time is over."""
    ready = wait([worker.pipe for worker in busy], None if timeout is None else 1.0)
    if timeout is not None:
        for worker in busy:
            if time.monotonic() - worker.since > timeout + grace and not worker.overdue:
                worker.overdue = True
                worker.process.kill()
    return [worker.pipe for worker in busy if worker.pipe in ready]


def _listen(worker: _Worker, work: Work, notify: Notify) -> _Ended | None:
    """Take in one message of a busy worker; return how its run ended, if it has. Raises GanbenchError for a fault."""
    assert worker.spec is not None
    try:
        message = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join()
        worker.pipe.close()
        how = f"took longer than {work.timeout:g} s and was ended" if worker.overdue else _how_it_died(worker.process)
        return _Ended(work.lost(worker.spec, how, notify))
    if not isinstance(message, _Ended):
        notify(message)
        return None
    if message.fault:
        raise GanbenchError(message.fault)
    worker.spec = None
    return message


def _how_it_died(process: BaseProcess) -> str:
    code = process.exitcode or 0
    return f"its process died ({f'signal {-code}' if code < 0 else f'exit code {code}'})"


def _end(workers: list[_Worker], grace: float) -> None:
    """End workers: idle ones at once, busy ones when they have saved their runs; by force who takes too long."""
    for worker in workers:
        worker.pipe.close()
        if worker.spec is not None:
            worker.process.terminate()
    deadline = time.monotonic() + grace
    try:
        for worker in workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
    finally:  # also where the user can't wait
        for worker in workers:
            worker.process.kill()
            worker.process.join()


def _serve(work: Work, pipe: Connection, device: str, threads: int) -> None:
    """Do what a parent hands over, one spec after another, until it closes the pipe or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent has it too, and ends its workers as it sees fit
    threading.Thread(target=_end_with_parent, daemon=True).start()
    placed, tell = work.placed(device, threads), partial(_tell, pipe)
    with contextlib.suppress(EOFError, ConnectionError, KeyboardInterrupt):
        while True:
            spec = pipe.recv()
            try:
                record = placed(spec, tell)
                ended = _Ended(record, device_bytes=_released(device))
            except GanbenchError as error:
                ended = _Ended(None, str(error))
            tell(ended)


def _released(device: str) -> int | None:
    """Give back what a GPU's allocator keeps, for others share it; return its bytes in all, None on a CPU."""
    if not device.startswith("cuda") or "torch" not in sys.modules:  # nothing was on it yet
        return None
    import torch

    torch.cuda.empty_cache()
    return int(torch.cuda.get_device_properties(device).total_memory)


def _tell(pipe: Connection, message: object) -> None:
    """Tell the parent, if it is still there: a run does not depend on being listened to."""
    with contextlib.suppress(OSError):
        pipe.send(message)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)

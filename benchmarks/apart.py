"""A way to do one thing in a process of its own: without the settings of memory that ours makes for a whole process."""

import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import ClassVar

import torch

from row import Work


class Apart:
    """A callable that is made and called in another process, with as many threads; waits for its end."""

    seconds: ClassVar[float] = 0.0  # of CPU, that all of them took in calls

    def __init__(self, make: Callable[[], Work]) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(make, theirs, torch.get_num_threads()), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe.recv()

    def __call__(self) -> None:
        """Call it once."""
        self._pipe.send(None)
        Apart.seconds += self._pipe.recv()


def _serve(make: Callable[[], Work], pipe: Connection, threads: int) -> None:
    torch.set_num_threads(threads)
    work = make()
    pipe.send(0.0)
    while True:
        try:
            pipe.recv()
        except EOFError:  # the other process has ended
            return
        started = time.process_time()
        work()
        pipe.send(time.process_time() - started)

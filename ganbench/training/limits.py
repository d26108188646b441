"""What a run may have of its machine: time, memory, threads."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ganbench.errors import BadOptionError


@dataclass(frozen=True)
class Limits:
    """Bounds of each run; None for no bound.

    seconds: of everything, training and scoring. memory_bytes: that its process may allocate while it runs, on Linux.
    threads: of torch and of the linear algebra of numpy and scipy.
    """

    seconds: float | None = None
    memory_bytes: int | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.seconds is not None and not 0 < self.seconds < float("inf"):
            raise BadOptionError(f"a run's timeout is above 0 seconds, not {self.seconds:g}")
        if self.threads is not None and self.threads < 1:
            raise BadOptionError(f"a run has 1 thread or more, not {self.threads}")
        if self.memory_bytes is not None and self.memory_bytes < 2**20:
            raise BadOptionError(f"a run's memory is 1 MiB or more, not {self.memory_bytes} bytes")
        if self.memory_bytes is not None and not sys.platform.startswith("linux"):
            raise BadOptionError("this system enforces no limit of a process's memory; leave --memory-limit out")


@contextmanager
def limited_memory(limit: int | None) -> Iterator[None]:
    """Let this process's data grow to no more than limit bytes inside; beyond, allocations fail as out of memory.

    The bound is Linux's RLIMIT_DATA, which counts private writable memory and no mapped files or device memory.
    """
    if limit is None:
        yield
        return
    import resource

    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit if most == resource.RLIM_INFINITY else min(limit, most), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))


@contextmanager
def limited_threads(threads: int | None) -> Iterator[None]:
    """Let torch, and the linear algebra of numpy and scipy, use so many threads inside."""
    if threads is None:
        yield
        return
    import threadpoolctl
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with threadpoolctl.threadpool_limits(threads):
            yield
    finally:
        torch.set_num_threads(before)

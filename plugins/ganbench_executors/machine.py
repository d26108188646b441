"""How many runs a machine takes side by side: its cores, its memory, its devices."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

_WORKER_BYTES = 3 * 2**29  # what a worker takes with its libraries, its data and a small model
_QUOTA, _AVAILABLE = Path("/sys/fs/cgroup/cpu.max"), Path("/proc/meminfo")


def usable_cores() -> int:
    """Return the cores that this process may use: of those it is bound to, what its container's quota allows."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        quota, period = _QUOTA.read_text(encoding="ascii").split()
        return max(1, min(cores, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):
        return cores


@dataclass(frozen=True)
class Machine:
    """Cores that may be used, and bytes of memory that are free to take."""

    cores: int
    available_bytes: int

    def workers_for(self, devices: tuple[str, ...], runs: int) -> int:
        """Return how many workers make so many runs end soonest.

        On a CPU a run in one thread each: a small network gains little from a second thread, and a large one no more
        than it costs the run beside it. As many as there are cores, then, unless memory allows fewer or there are
        fewer runs. On CUDA one each device.
        """
        if devices[0] != "cpu":
            return max(1, min(len(devices), runs))
        return max(1, min(self.cores, self.available_bytes // _WORKER_BYTES, runs))

    def threads_for(self, workers: int) -> int:
        """Return the threads of each of so many workers: OMP_NUM_THREADS if it is set, else a share of the cores."""
        wanted = os.environ.get("OMP_NUM_THREADS", "")
        if wanted.isdecimal() and int(wanted):
            return int(wanted)
        return max(1, self.cores // workers)


def this_machine() -> Machine:
    """Return what this process may use now."""
    return Machine(usable_cores(), _available())


def _available() -> int:
    """Return the bytes of memory that are free to take; more than any machine has where the system does not tell."""
    try:
        lines = (line.split() for line in _AVAILABLE.read_text(encoding="ascii").splitlines())
        return next(int(line[1]) * 1024 for line in lines if line[0] == "MemAvailable:")
    except (OSError, StopIteration):
        return 2**60

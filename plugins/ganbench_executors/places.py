"""Which device the next worker is for: several runs share one where that was asked for and its memory allows."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ganbench import BadOptionError
from ganbench_executors.machine import Machine

CONTEXT_BYTES = 2**30  # what a process takes of a GPU beside its tensors: its context, libraries and kernels
_SLACK = 1.25  # the allocator's fragments, and models that are a little larger than the one that was measured

Place = tuple[str, int]  # a device, and which of its workers


def runs_that_fit(peak_bytes: int, device_bytes: int) -> int:
    """Return how many runs of a measured peak fit in a device's memory, 1 or more."""
    return max(1, int(device_bytes // (_SLACK * peak_bytes + CONTEXT_BYTES)))


def check_runs_per_device(value: int | str) -> None:
    """Raise BadOptionError for what is neither a whole number of 1 or more nor `auto`."""
    if value != "auto" and (isinstance(value, str) or value < 1):
        raise BadOptionError(
            f"executor 'processes' takes a whole number of 1 or more, or auto, for runs_per_device, not {value!r}"
        )


@dataclass
class Places:
    """Places for workers on devices, dealt out in turn.

    each: runs at a time on one device; None where its first run is to be measured, and one at a time until then.
    limit: workers in all.
    """

    devices: tuple[str, ...]
    each: int | None
    limit: int
    _fitting: dict[str, int] = field(default_factory=dict)

    @classmethod
    def on(
        cls, machine: Machine, devices: tuple[str, ...], runs: int, workers: int | None, runs_per_device: int | str
    ) -> "Places":
        """Deal out so many runs; runs_per_device is 1 or more, or `auto`.

        On a CPU as many as make them end soonest, unless workers says how many. On GPUs one run each; with `workers`
        alone these are shared out; with `auto` there are no more in all than cores, which each run needs one of.
        """
        if devices[0] == "cpu":
            count = min(workers or machine.workers_for(devices, runs), max(1, runs))
            return cls(devices, count, count)
        if runs_per_device == "auto":
            limit = workers or max(len(devices), machine.cores)
            return cls(devices, None, min(limit, max(1, runs)))
        each = int(runs_per_device)
        if workers and each == 1:
            each = -(-workers // len(devices))
        return cls(devices, each, min(workers or each * len(devices), max(1, runs)))

    def measured(self, device: str, peak_bytes: int | None, device_bytes: int | None) -> None:
        """Note the peak memory of a run that ended on a device; the largest so far decides. None where not known."""
        if self.each is None and peak_bytes is not None and device_bytes is not None:
            fits = runs_that_fit(peak_bytes, device_bytes)
            self._fitting[device] = min(fits, self._fitting.get(device, fits))

    def now(self) -> list[Place]:
        """Return the places that may be filled now, every device's first before any second, up to the limit."""
        return list(self._in_turn())[: self.limit]

    def _in_turn(self) -> Iterator[Place]:
        room = {device: self.each or self._fitting.get(device, 1) for device in self.devices}
        for number in range(max(room.values())):
            yield from ((device, number) for device in self.devices if number < room[device])

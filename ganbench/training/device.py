"""The device of a run: which there is, how to wait for it, how to make it repeat itself."""

from collections.abc import Callable
from dataclasses import dataclass

from ganbench.errors import BadOptionError
from ganbench.training.allocator import keep_freed_memory

CPU = "cpu"
_KINDS = ("cuda", "mps", "xpu")  # that torch may see, each of them alone


@dataclass(frozen=True)
class Accelerators:
    """What torch sees besides the CPU. kind: one of cuda, mps and xpu; empty where there is none. count: how many."""

    kind: str = ""
    count: int = 0


def accelerators() -> Accelerators:
    """Return what is there."""
    import torch

    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    if found is None or found.type not in _KINDS:
        return Accelerators()
    return Accelerators(found.type, torch.accelerator.device_count())


def synchronizer(device: str) -> Callable[[], None]:
    """Return what waits for a device's work to be done."""
    if device == CPU:
        return lambda: None
    import torch

    return lambda: torch.accelerator.synchronize(device)


def make_repeatable(device: str) -> None:
    """Choose algorithms that give the same bits every time; on CUDA this must precede the first kernel.

    On a CPU memory is kept for the next update.
    """
    import os

    import torch

    if device == CPU:
        keep_freed_memory()
    else:
        torch.use_deterministic_algorithms(True, warn_only=True)
    if device.startswith("cuda"):
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.benchmark = False


def resolve_devices(wanted: str, there: Accelerators | None = None) -> tuple[str, ...]:
    """Turn auto, cuda or xpu into every such device that is there, and any other into itself; as resolve_device."""
    there = there or accelerators()
    first = resolve_device(wanted, there)
    if first == CPU or ":" in wanted:
        return (first,)
    return tuple(f"{there.kind}:{number}" for number in range(there.count))


def resolve_device(wanted: str, there: Accelerators | None = None) -> str:
    """Turn auto, cpu, or a kind, with a number or without, into a device that is there: `cpu`, `cuda:N`, `mps:0` ….

    there: what torch sees, unless given. Raises BadOptionError for a device that is not there, or is none.
    """
    if wanted == CPU:
        return CPU
    there = there or accelerators()
    if wanted == "auto":
        return f"{there.kind}:0" if there.count else CPU
    kind, _, number = wanted.partition(":")
    if kind not in _KINDS or not (number.isdecimal() or wanted == kind):
        raise BadOptionError(f"unknown device {wanted!r}; there is auto, cpu, cuda, cuda:N, mps, xpu, xpu:N")
    count = there.count if there.kind == kind else 0
    if int(number or 0) >= count:
        raise BadOptionError(f"no device {wanted!r}: torch sees {count} {kind.upper()} devices here; try --device cpu")
    return f"{kind}:{int(number or 0)}"


def shortfalls(device: str, has_double: Callable[[str], bool] | None = None) -> list[str]:
    """Return a line for each thing that a device lacks, and what is done instead; none for the CPU and for CUDA.

    has_double: tells whether a device has float64; asked of torch unless given.
    """
    if device == CPU or device.startswith("cuda"):
        return []
    lines = [f"on {device} two runs of one seed may differ: torch has no repeatable algorithms there for all it does"]
    if not (has_double or _has_double)(device):
        lines.append(f"{device} has no float64: scores are computed on the CPU")
    return lines


def _has_double(device: str) -> bool:
    import torch

    try:
        torch.empty(0, dtype=torch.float64, device=device)
    except (TypeError, RuntimeError):
        return False
    return True


def resolve_threads(threads: int | None) -> int | None:
    """Return how many threads the user asked for, by an option or by OMP_NUM_THREADS; None for neither.

    Raises BadOptionError for fewer than one, and for a variable that is no such number.
    """
    import os

    if threads is None and (given := os.environ.get("OMP_NUM_THREADS")):
        if not given.isdecimal():
            raise BadOptionError(f"OMP_NUM_THREADS is {given!r}; it should be a whole number, or not there")
        threads = int(given)
    if threads is not None and threads < 1:
        raise BadOptionError(f"threads must be 1 or more, not {threads}")
    return threads

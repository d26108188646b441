"""The device of a run: which there is, how to wait for it, how to make it repeat itself."""

from collections.abc import Callable

from ganbench.errors import BadOptionError


def synchronizer(device: str) -> Callable[[], None]:
    """Return what waits for a device's work to be done."""
    if not device.startswith("cuda"):
        return lambda: None
    import torch

    return lambda: torch.cuda.synchronize(device)


def make_repeatable(device: str) -> None:
    """Choose algorithms that give the same bits every time; on CUDA this must precede the first kernel."""
    import os

    import torch

    if device.startswith("cuda"):
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(True, warn_only=True)


def resolve_devices(wanted: str) -> tuple[str, ...]:
    """Turn auto or cuda into every CUDA device that is there, and cpu or cuda:N into itself; as resolve_device."""
    import torch

    first = resolve_device(wanted)
    if first == "cpu" or ":" in wanted:
        return (first,)
    return tuple(f"cuda:{number}" for number in range(torch.cuda.device_count()))


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


def resolve_device(wanted: str) -> str:
    """Turn auto, cpu, cuda or cuda:N into a device that is there: `cpu` or `cuda:N`.

    Raises BadOptionError for a device that is not there, or is none.
    """
    import torch

    if wanted == "cpu":
        return "cpu"
    if wanted == "auto":
        return "cuda:0" if torch.cuda.is_available() else "cpu"
    kind, _, number = wanted.partition(":")
    if kind != "cuda" or not (number.isdecimal() or wanted == "cuda"):
        raise BadOptionError(f"unknown device {wanted!r}; there is auto, cpu, cuda, cuda:N")
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if int(number or 0) >= there:
        raise BadOptionError(f"no device {wanted!r}: torch sees {there} CUDA devices here; try --device cpu")
    return f"cuda:{int(number or 0)}"

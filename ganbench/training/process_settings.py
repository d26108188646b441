"""Settings of the whole process that a plugin may change: put back after each run, so that they are no other run's."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def kept_settings() -> Iterator[None]:
    """Put back torch's default dtype and device, gradient mode and threads, and the working folder, at the end."""
    import torch

    dtype, device = torch.get_default_dtype(), torch.get_default_device()
    gradients, threads = torch.is_grad_enabled(), torch.get_num_threads()
    repeatable = torch.get_deterministic_debug_mode()
    folder = Path.cwd()
    try:
        yield
    finally:
        torch.set_default_dtype(dtype)
        if torch.get_default_device() != device:
            torch.set_default_device(None if device.type == "cpu" else device)
        torch.set_grad_enabled(gradients)
        if torch.get_deterministic_debug_mode() != repeatable:  # putting it back imports torch's compiler
            torch.use_deterministic_algorithms(repeatable > 0, warn_only=repeatable == 1)
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        with suppress(OSError):  # it may be gone by now
            os.chdir(folder)


def require_default_dtype() -> None:
    """Raise RuntimeError if torch's default dtype is not float32, in which every score is defined."""
    import torch

    if torch.get_default_dtype() != torch.float32:
        raise RuntimeError(f"torch's default dtype was changed to {torch.get_default_dtype()}; a plugin must leave it")

"""How networks are run: in which precision, and by which kernels."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import cache

import torch

from ganbench.contracts.models import Task
from ganbench.torchkit.kernel_choice import LEFT_TO_TORCH, fastest_kernels
from ganbench.torchkit.kernels import KernelChoice, Kernels


def autocast(task: Task) -> AbstractContextManager[object]:
    """Return the context for a task's networks: its precision and the fastest kernels; weights stay in fp32."""
    kind, reduced = torch.device(task.device).type, task.precision == "bf16"
    return _cast(task, kind, reduced) if reduced or torch.is_autocast_enabled(kind) else kernels(task)


@contextmanager
def _cast(task: Task, kind: str, reduced: bool) -> Iterator[None]:
    with torch.autocast(kind, dtype=torch.bfloat16, enabled=reduced), kernels(task):
        yield


def kernels(task: Task) -> AbstractContextManager[object]:
    """Return the context in which a task's networks run by the fastest kernels, in whatever precision there is."""
    choice = kernel_choice(task)
    return nullcontext() if choice == LEFT_TO_TORCH else Kernels(choice)


def kernel_choice(task: Task) -> KernelChoice:
    """Return which kernels a task's networks run by; those of convolutions concern images alone."""
    if torch.device(task.device).type != "cpu":
        return LEFT_TO_TORCH
    return fastest_kernels() if task.images else _of_others()


@cache
def _of_others() -> KernelChoice:
    return replace(fastest_kernels(), convolutions=False)

"""How networks are run: in which precision, and by which kernels."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch

from ganbench.contracts.models import Task
from ganbench.torchkit.kernel_choice import LEFT_TO_TORCH, fastest_kernels
from ganbench.torchkit.kernels import KernelChoice, Kernels


@contextmanager
def autocast(task: Task) -> Iterator[None]:
    """Run a task's networks at its precision inside, by the fastest kernels; weights and optimizers stay in fp32."""
    kind = torch.device(task.device).type
    with torch.autocast(kind, dtype=torch.bfloat16, enabled=task.precision == "bf16"), kernels(task):
        yield


def kernels(task: Task) -> AbstractContextManager[object]:
    """Return the context in which a task's networks run by the fastest kernels, in whatever precision there is."""
    choice = kernel_choice(task)
    return nullcontext() if choice == LEFT_TO_TORCH else Kernels(choice)


def kernel_choice(task: Task) -> KernelChoice:
    """Return which kernels a task's networks run by."""
    return fastest_kernels() if torch.device(task.device).type == "cpu" else LEFT_TO_TORCH

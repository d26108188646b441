"""The precision that networks are run in."""

import torch

from ganbench.contracts.models import Task


def autocast(task: Task) -> torch.autocast:
    """Return the context in which a task's networks run at its precision; weights and optimizers stay in fp32."""
    kind = torch.device(task.device).type
    return torch.autocast(kind, dtype=torch.bfloat16, enabled=task.precision == "bf16")

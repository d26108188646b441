"""How the networks whose weights come with ganbench are trained: AdamW, and a rate that rises once and falls."""

from collections.abc import Iterator

import click
import torch
from torch import Tensor, nn

_RATE, _DECAY, _TELL = 4e-3, 1e-2, 500  # updates from one line to the next


def descend(network: nn.Module, losses: Iterator[Tensor], steps: int) -> None:
    """Make so many updates of a network, each by the next of its losses, scalars that are computed when asked for."""
    optimizer = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps + 1)
    for step, loss in zip(range(steps), losses, strict=False):
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if step % _TELL == 0:
            click.echo(f"{step:,} of {steps:,} steps, cross-entropy {loss.item():.3f}", err=True)

"""Models that play real samples back: they keep them, and draw by number."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganbench import Batch, Resumable, Task


class Playback(Resumable):
    """Real samples, kept as bytes where they are images and so take a quarter of the room."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.kept = torch.empty(0, *task.shape)

    def keep(self, samples: Tensor) -> None:
        """Keep samples (n, *shape), in [-1, 1] where they are images."""
        self.kept = samples.add(1).mul(127.5).round().to(torch.uint8) if self.task.images else samples.clone()

    def play(self, chosen: Tensor) -> Tensor:
        """Return the samples at (n,) positions, float32."""
        taken = self.kept.to(chosen.device)[chosen]
        return taken.float().div_(127.5).sub_(1.0) if self.task.images else taken

    def state_dict(self) -> dict[str, Tensor]:
        """Return what is kept."""
        return {"samples": self.kept}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict gave."""
        self.kept = state["samples"]

    def checkpoint(self) -> dict[str, Tensor]:
        """Return what is kept: all that there was to learn."""
        return self.state_dict()

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave; fit then has nothing left to do."""
        self.load_state_dict({name: tensor.clone() for name, tensor in state.items()})


def one_pass(batches: Iterator[Batch], examples: int) -> Iterator[Batch]:
    """Pass batches on until examples samples have come, the last batch cut to fit."""
    left = examples
    for samples, labels in batches:
        yield Batch(samples[:left], labels[:left])
        left -= len(samples)
        if left <= 0:
            return

"""The ceiling: real data in the place of generated ones, so that a table shows what a perfect model scores."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganbench import Batch, UnfitError
from ganbench.torchkit.descent import no_condition
from ganbench_models.playback import Playback


class Real(Playback):
    """Plays back held-out samples that no score compares with and no model trains on, each once before any twice.

    They are the rest of the test split, half as many again as are compared or more. Each seed draws others, but two
    draws share two thirds of their samples where there are no more than that: the spread over seeds is then about
    six tenths of what fresh data would give.
    """

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Learn nothing from batches; keep the unseen samples."""
        if self.task.unseen is None:
            raise UnfitError("real plays back real data, and no dataset is at hand")
        if not len(self.kept) and next(batches, None) is not None:  # else restored
            self.keep(self.task.unseen())
            yield {"samples": torch.tensor(float(len(self.kept)))}

    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) held-out samples in random order; more than there are go round again."""
        no_condition(condition)
        order = torch.randperm(len(self.kept), generator=generator, device=generator.device)
        return self.play(order.repeat(-(-n // len(order)))[:n])

"""A model that learns by heart: it must win every distance and lose every test of memorisation."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganbench import Batch
from ganbench.torchkit.descent import no_condition
from ganbench_models.playback import Playback, one_pass


class Memoriser(Playback):
    """Keeps one pass over the training data, and draws from it with replacement."""

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Keep one pass, or what the budget has of it."""
        if len(self.kept):
            return  # restored
        seen = [batch.samples for batch in one_pass(batches, self.task.examples)]
        if seen:
            self.keep(torch.cat(seen))
            yield {"samples": torch.tensor(float(len(self.kept)))}

    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) training samples with replacement."""
        no_condition(condition)
        return self.play(torch.randint(len(self.kept), (n,), generator=generator, device=generator.device))

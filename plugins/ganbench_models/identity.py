"""The floor of translations: every source as it is."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganbench import Batch, Profile, Profiled, Task
from ganbench_models.translator import require_sources, sources_of


class Identity(Profiled):
    """Gives each source back; there is nothing to learn. Grey sources of coloured samples are repeated."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.sources = require_sources(task, "identity")

    def profile(self) -> Profile:
        """Return the sources that sample takes."""
        return Profile(condition=self.task.condition)

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Learn nothing; yield how far the samples of a batch are from its sources, in mean absolute value."""
        batch = next(batches, None)
        if batch is not None:
            yield {"distance": (batch.samples - batch.condition).abs().mean()}

    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Return the sources (n, *shape) float32; raises BadOptionError for none."""
        given = sources_of(n, condition)
        return given.expand(n, *self.task.shape).clone()

    def state_dict(self) -> dict[str, Tensor]:
        """Return the shape of sources: a file of weights holds something."""
        return {"sources": torch.tensor(self.sources.shape)}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict gave: nothing changes."""

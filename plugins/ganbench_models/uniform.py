"""The floor of likelihoods: every level as probable as every other, which costs eight bits a number."""

import math
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganbench import Batch, Likelihood, Profile, Profiled, Task, UnfitError
from ganbench.torchkit.descent import no_condition

_LEVELS = 256


class Uniform(Profiled, Likelihood):
    """Independent levels, all 256 in equal shares; there is nothing to learn."""

    def __init__(self, task: Task) -> None:
        if not task.images:
            raise UnfitError(f"uniform makes images of {_LEVELS} levels; this data has shape {task.shape}")
        self.task = task

    def profile(self) -> Profile:
        """Return the levels that log_prob is a probability of."""
        return Profile(levels=_LEVELS)

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Learn nothing; yield the bits that every dimension costs."""
        if next(batches, None) is not None:
            yield {"bits_per_dimension": torch.tensor(math.log2(_LEVELS))}

    def log_prob(self, samples: Tensor) -> Tensor:
        """Return the log-probability of any samples, (n,) nats."""
        return samples.new_full((len(samples),), -self.task.dimensions * math.log(_LEVELS))

    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32."""
        no_condition(condition)
        levels = torch.randint(_LEVELS, (n, *self.task.shape), generator=generator, device=generator.device)
        return levels / 127.5 - 1

    def state_dict(self) -> dict[str, Tensor]:
        """Return the number of levels: a file of weights holds something."""
        return {"levels": torch.tensor(_LEVELS)}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict gave: nothing changes."""

"""The floor of translations that look at no source: one picture, the median of the targets."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganbench import Batch, Profile, Profiled, Resumable, Task
from ganbench_models.playback import one_pass
from ganbench_models.translator import require_sources, sources_of

_LEVELS = 256


class MedianTarget(Profiled, Resumable):
    """Gives the same picture for every source: at each pixel the median of what one pass of training samples has.

    No other single picture has a smaller mean absolute error on those samples. Pixels are counted by their 256 levels,
    so that the pass may be of any length; of two medians it is the lower.
    """

    def __init__(self, task: Task) -> None:
        require_sources(task, "median-target")
        self.task = task
        self.count = 0
        self.levels = torch.zeros(task.dimensions, _LEVELS, dtype=torch.int32, device=task.device)

    def profile(self) -> Profile:
        """Return the sources that sample takes, and how many numbers are fitted."""
        return Profile(condition=self.task.condition, parameters={"model": self.task.dimensions})

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Take in one pass, batch by batch; yield how far a batch is from the median so far, in mean absolute value."""
        if self.count >= self.task.examples:
            return  # restored at its end
        for batch in one_pass(batches, self.task.examples - self.count):
            pixels = (batch.samples.flatten(1).float() + 1).mul(127.5).round().long().clamp_(0, _LEVELS - 1).T
            self.levels.scatter_add_(1, pixels, torch.ones_like(pixels, dtype=torch.int32))
            self.count += len(batch.samples)
            yield {"distance": (batch.samples - self.median.to(batch.samples)).abs().mean()}

    @property
    def median(self) -> Tensor:
        """The median of each pixel, shape, float32 in [-1, 1]; black before the first sample."""
        reached = self.levels.cumsum(dim=1) * 2 >= max(1, self.count)
        level = reached.long().argmax(dim=1)
        return (level.float() / 127.5 - 1).reshape(self.task.shape)

    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Return the median n times, (n, *shape) float32; raises BadOptionError for no sources."""
        given = sources_of(n, condition)
        return self.median.to(given.device).expand(n, *self.task.shape).clone()

    def state_dict(self) -> dict[str, Tensor]:
        """Return what fitting goes on from, and sampling needs."""
        return {"levels": self.levels, "count": torch.tensor(self.count)}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict gave."""
        self.levels, self.count = state["levels"], int(state["count"])

    def checkpoint(self) -> dict[str, Tensor]:
        """Return the counts so far."""
        return self.state_dict()

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave; fitting then goes on to the bit."""
        self.load_state_dict({name: tensor.clone().to(self.task.device) for name, tensor in state.items()})

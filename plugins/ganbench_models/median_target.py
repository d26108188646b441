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
        self.levels = torch.zeros(0, _LEVELS, dtype=torch.int32, device=task.device)  # of every pixel, once fit begins
        self.picture = torch.zeros(task.shape, dtype=torch.uint8, device=task.device)  # black before the first sample

    def profile(self) -> Profile:
        """Return the sources that sample takes, and how many numbers are fitted."""
        return Profile(condition=self.task.condition, parameters={"model": self.task.dimensions})

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Take in one pass, batch by batch; yield how far a batch is from the median so far, in mean absolute value."""
        if self.count >= self.task.examples:
            return  # restored at its end
        if not self.count:
            self.levels = self.levels.new_zeros(self.task.dimensions, _LEVELS)
        for batch in one_pass(batches, self.task.examples - self.count):
            pixels = (batch.samples.flatten(1).float() + 1).mul(127.5).round().long().clamp_(0, _LEVELS - 1).T
            self.levels.scatter_add_(1, pixels, torch.ones_like(pixels, dtype=torch.int32))
            self.count += len(batch.samples)
            reached = self.levels.cumsum(dim=1, dtype=torch.int32) * 2 >= self.count
            self.picture = reached.byte().argmax(dim=1).byte().reshape(self.task.shape)
            yield {"distance": (batch.samples - self._median(batch.samples)).abs().mean()}

    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Return the median n times, (n, *shape) float32; raises BadOptionError for no sources."""
        given = sources_of(n, condition)
        return self._median(given).expand(n, *self.task.shape).clone()

    def state_dict(self) -> dict[str, Tensor]:
        """Return the picture, uint8: all that sampling needs."""
        return {"picture": self.picture}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Take back what state_dict or checkpoint gave."""
        self.picture = state["picture"]

    def checkpoint(self) -> dict[str, Tensor]:
        """Return the picture, and the counts that fitting goes on from."""
        return self.state_dict() | {"levels": self.levels, "count": torch.tensor(self.count)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave; fitting then goes on to the bit."""
        placed = {name: tensor.clone().to(self.task.device) for name, tensor in state.items()}
        self.load_state_dict(placed)
        self.levels, self.count = placed["levels"], int(placed["count"])

    def _median(self, like: Tensor) -> Tensor:
        return self.picture.to(like.device).float() / 127.5 - 1

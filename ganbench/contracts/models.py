"""What a model must do: learn from batches, draw samples, give its state and take it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ganbench.contracts.datasets import Batch, SampleFormat
from ganbench.contracts.losses import AdversarialLoss

if TYPE_CHECKING:
    from torch import Generator, Tensor


@dataclass(frozen=True)
class Task(SampleFormat):
    """Everything that a model may know about its run, besides what samples look like.

    examples: size of the training split, so that one pass over the data knows where it ends.
    seed: for randomness outside torch; torch's own is seeded already. precision: "fp32" or "bf16".
    loss: the objective of an adversarial model. unseen: gives held-out samples that no score compares with, one and a
    half times as many as are compared or more; for a ceiling, never to be trained on.
    """

    examples: int
    seed: int
    precision: str = "fp32"
    loss: AdversarialLoss | None = None
    unseen: Callable[[], Tensor] | None = None


class Model(Protocol):
    """Something that learns a distribution and draws from it.

    What more it can do, it claims by inheriting from the classes of ganbench.contracts.capabilities: Profiled
    (facts, such as the batch that it wants), Resumable, StepCounter, Likelihood, LatentDecoder, Reconstructor.
    """

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Learn until batches ends; yield after each update, with scalars that stay on the device."""
        ...

    def sample(self, n: int, generator: Generator, labels: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32, with no randomness but generator's, in evaluation mode."""
        ...

    def state_dict(self) -> dict[str, Tensor]:
        """Return all that sampling needs, as a flat mapping of tensors."""
        ...

    def load_state_dict(self, state: Mapping[str, Tensor]) -> Any:
        """Take back what state_dict gave."""
        ...

"""What a model must do: learn from batches, draw samples, give its state and take it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from ganbench.contracts.datasets import Batch, SampleFormat
from ganbench.contracts.losses import AdversarialLoss
from ganbench.schema.condition import Condition, Labels

if TYPE_CHECKING:
    from torch import Generator, Tensor


def at_the_start() -> float:
    """Return 0.0: the progress of a model whose budget nobody counts."""
    return 0.0


@dataclass(frozen=True)
class Task(SampleFormat):
    """Everything that a model may know about its run, besides what samples look like.

    examples: size of the training split, so that one pass over the data knows where it ends.
    seed: for randomness outside torch; torch's own is seeded already. precision: "fp32" or "bf16".
    loss: the objective of an adversarial model. unseen: gives held-out samples that no score compares with, one and a
    half times as many as are compared or more; for a ceiling, never to be trained on.
    condition: what samples are asked for by; the classes where nothing else is said, and None where there are none.
    progress: tells the share of the budget that is spent, 0 to 1; 0 where nobody counts one.
    """

    examples: int
    seed: int
    precision: str = "fp32"
    loss: AdversarialLoss | None = None
    unseen: Callable[[], Tensor] | None = None
    condition: Condition | None = None
    progress: Callable[[], float] = at_the_start

    def __post_init__(self) -> None:
        if self.condition is None and self.classes:
            object.__setattr__(self, "condition", Labels(self.classes))


@runtime_checkable
class Model(Protocol):
    """Something that learns a distribution and draws from it.

    What more it can do, it claims by inheriting from the classes of ganbench.contracts.capabilities: Profiled
    (facts, such as the batch that it wants), Resumable, StepCounter, Likelihood, LatentDecoder, Reconstructor.
    """

    def fit(self, batches: Iterator[Batch]) -> Iterator[Mapping[str, Tensor]]:
        """Learn until batches ends; yield after each update, with scalars that stay on the device."""
        ...

    def sample(self, n: int, generator: Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32, with no randomness but generator's, in evaluation mode.

        condition: (n, …) of the kind that its profile says; handed to no other model.
        """
        ...

    def state_dict(self) -> dict[str, Tensor]:
        """Return all that sampling needs, as a flat mapping of tensors."""
        ...

    def load_state_dict(self, state: Mapping[str, Tensor]) -> Any:
        """Take back what state_dict gave."""
        ...

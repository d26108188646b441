"""What an adversarial objective must do, and what it may ask for beyond logits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ganbench.contracts.capabilities import Resumable
from ganbench.errors import UnfitError
from ganbench.schema.recipe import Recipe

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn

    from ganbench.contracts.datasets import SampleFormat


Critic = Callable[["Tensor"], "Tensor"]  # (n, *shape) samples to (n,) logits, labels bound already


class AdversarialLoss(Protocol):
    """An objective for a generator and a discriminator. Subclass it to inherit what you leave out.

    Logits are (n,) float32, one a sample. Each side sees both, so relativistic losses fit. What a loss needs beyond
    logits it asks for by inheriting from the classes below, and from Resumable where it keeps a state of its own.

    recipe: optimizer, learning rates, critic steps. A subclass states the ones of its paper as a class attribute;
        an instance has those that it was made with, which users change by name as parameters of the loss.
    log_odds: whether a logit is the log-odds of being real, so that its sigmoid means something.
    paired: whether the generator's objective looks at real logits; they cost a pass through the
        discriminator, so a loss that ignores them says False and is given an empty tensor.
    """

    recipe: Recipe = Recipe()
    log_odds: bool = True
    paired: bool = True

    def __init__(self, recipe: Recipe | None = None) -> None:
        if recipe is not None:
            self.recipe = recipe

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return what the generator minimises, a scalar; real carries no gradient."""
        ...

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return what the discriminator minimises, a scalar."""
        ...

    def penalty(self, critic: Critic, real: Tensor, fake: Tensor, generator: Generator) -> Tensor | None:
        """Return the mean squared residual of the critic's gradient, a scalar; None when there is none.

        The loop multiplies it by recipe.penalty_weight and steps once on the sum. real and fake are
        (n, *shape) and detached; generator is where randomness comes from.
        """
        return None

    def constrain(self, critic: nn.Module) -> None:
        """Change the critic's weights in place after each of its steps, as weight clipping does."""


class Scheduled(ABC):
    """A loss that changes over the budget, as annealing does."""

    @abstractmethod
    def advance(self, progress: float) -> None:
        """Take note of the share of the budget that is spent, 0 to 1; called before each critic step.

        A budget of seconds is read twice a second at most. Where nobody counts a budget it is 0.
        """


class Augmentation(ABC):
    """A loss that changes every sample before the discriminator is shown it, real and generated alike."""

    @abstractmethod
    def augment(self, samples: Tensor, generator: Generator) -> Tensor:
        """Return samples (n, *shape) float32 changed, in the same shape.

        Differentiable, for the generator learns through it; generator is where randomness comes from. Whatever else
        the loss is given, penalties included, is of the samples as they were shown.
        """


class FeatureObjective(ABC):
    """A loss whose generator compares the discriminator's hidden activations of real and generated samples."""

    @abstractmethod
    def match(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return what is added to the generator's loss, a scalar.

        real and fake are (n, d) float32: what the discriminator's last layer is given. real carries no gradient.
        """


@dataclass(frozen=True)
class Shown:
    """One step of the discriminator: what it was shown, and what it said.

    real, fake: (n, *shape) samples as they were shown, detached. real_logits, fake_logits: (n,) float32, with the
    gradient to the discriminator. critic: judges further samples, under the same conditions in the same order.
    generator: where randomness comes from.
    """

    real: Tensor
    fake: Tensor
    real_logits: Tensor
    fake_logits: Tensor
    critic: Critic
    generator: Generator


class DiscriminatorTerm(ABC):
    """A loss with a further term of the discriminator, made of samples, such as consistency."""

    @abstractmethod
    def discriminator_term(self, shown: Shown) -> Tensor:
        """Return what is added to the discriminator's loss, a scalar, its weight included."""


class FormatBound(ABC):
    """A loss that goes with some formats of samples alone."""

    @abstractmethod
    def check_format(self, samples: SampleFormat) -> None:
        """Raise UnfitError for samples that it can't work with; called before the model is built."""


# what a loss may ask of the model that it trains, and how that is said to people
REQUESTS: dict[type[Any], str] = {
    Scheduled: "is told how much of the budget is spent",
    Augmentation: "changes the samples that the discriminator is shown",
    FeatureObjective: "compares the discriminator's hidden activations",
    DiscriminatorTerm: "adds a term made of samples",
    Resumable: "keeps a state",
}


class LossHost(ABC):
    """A model that gives losses what they ask for; one that does not inherit this gives logits and penalties alone."""

    @abstractmethod
    def gives(self) -> Collection[type[Any]]:
        """Return those of REQUESTS that it meets."""


def check_requests(loss: AdversarialLoss, given: Collection[type[Any]]) -> None:
    """Raise UnfitError for the first request of a loss that is not among those met."""
    for request, what in REQUESTS.items():
        if isinstance(loss, request) and request not in given:
            raise UnfitError(f"{type(loss).__name__} {what}, and this model does not allow that; use another loss")

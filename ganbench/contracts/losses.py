"""What an adversarial objective must do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ganbench.schema.recipe import Recipe

if TYPE_CHECKING:
    from torch import Generator, Tensor, nn


Critic = Callable[["Tensor"], "Tensor"]  # (n, *shape) samples to (n,) logits, labels bound already


class AdversarialLoss(Protocol):
    """An objective for a generator and a discriminator. Subclass it to inherit what you leave out.

    Logits are (n,) float32, one a sample. Each side sees both, so relativistic losses fit.

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

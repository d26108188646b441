"""DRAGAN, Kodali et al. (2017): the discriminator's slopes are held at 1 around the data alone."""

from typing import Annotated

import torch
from torch import Generator, Tensor

from ganbench import AdversarialLoss, Critic, Recipe, Setting
from ganbench.torchkit.penalties import between, squared_slopes
from ganbench_losses.objectives import Objective, plain_objective


class DRAGAN(AdversarialLoss):
    """An objective plus λ E (‖∇D(x + δ)‖ - 1)², x real and δ random; algorithm 1, λ = 10.

    The paper writes δ as normal; this is the perturbation of its authors' code: each number is moved by half of the
    batch's standard deviation times a uniform share in [0, 1), and x + δ is uniform between the sample and that. The
    gradient is that of a logit. The paper leaves optimizer and rate to the architecture: the recipe is DCGAN's, with
    batches of 64. The norm is each sample's own, so the critic must not mix samples; the penalty is computed in single
    precision whatever the run's.
    """

    recipe = Recipe(batch=64, penalty_weight=10.0)
    paired = False

    def __init__(
        self,
        recipe: Recipe | None = None,
        objective: Annotated[Objective, Setting("that the penalty is added to")] = "non-saturating",
        spread: Annotated[
            float, Setting("largest perturbation, in standard deviations of the batch's numbers", at_least=0)
        ] = 0.5,
    ) -> None:
        super().__init__(recipe)
        self._objective = plain_objective(objective)
        self.log_odds = self._objective.log_odds
        self.spread = spread

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the objective's loss of the generator."""
        return self._objective.generator(real, fake)

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the objective's loss of the discriminator."""
        return self._objective.discriminator(real, fake)

    def penalty(self, critic: Critic, real: Tensor, fake: Tensor, generator: Generator) -> Tensor:
        """Return the mean of (‖∇D(x + δ)‖ - 1)² around real samples; generated ones are not looked at."""
        shares = torch.rand(real.shape, generator=generator, device=real.device)
        moved = real + self.spread * real.std(correction=0) * shares
        slopes = squared_slopes(critic, between(moved, real, generator))
        # the root's own slope is infinite at 0, where a dead critic would turn into nan
        return ((slopes + 1e-12).sqrt() - 1).square().mean()

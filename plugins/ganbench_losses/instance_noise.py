"""Instance noise of Sønderby et al. (2017) and Arjovsky and Bottou (2017): both sides are blurred."""

from typing import Annotated

import torch
from torch import Generator, Tensor

from ganbench import AdversarialLoss, Augmentation, Recipe, Scheduled, Setting
from ganbench_losses.objectives import Objective, plain_objective


class InstanceNoise(AdversarialLoss, Augmentation, Scheduled):
    """Normal noise on every sample that the discriminator is shown, less and less of it over the budget.

    The standard deviation falls linearly from `deviation` to 0 at `until` of the budget, and stays there. Neither paper
    settles the numbers for all data; samples of images span 2, from -1 to 1. The objective and its networks are any.
    """

    recipe = Recipe()  # DCGAN's; the papers add noise to objectives that have recipes of their own
    paired = False

    def __init__(
        self,
        recipe: Recipe | None = None,
        objective: Annotated[Objective, Setting("that the noise is added to")] = "non-saturating",
        deviation: Annotated[float, Setting("of the noise at the start", at_least=0)] = 0.1,
        until: Annotated[float, Setting("share of the budget after which there is none", above=0, at_most=1)] = 1.0,
    ) -> None:
        super().__init__(recipe)
        self._objective = plain_objective(objective)
        self.log_odds = self._objective.log_odds
        self._start, self._until, self.deviation = deviation, until, deviation

    def advance(self, progress: float) -> None:
        """Set the standard deviation for the share of the budget that is spent."""
        self.deviation = self._start * max(0.0, 1 - progress / self._until)

    def augment(self, samples: Tensor, generator: Generator) -> Tensor:
        """Return samples plus normal noise."""
        noise = torch.randn(samples.shape, generator=generator, device=samples.device)
        return samples + self.deviation * noise

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the objective's loss of the generator."""
        return self._objective.generator(real, fake)

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the objective's loss of the discriminator."""
        return self._objective.discriminator(real, fake)

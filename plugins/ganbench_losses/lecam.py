"""LeCam regularisation, Tseng et al. (2021): logits are held near moving averages of the other side's."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from ganbench import AdversarialLoss, DiscriminatorTerm, Recipe, Resumable, Setting, Shown
from ganbench_losses.objectives import Objective, plain_objective


class LeCam(AdversarialLoss, DiscriminatorTerm, Resumable):
    """An objective plus λ (E (D(x) - a_fake)² + E (D(G(z)) - a_real)²), equation 4; a are moving averages of logits.

    λ = 0.3 and decay = 0.99 are the published ones for CIFAR. The averages take in the batch that is judged, carry no
    gradient, and begin with the first batch's means. Both differences are squared whole, as the paper writes; the
    authors' code squares what is positive of D(x) - a_fake and of a_real - D(G(z)), and averages after a warm-up alone.
    """

    recipe = Recipe(batch=64)
    paired = False

    def __init__(
        self,
        recipe: Recipe | None = None,
        objective: Annotated[Objective, Setting("that the term is added to")] = "hinge",
        weight: Annotated[float, Setting("of the squared distances to the averages", at_least=0)] = 0.3,
        decay: Annotated[float, Setting("of the moving averages, for each critic step", at_least=0, below=1)] = 0.99,
    ) -> None:
        super().__init__(recipe)
        self._objective = plain_objective(objective)
        self.log_odds = self._objective.log_odds
        self.weight, self.decay = weight, decay
        self.averages: Tensor | None = None  # of real and of generated logits, (2,)

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the objective's loss of the generator."""
        return self._objective.generator(real, fake)

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the objective's loss of the discriminator."""
        return self._objective.discriminator(real, fake)

    def discriminator_term(self, shown: Shown) -> Tensor:
        """Take the batch's logits into the averages; return the weighted squared distances to them."""
        means = torch.stack([shown.real_logits.mean(), shown.fake_logits.mean()]).detach()
        self.averages = means if self.averages is None else torch.lerp(means, self.averages.to(means), self.decay)
        real, fake = self.averages
        distances: Tensor = (shown.real_logits - fake).square().mean() + (shown.fake_logits - real).square().mean()
        return self.weight * distances

    def checkpoint(self) -> dict[str, Tensor]:
        """Return the averages, empty before the first step."""
        return {"averages": torch.empty(0) if self.averages is None else self.averages}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave."""
        self.averages = state["averages"] if len(state["averages"]) else None

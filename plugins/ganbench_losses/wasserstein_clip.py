"""The Wasserstein objective of Arjovsky et al. (2017), its critic held Lipschitz by clipping weights."""

import torch
from torch import Tensor, nn

from ganbench import AdversarialLoss, Recipe


class WassersteinClip(AdversarialLoss):
    """The critic maximises E D(x) - E D(G(z)); after each of its steps every weight is clipped to ±0.01.

    Algorithm 1 of the paper. The authors' code takes 100 critic steps before each of the first 25 generator
    updates and before every 500th: `critic_bursts=true`.
    """

    recipe = Recipe(optimizer="rmsprop", learning_rate=5e-5, critic_steps=5, batch=64, clip=0.01)
    paired = False
    log_odds = False

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -D(G(z))."""
        return -fake.mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of D(G(z)) minus the mean of D(x): minus the estimated distance."""
        return fake.mean() - real.mean()

    @torch.no_grad()
    def constrain(self, critic: nn.Module) -> None:
        """Clip every weight to the recipe's bound."""
        if self.recipe.clip is not None:
            for weight in critic.parameters():
                weight.clamp_(-self.recipe.clip, self.recipe.clip)

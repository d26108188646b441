"""The Wasserstein objective of Gulrajani et al. (2017), its critic held Lipschitz by a gradient penalty."""

from torch import Generator, Tensor

from ganbench import AdversarialLoss, Critic, Recipe
from ganbench.torchkit.penalties import between, squared_slopes


class WassersteinGP(AdversarialLoss):
    """The critic maximises E D(x) - E D(G(z)) - 10 E (‖∇D(x̂)‖ - 1)², x̂ between a real and a generated sample.

    Algorithm 1 of the paper. The norm is each sample's own, so the critic must not mix samples.
    """

    recipe = Recipe(learning_rate=1e-4, beta1=0.0, beta2=0.9, critic_steps=5, batch=64, penalty_weight=10.0)
    paired = False
    log_odds = False

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -D(G(z))."""
        return -fake.mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of D(G(z)) minus the mean of D(x)."""
        return fake.mean() - real.mean()

    def penalty(self, critic: Critic, real: Tensor, fake: Tensor, generator: Generator) -> Tensor:
        """Return the mean of (‖∇D(x̂)‖ - 1)², with a share of its own for every pair."""
        slopes = squared_slopes(critic, between(real, fake, generator))
        # the root's own slope is infinite at 0, where a dead critic would turn into nan
        return ((slopes + 1e-12).sqrt() - 1).square().mean()

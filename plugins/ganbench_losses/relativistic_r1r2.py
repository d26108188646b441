"""The relativistic pairing objective with both zero-centred penalties, R3GAN's (Huang et al. 2024)."""

from torch import Generator, Tensor
from torch.nn.functional import softplus

from ganbench import AdversarialLoss, Critic, Recipe
from ganbench.torchkit.penalties import squared_slopes


class RelativisticR1R2(AdversarialLoss):
    """Each generated sample is judged against a real one: f(D(G(z)) - D(x)) with f(t) = -log(1 + e^-t).

    Plus γ/2 E ‖∇D(x)‖² and γ/2 E ‖∇D(G(z))‖², γ = 1 as the paper has it for stacked MNIST; penalty_weight is
    γ/2. Adam 2e-4; batch 128 where the paper has 512. A logit alone means nothing here, its difference to
    another does. The norms are each sample's own, so the critic must not mix samples.
    """

    recipe = Recipe(beta1=0.0, beta2=0.99, penalty_weight=0.5, average=0.999)
    log_odds = False

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of log(1 + exp(D(x) - D(G(z)))) over pairs."""
        return softplus(real - fake).mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of log(1 + exp(D(G(z)) - D(x))) over pairs."""
        return softplus(fake - real).mean()

    def penalty(self, critic: Critic, real: Tensor, fake: Tensor, generator: Generator) -> Tensor:
        """Return the mean of ‖∇D‖² over real samples plus that over generated ones."""
        return squared_slopes(critic, real).mean() + squared_slopes(critic, fake).mean()

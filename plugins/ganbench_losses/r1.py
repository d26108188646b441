"""The non-saturating objective with R1, the zero-centred penalty of Mescheder et al. (2018)."""

from torch import Generator, Tensor
from torch.nn.functional import softplus

from ganbench import AdversarialLoss, Critic, Recipe
from ganbench.torchkit.penalties import squared_slopes


class R1(AdversarialLoss):
    """The non-saturating objective plus γ/2 E ‖∇D(x)‖² on real samples, γ = 10.

    penalty_weight is γ/2. The recipe is the paper's but for Adam, with the betas of StyleGAN, which took R1 over,
    in place of RMSProp. The norm is each sample's own, so the critic must not mix samples.
    """

    recipe = Recipe(learning_rate=1e-4, beta1=0.0, beta2=0.99, batch=64, penalty_weight=5.0, average=0.999)
    paired = False

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -log D(G(z)), with D the sigmoid of a logit."""
        return softplus(-fake).mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -log D(x) plus the mean of -log(1 - D(G(z)))."""
        return softplus(-real).mean() + softplus(fake).mean()

    def penalty(self, critic: Critic, real: Tensor, fake: Tensor, generator: Generator) -> Tensor:
        """Return the mean of ‖∇D(x)‖² over real samples."""
        return squared_slopes(critic, real).mean()

"""The non-saturating objective with R1, the zero-centred penalty of Mescheder et al. (2018)."""

from torch import Generator, Tensor
from torch.nn.functional import softplus

from ganbench.choice import Value
from ganbench.contracts import AdversarialLoss, Critic
from ganbench.recipe import Recipe
from ganbench.torchkit.penalties import squared_slopes


class R1(AdversarialLoss):
    """The non-saturating objective plus γ/2 E ‖∇D(x)‖² on real samples, γ = 10.

    penalty_weight is γ/2. Learning rate 1e-4, batch 64 and a moving average of 0.999 as in the paper, with
    Adam (betas 0 and 0.99, as StyleGAN took R1 over) for its RMSProp. The norm is each sample's own, so the
    critic must not mix samples. Settings of the recipe are parameters of this loss.
    """

    paired = False

    def __init__(self, **recipe: Value) -> None:
        published = Recipe(learning_rate=1e-4, beta1=0.0, beta2=0.99, batch=64, penalty_weight=5.0, average=0.999)
        self.recipe = published.but(recipe)

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -log D(G(z)), with D the sigmoid of a logit."""
        return softplus(-fake).mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -log D(x) plus the mean of -log(1 - D(G(z)))."""
        return softplus(-real).mean() + softplus(fake).mean()

    def penalty(self, critic: Critic, real: Tensor, fake: Tensor, generator: Generator) -> Tensor:
        """Return the mean of ‖∇D(x)‖² over real samples."""
        return squared_slopes(critic, real).mean()

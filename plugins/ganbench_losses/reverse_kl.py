"""The logistic discriminator as an estimate of a ratio of densities, whose logarithm the generator minimises."""

from torch import Tensor
from torch.nn.functional import softplus

from ganbench import AdversarialLoss, Recipe


class ReverseKL(AdversarialLoss):
    """The discriminator of minimax; the generator minimises -D(G(z)), D a logit: an estimate of KL(generated ‖ real).

    At its best a logit is log p(x) / q(x), with p of the data and q of the generator, so that the mean of minus it over
    generated samples is their reverse Kullback-Leibler divergence: equation 6 of VEEGAN (Srivastava et al. 2017), where
    the signs of both sides are turned round, and section 3.2 of Sønderby et al. (2017).
    """

    recipe = Recipe()  # DCGAN's
    paired = False

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -D(G(z))."""
        return -fake.mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -log σ(D(x)) plus the mean of -log(1 - σ(D(G(z))))."""
        return softplus(-real).mean() + softplus(fake).mean()

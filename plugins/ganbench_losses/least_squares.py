"""The least-squares objective of Mao et al. (2017), LSGAN."""

from torch import Tensor

from ganbench import AdversarialLoss, Recipe


class LeastSquares(AdversarialLoss):
    """Real logits are drawn to 1, generated ones to 0, and the generator's to 1: equation 9, halves included.

    The logits are used as they are, without a sigmoid. The recipe is the paper's for its digits and scenes:
    Adam with beta1 0.5; its learning rate is 1e-3 for LSUN and 2e-4 for HWDB, of which this is the second.
    """

    recipe = Recipe(batch=64)
    paired = False
    log_odds = False

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return half the mean of (D(G(z)) - 1)²."""
        return 0.5 * (fake - 1).square().mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return half the mean of (D(x) - 1)² plus half the mean of D(G(z))²."""
        return 0.5 * (real - 1).square().mean() + 0.5 * fake.square().mean()

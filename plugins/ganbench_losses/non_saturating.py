"""The non-saturating objective that Goodfellow et al. (2014) train with, section 3."""

from torch import Tensor
from torch.nn.functional import softplus

from ganbench import AdversarialLoss, Recipe


class NonSaturating(AdversarialLoss):
    """The discriminator of minimax against a generator that maximises log D(G(z)), with D a sigmoid.

    At equilibrium the discriminator's loss is 2 ln 2, the sum of both halves, and the generator's ln 2.
    """

    recipe = Recipe()  # DCGAN's; the paper has no numbers
    paired = False

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -log D(G(z)); its gradient is largest where the generator loses."""
        return softplus(-fake).mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -log D(x) plus the mean of -log(1 - D(G(z)))."""
        return softplus(-real).mean() + softplus(fake).mean()

"""The minimax objective of Goodfellow et al. (2014), equation 1."""

from torch import Tensor
from torch.nn.functional import softplus

from ganbench import AdversarialLoss, Recipe


class Minimax(AdversarialLoss):
    """min over G, max over D of E log D(x) + E log(1 - D(G(z))), with D the sigmoid of a logit.

    At equilibrium the discriminator's loss is 2 ln 2, the sum of both halves, and the generator's -ln 2.
    """

    recipe = Recipe()  # DCGAN's; the paper has no numbers
    paired = False

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of log(1 - D(G(z))); its gradient vanishes where the discriminator is sure."""
        return -softplus(fake).mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -log D(x) plus the mean of -log(1 - D(G(z)))."""
        return softplus(-real).mean() + softplus(fake).mean()

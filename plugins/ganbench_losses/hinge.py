"""The hinge objective of Lim and Ye (2017) and Tran et al. (2017), as spectral normalisation uses it."""

from torch import Tensor

from ganbench import AdversarialLoss, Recipe


class Hinge(AdversarialLoss):
    """The discriminator minds logits within a margin of 1 alone; the generator minimises -D(G(z)).

    Equations 16 and 17 of Miyato et al. (2018), with their recipe for plain convolutional networks: Adam 2e-4,
    betas 0.5 and 0.999, one critic step.
    """

    recipe = Recipe(batch=64)
    paired = False
    log_odds = False

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -D(G(z))."""
        return -fake.mean()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of max(0, 1 - D(x)) plus the mean of max(0, 1 + D(G(z)))."""
        return (1 - real).relu().mean() + (1 + fake).relu().mean()

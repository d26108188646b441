"""Feature matching of Salimans et al. (2016): the generator meets statistics of what the discriminator looks at."""

from typing import Annotated

from torch import Tensor
from torch.nn.functional import softplus

from ganbench import AdversarialLoss, FeatureObjective, Recipe, Setting


class FeatureMatching(AdversarialLoss, FeatureObjective):
    """The generator minimises ‖E f(x) - E f(G(z))‖², f the discriminator's last hidden activations; section 3.1.

    The discriminator trains as a non-saturating GAN's does. The expectations are means over a batch. The paper leaves
    the layer open and trains its networks with Adam 3e-4 and beta1 0.5, its discriminator with weight normalisation
    and noise in every layer, which are the model's here. adversarial_weight of 0 is as published: the new objective
    stands in place of the generator's own.
    """

    recipe = Recipe(learning_rate=3e-4, batch=100)
    paired = False

    def __init__(
        self,
        recipe: Recipe | None = None,
        adversarial_weight: Annotated[
            float, Setting("of -log D(G(z)) beside the matching; 0 as published", at_least=0)
        ] = 0.0,
    ) -> None:
        super().__init__(recipe)
        self.adversarial_weight = adversarial_weight

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return adversarial_weight times the mean of -log D(G(z)), to which the matching is added."""
        return self.adversarial_weight * softplus(-fake).mean()

    def match(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the squared distance of both sides' mean activations, (n, d) each."""
        return (real.mean(dim=0) - fake.mean(dim=0)).square().sum()

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -log D(x) plus the mean of -log(1 - D(G(z)))."""
        return softplus(-real).mean() + softplus(fake).mean()

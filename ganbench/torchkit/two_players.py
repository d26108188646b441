"""The players of an adversarial pair as copies, for measures that train a better opponent of either."""

import copy
from typing import ClassVar

from torch import Tensor, nn

from ganbench.contracts.capabilities import Players, TwoPlayers
from ganbench.contracts.losses import AdversarialLoss
from ganbench.errors import UnfitError


class PairOfPlayers(TwoPlayers):
    """Copies a generator and a discriminator, in training mode and at full precision."""

    generator: nn.Module
    discriminator: nn.Module
    loss: AdversarialLoss
    latent: int
    conditional: bool
    plain: ClassVar[bool]

    def players(self) -> Players:
        """Return copies; raises UnfitError where logits are no log odds, and for a model of more than two networks."""
        if not self.loss.log_odds:
            raise UnfitError(f"the players of {type(self.loss).__name__} play for no log odds; minimax and r1 do")
        if not self.plain:
            raise UnfitError("the players of this model are not judged sample by sample; those of plain models are")
        generator, discriminator = (
            copy.deepcopy(network).requires_grad_(True).train() for network in (self.generator, self.discriminator)
        )

        def generate(codes: Tensor, condition: Tensor) -> Tensor:
            samples: Tensor = generator(codes, condition) if self.conditional else generator(codes)
            return samples.float()

        def judge(samples: Tensor, condition: Tensor) -> Tensor:
            logits: Tensor = discriminator(samples, condition) if self.conditional else discriminator(samples)
            return logits.float().reshape(len(samples))

        recipe = self.loss.recipe
        return Players(generator, discriminator, generate, judge, self.latent, recipe.batch, recipe.learning_rate)

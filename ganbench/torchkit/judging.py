"""How a discriminator is asked: samples as loss and model show them, and what it says of them beyond a logit."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ganbench.contracts.losses import AdversarialLoss, Augmentation, FeatureObjective
from ganbench.torchkit.hidden import hidden_features


class Judged(NamedTuple):
    """What a discriminator says of n samples.

    logits: (n,) float32. hidden: (n, d) float32, the activations that they are made of; None where nobody asks.
    """

    logits: Tensor
    hidden: Tensor | None = None


@dataclass(frozen=True)
class AuxiliaryInputs:
    """One step, as terms of a model's own are made of it.

    noise: (n, latent), what the generated samples were made of. condition: (n, …), of either side's samples in their
    order. fake, real: (n, d) float32, the discriminator's hidden activations; real is None in a step of the generator.
    """

    noise: Tensor
    condition: Tensor
    fake: Tensor
    real: Tensor | None = None


class AuxiliaryTerms(ABC):
    """Claimed by an adversarial model whose discriminator is asked more than real or generated, such as which class."""

    @abstractmethod
    def auxiliary_terms(self, inputs: AuxiliaryInputs) -> dict[str, Tensor]:
        """Return the scalars that either player minimises beside the loss, by name, their weights included.

        The step is the discriminator's where real activations are given; the generator's samples then carry no
        gradient. In the generator's step the discriminator's weights carry none.
        """


class Judging:
    """Asks a discriminator, as the loop of two players does.

    random: where the loss's augmentation draws from. apart: whether real and generated samples may be judged together.
    """

    loss: AdversarialLoss
    discriminator: nn.Module
    conditional: bool
    apart: bool
    _random: torch.Generator

    def pack(self, samples: Tensor) -> Tensor:
        """Return what the discriminator is shown of samples (n, *shape): themselves, unless a model joins them."""
        return samples

    def _show(self, samples: Tensor) -> Tensor:
        # what the discriminator sees: changed where the loss says so, then packed
        if isinstance(self.loss, Augmentation):
            samples = self.loss.augment(samples.float(), self._random)
        return self.pack(samples)

    def _judge(self, samples: Tensor, condition: Tensor) -> Tensor:
        logits = self.discriminator(samples, condition) if self.conditional else self.discriminator(samples)
        judged: Tensor = logits.float().reshape(len(samples))
        return judged

    def _look(self, samples: Tensor, condition: Tensor) -> Judged:
        """Return the logits, with the hidden activations where the loss or the model wants them."""
        wanted = isinstance(self.loss, FeatureObjective) or isinstance(self, AuxiliaryTerms)
        parts = hidden_features(self.discriminator) if wanted else None
        if parts is None:
            return Judged(self._judge(samples, condition))
        given = condition if self.conditional else None
        hidden = parts.hidden(samples, given)
        return Judged(parts.judge(hidden, given).float().reshape(len(samples)), hidden.float().flatten(1))

    def _look_at_both(self, real: Tensor, fake: Tensor, condition: Tensor) -> tuple[Judged, Judged]:
        """Return what is said of real and of generated samples, as a step of the discriminator needs it."""
        look = self._look if isinstance(self, AuxiliaryTerms) else self._logits_alone
        if not self.apart:
            return look(real, condition), look(fake, condition)
        # weights are read once, and each has one gradient, of twice as many samples
        logits, hidden = look(torch.cat([real, fake]), torch.cat([condition, condition]))
        n = len(real)
        if hidden is None:
            return Judged(logits[:n]), Judged(logits[n:])
        return Judged(logits[:n], hidden[:n]), Judged(logits[n:], hidden[n:])

    def _logits_alone(self, samples: Tensor, condition: Tensor) -> Judged:
        return Judged(self._judge(samples, condition))

    def _further(self, player: str, noise: Tensor, condition: Tensor, fake: Judged, real: Judged) -> dict[str, Tensor]:
        """Return the model's own terms of a player's step, named after the player; none for most models."""
        if not isinstance(self, AuxiliaryTerms) or fake.hidden is None:
            return {}
        inputs = AuxiliaryInputs(noise, condition, fake.hidden, real.hidden if player == "discriminator" else None)
        return {f"{player}_{name}": term for name, term in self.auxiliary_terms(inputs).items()}

"""Consistency regularisation of Zhang et al. (2020), CR-GAN: the discriminator minds no shift and no mirror."""

from typing import Annotated

import torch
from torch import Generator, Tensor

from ganbench import AdversarialLoss, DiscriminatorTerm, FormatBound, Recipe, SampleFormat, Setting, Shown, UnfitError
from ganbench_losses.objectives import Objective, plain_objective


class Consistency(AdversarialLoss, DiscriminatorTerm, FormatBound):
    """An objective plus weight E (D(x) - D(T(x)))², T a random shift by a few pixels and a random mirror; equation 5.

    Real samples alone are transformed, the logits are those of the last layer, and pixels beyond the edge repeat it:
    what the paper shifts in it leaves open. weight 10 and shifts of up to 4 pixels are for images of 32, as published.
    Digits and letters are other ones in a mirror; mirror=false leaves it out.
    """

    recipe = Recipe(batch=64)
    paired = False

    def __init__(
        self,
        recipe: Recipe | None = None,
        objective: Annotated[Objective, Setting("that the term is added to")] = "hinge",
        weight: Annotated[float, Setting("of the squared difference of logits", at_least=0)] = 10.0,
        shift: Annotated[int, Setting("that is the largest, up and down and to both sides", "pixels", at_least=0)] = 4,
        mirror: Annotated[bool, Setting("whether every other image is mirrored, at random")] = True,
    ) -> None:
        super().__init__(recipe)
        self._objective = plain_objective(objective)
        self.log_odds = self._objective.log_odds
        self.weight, self.shift, self.mirror = weight, shift, mirror

    def check_format(self, samples: SampleFormat) -> None:
        """Raise UnfitError for what is no image."""
        if not samples.images:
            raise UnfitError(f"consistency shifts and mirrors images; this data has shape {samples.shape}")

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the objective's loss of the generator."""
        return self._objective.generator(real, fake)

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the objective's loss of the discriminator."""
        return self._objective.discriminator(real, fake)

    def discriminator_term(self, shown: Shown) -> Tensor:
        """Return weight times the mean squared difference of logits, with gradient through both."""
        moved = moved_images(shown.real, self.shift, self.mirror, shown.generator)
        return self.weight * (shown.real_logits - shown.critic(moved)).square().mean()


def moved_images(images: Tensor, shift: int, mirror: bool, generator: Generator) -> Tensor:
    """Return (n, channels, height, width) images, each moved by whole pixels up to shift, some of them mirrored.

    Shifts are uniform in either direction and independent; what comes in at the edge repeats it.
    """
    n, _, height, width = images.shape
    device = images.device

    def places(side: int) -> Tensor:
        moves = torch.randint(-shift, shift + 1, (n, 1), generator=generator, device=device)
        return (torch.arange(side, device=device) + moves).clamp(0, side - 1)

    rows, columns = places(height), places(width)
    if mirror:
        turned = torch.rand(n, 1, generator=generator, device=device) < 0.5
        columns = torch.where(turned, width - 1 - columns, columns)
    by_row = images.gather(2, rows[:, None, :, None].expand_as(images))
    return by_row.gather(3, columns[:, None, None, :].expand_as(images))

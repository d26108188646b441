"""Differentiable augmentation, Zhao et al. (2020): the discriminator is shown augmented images on both sides."""

from typing import Annotated

import torch
from torch import Generator, Tensor

from ganbench import AdversarialLoss, Augmentation, FormatBound, Recipe, SampleFormat, Setting, UnfitError
from ganbench_losses.objectives import Objective, plain_objective


class DiffAugment(AdversarialLoss, Augmentation, FormatBound):
    """An objective of images that are changed in colour, translated and partly cut out, each at random; section 4.

    The three transformations, in this order and with these ranges, are the published ones. Images of one channel have
    no saturation. What comes in at an edge and what is cut out is 0, grey where images are from -1 to 1. The paper
    trains BigGAN and StyleGAN2 with recipes of their own; this one is DCGAN's with batches of 64.
    """

    recipe = Recipe(batch=64)
    paired = False

    def __init__(
        self,
        recipe: Recipe | None = None,
        objective: Annotated[Objective, Setting("that is given augmented images")] = "hinge",
        colour: Annotated[bool, Setting("whether brightness, saturation and contrast are changed")] = True,
        translation: Annotated[
            float, Setting("largest move, as a share of the side; 0 for none", at_least=0, at_most=1)
        ] = 0.125,
        cutout: Annotated[float, Setting("side of the square, as a share; 0 for none", at_least=0, below=1)] = 0.5,
    ) -> None:
        super().__init__(recipe)
        self._objective = plain_objective(objective)
        self.log_odds = self._objective.log_odds
        self.colour, self.translation, self.cutout = colour, translation, cutout

    def check_format(self, samples: SampleFormat) -> None:
        """Raise UnfitError for what is no image."""
        if not samples.images:
            raise UnfitError(f"diffaugment changes images; this data has shape {samples.shape}")

    def augment(self, samples: Tensor, generator: Generator) -> Tensor:
        """Return (n, channels, height, width) images, each changed by draws of its own."""
        images = coloured(samples, generator) if self.colour else samples
        if self.translation:
            images = translated(images, self.translation, generator)
        return cut_out(images, self.cutout, generator) if self.cutout else images

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the objective's loss of the generator."""
        return self._objective.generator(real, fake)

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the objective's loss of the discriminator."""
        return self._objective.discriminator(real, fake)


def coloured(images: Tensor, generator: Generator) -> Tensor:
    """Return images plus a brightness in [-0.5, 0.5), saturation times [0, 2) and contrast times [0.5, 1.5)."""
    brightness, saturation, contrast = torch.rand(3, len(images), 1, 1, 1, generator=generator, device=images.device)
    images = images + brightness - 0.5
    grey = images.mean(dim=1, keepdim=True)
    images = grey + (images - grey) * 2 * saturation
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    changed: Tensor = mean + (images - mean) * (contrast + 0.5)
    return changed


def translated(images: Tensor, share: float, generator: Generator) -> Tensor:
    """Return images moved by whole pixels, up to a share of the side in each direction; 0 comes in at the edge."""
    n, _, height, width = images.shape

    def moved(side: int) -> tuple[Tensor, Tensor]:
        most = int(side * share + 0.5)
        moves = torch.randint(-most, most + 1, (n, 1), generator=generator, device=images.device)
        places = torch.arange(side, device=images.device) + moves
        return places.clamp(0, side - 1), (places >= 0) & (places < side)

    (rows, inside), (columns, beside) = moved(height), moved(width)
    images = images.gather(2, rows[:, None, :, None].expand_as(images))
    images = images.gather(3, columns[:, None, None, :].expand_as(images))
    return images * (inside[:, None, :, None] & beside[:, None, None, :])


def cut_out(images: Tensor, share: float, generator: Generator) -> Tensor:
    """Return images with 0 in a rectangle of this share of each side, centred anywhere; the edge cuts it off."""
    n, _, height, width = images.shape

    def inside(side: int) -> Tensor:
        size = int(side * share + 0.5)
        first = torch.randint(side + 1 - size % 2, (n, 1), generator=generator, device=images.device) - size // 2
        places = torch.arange(side, device=images.device)
        return (places >= first) & (places < first + size)

    rows, columns = inside(height), inside(width)
    return images * ~(rows[:, None, :, None] & columns[:, None, None, :])

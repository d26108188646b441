"""pix2pix of Isola et al. (2017): translation learnt from pairs, the ceiling of what unpaired models can do."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ganbench import Batch, Recipe, Setting, Task, stream
from ganbench.torchkit.precision import autocast
from ganbench_models.convolutions import require_images
from ganbench_models.translation_networks import UNet, patch_discriminator
from ganbench_models.translator import (
    BatchSize,
    DiscriminatorWidth,
    GeneratorWidth,
    LearningRate,
    Translator,
    require_sources,
    sources_of,
)


class Pix2Pix(Translator):
    """A U-Net against a judge of patches that sees the source too; 100 times the L1 distance to the truth beside.

    It is shown pairs, where the data know them. As published: the minimax loss, whose generator maximises log D, and
    the discriminator's divided by 2; Adam at 2e-4 with beta 0.5, batches of 1, weights from N(0, 0.02), noise by
    dropout alone, in sampling too.

    Other than published: the U-Net has as many halvings as lead to one or two pixels a side, 8 at 256, with dropout in
    fewer of them, and patches are smaller below 128 pixels. Instance norm takes the place of batch norm by the
    statistics of the batch at hand, which are the same in batches of 1, and no sample depends on others in larger ones.
    Pictures are not enlarged and cropped at random, nor mirrored. The learning rate goes down to 0 over the second half
    of the budget, as in the authors' later code, by the budget's share and not by passes.
    """

    paired = True

    def __init__(
        self,
        task: Task,
        width: GeneratorWidth = 64,
        discriminator_width: DiscriminatorWidth = 64,
        l1: Annotated[float, Setting("what the L1 distance to the truth is multiplied by", at_least=0)] = 100.0,
        learning_rate: LearningRate = 2e-4,
        batch: BatchSize = 1,
    ) -> None:
        require_images(task, "pix2pix")
        sources = require_sources(task, "pix2pix").shape
        self.l1 = l1
        self.unet = UNet((sources[0], task.shape[0]), task.shape[1:], width)
        judge = patch_discriminator(sources[0] + task.shape[0], task, discriminator_width)
        recipe = Recipe(learning_rate=learning_rate, batch=batch)
        super().__init__(task, {"to_samples": self.unet}, {"to_samples": judge}, recipe)
        self._random = torch.Generator(task.device).manual_seed(stream(task.seed, "noise"))

    def update(self, batch: Batch) -> dict[str, Tensor]:
        """Step the discriminator and then the generator, on the same translations."""
        samples, sources = batch
        self.unet.draw_from(self._random)
        with autocast(self.task):
            fake = self.unet(sources).float()
            judged = self._judge(samples, sources), self._judge(fake.detach(), sources)
        loss = discriminator_loss(*judged)
        terms = {"discriminator_loss": loss.detach()} | self.step("discriminator", loss)
        terms["discriminator_accuracy"] = _ranked(*judged)

        self.frozen("discriminator")
        with autocast(self.task):
            fooled = generator_loss(self._judge(fake, sources))
        distance = (fake - samples).abs().mean()
        terms |= {"generator_loss": fooled.detach(), "l1_distance": distance.detach()}
        terms |= self.step("generator", fooled + self.l1 * distance)
        self.frozen("discriminator", frozen=False)
        return terms

    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Translate the sources, (n, *shape) float32, with dropout from generator; raises BadOptionError for none."""
        self.unet.draw_from(generator)
        return self.translate("to_samples", sources_of(n, condition))

    def checkpoint(self) -> dict[str, Tensor]:
        """Return all that training goes on from, the stream of the noise too."""
        return super().checkpoint() | {"noise": self._random.get_state()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave; training then goes on to the bit."""
        super().restore(state)
        self._random.set_state(state["noise"].cpu())

    def _judge(self, samples: Tensor, sources: Tensor) -> Tensor:
        logits: Tensor = self.networks["discriminator"]["to_samples"](torch.cat([sources, samples], dim=1)).float()
        return logits


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Return half of the mean of -log D(y) and of -log(1 - D(G(x))), of logits (n, 1, …)."""
    return (softplus(-real).mean() + softplus(fake).mean()) / 2


def generator_loss(fake: Tensor) -> Tensor:
    """Return the mean of -log D(G(x)), of logits (n, 1, …)."""
    return softplus(-fake).mean()


def _ranked(real: Tensor, fake: Tensor) -> Tensor:
    """Return how often a pair's patches seem more real, on the mean, than those of its translation."""
    first, second = (side.detach().flatten(1).mean(dim=1) for side in (real, fake))
    return (first > second).float().mean()

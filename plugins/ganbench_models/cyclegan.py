"""CycleGAN of Zhu et al. (2017): translation between two domains without a single pair."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from ganbench import BackTranslator, Batch, Recipe, Setting, Task, stream
from ganbench.torchkit.precision import autocast
from ganbench_models.convolutions import require_images
from ganbench_models.translation_networks import patch_discriminator, residual_generator
from ganbench_models.translator import (
    BatchSize,
    DiscriminatorWidth,
    GeneratorWidth,
    LearningRate,
    Translator,
    require_sources,
)

DIRECTIONS = ("to_samples", "to_sources")  # from sources to samples, and from samples to sources


class CycleGAN(Translator, BackTranslator):
    """Two residual generators, there and back, and a judge of patches for each domain.

    As published: least squares, half of the discriminators' losses, 10 times the L1 distance of each picture there and
    back again, and 5 times that of a picture of the domain that a generator makes from what it makes of it; judges are
    shown one of the last 50 translations in place of the present one every other time; Adam at 2e-4 with beta 0.5,
    batches of 1, weights from N(0, 0.02).

    Other than published: below 128 pixels a side generators have fewer residual blocks, below 64 one halving, and
    judges see smaller patches. Pictures are not enlarged and cropped at random, nor mirrored. The learning rate goes
    down to 0 over the second half of the budget, not of 200 passes. The identity term, which the paper has for
    paintings alone and the authors' code always, is left out where domains differ in their channels.
    """

    def __init__(
        self,
        task: Task,
        width: GeneratorWidth = 64,
        discriminator_width: DiscriminatorWidth = 64,
        blocks: Annotated[
            int | None, Setting("residual ones of a generator; 9 from 256 pixels on, 6 from 128, 3 below", at_least=0)
        ] = None,
        cycle: Annotated[float, Setting("weight of the way there and back", at_least=0)] = 10.0,
        identity: Annotated[float, Setting("weight of what is of the domain already, over cycle's", at_least=0)] = 0.5,
        buffer: Annotated[int, Setting("translations that are kept for the judges", at_least=0)] = 50,
        learning_rate: LearningRate = 2e-4,
        batch: BatchSize = 1,
    ) -> None:
        require_images(task, "cyclegan")
        sources, samples = require_sources(task, "cyclegan").shape, task.shape
        self.cycle, self.identity = cycle, cycle * identity if sources[0] == samples[0] else 0.0
        both = {"to_samples": (sources[0], samples[0]), "to_sources": (samples[0], sources[0])}
        size = samples[1:]
        super().__init__(
            task,
            {name: residual_generator(channels, size, width, blocks) for name, channels in both.items()},
            {name: patch_discriminator(made, task, discriminator_width) for name, (_, made) in both.items()},
            Recipe(learning_rate=learning_rate, batch=batch),
        )
        shapes = dict(zip(DIRECTIONS, (samples, sources), strict=True))
        self._random = torch.Generator().manual_seed(stream(task.seed, "buffer"))
        self._pools = {name: PicturePool(shape, buffer, task.device, self._random) for name, shape in shapes.items()}

    def update(self, batch: Batch) -> dict[str, Tensor]:
        """Step both generators at once, and then both discriminators on translations of the last updates."""
        real = dict(zip(DIRECTIONS, batch, strict=True))  # what is of the domain that each direction makes
        self.frozen("discriminator")
        with autocast(self.task):
            fake, terms = self._generated(real)
        losses = {name: value.detach() for name, value in terms.items()}
        weights = {"generator_loss": 1.0, "cycle_loss": self.cycle, "identity_loss": self.identity}
        losses |= self.step("generator", torch.stack([weights[name] * value for name, value in terms.items()]).sum())
        self.frozen("discriminator", frozen=False)

        judged = {}
        with autocast(self.task):
            for name in DIRECTIONS:
                shown = self._pools[name].exchanged(fake[name].detach())
                judged[name] = self._judge(name, torch.cat([real[name], shown])).chunk(2)
        loss = torch.stack([discriminator_loss(*each) for each in judged.values()]).sum()
        losses |= {"discriminator_loss": loss.detach()} | self.step("discriminator", loss)
        losses["discriminator_accuracy"] = torch.stack([_ranked(*each) for each in judged.values()]).mean()
        return losses

    def translate_back(self, samples: Tensor) -> Tensor:
        """Return the sources that samples (n, *shape) stand for, (n, *source shape) float32 in [-1, 1]."""
        return self.translate("to_sources", samples)

    def checkpoint(self) -> dict[str, Tensor]:
        """Return all that training goes on from, the kept translations too."""
        state = super().checkpoint() | {"buffer": self._random.get_state()}
        for name, pool in self._pools.items():
            state |= {f"buffer.{name}": pool.kept, f"buffer.{name}.count": torch.tensor(pool.count)}
        return state

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take back what checkpoint gave; training then goes on to the bit."""
        super().restore(state)
        self._random.set_state(state["buffer"].cpu())
        for name, pool in self._pools.items():
            pool.kept, pool.count = state[f"buffer.{name}"].clone(), int(state[f"buffer.{name}.count"])

    def _generated(self, real: dict[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Return the translations of either direction, and the generators' terms without their weights.

        Instance norm leaves every picture by itself, so that those of both domains go through a network together.
        """
        networks = self.networks["generator"]
        others = dict(zip(DIRECTIONS, reversed(DIRECTIONS), strict=True))
        fake, same = {}, {}
        for name in DIRECTIONS:
            shown = [real[others[name]], real[name]] if self.identity else [real[others[name]]]
            fake[name], *same[name] = networks[name](torch.cat(shown)).float().chunk(len(shown))
        again = {name: networks[name](fake[others[name]]).float() for name in DIRECTIONS}
        terms = {
            "generator_loss": torch.stack([generator_loss(self._judge(name, fake[name])) for name in DIRECTIONS]).sum(),
            "cycle_loss": torch.stack([(again[name] - real[name]).abs().mean() for name in DIRECTIONS]).sum(),
        }
        if self.identity:
            unmoved = [(same[name][0] - real[name]).abs().mean() for name in DIRECTIONS]
            terms["identity_loss"] = torch.stack(unmoved).sum()
        return fake, terms

    def _judge(self, name: str, pictures: Tensor) -> Tensor:
        logits: Tensor = self.networks["discriminator"][name](pictures).float()
        return logits


class PicturePool:
    """The last translations of one direction (Shrivastava et al. 2017): uniform over what it was given, once full.

    Picture by picture: kept and shown while there is room; then, one time in two, exchanged for a random one of those
    that are kept, which is shown in its place.
    """

    def __init__(self, shape: tuple[int, ...], size: int, device: str, random: torch.Generator) -> None:
        self.kept, self.count, self._random = torch.zeros(size, *shape, device=device), 0, random

    def exchanged(self, pictures: Tensor) -> Tensor:
        """Return what is shown in the place of pictures (n, *shape), as many."""
        shown = []
        for picture in pictures:
            if self.count < len(self.kept):
                self.kept[self.count] = picture
                self.count += 1
                shown.append(picture)
            elif len(self.kept) and torch.rand((), generator=self._random) > 0.5:
                place = int(torch.randint(len(self.kept), (), generator=self._random))
                shown.append(self.kept[place].clone())
                self.kept[place] = picture
            else:
                shown.append(picture)
        return torch.stack(shown)


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Return half of the mean of (D(y) - 1)² and of D(G(x))², of logits (n, 1, …)."""
    return ((real - 1).square().mean() + fake.square().mean()) / 2


def generator_loss(fake: Tensor) -> Tensor:
    """Return the mean of (D(G(x)) - 1)², of logits (n, 1, …)."""
    return (fake - 1).square().mean()


def _ranked(real: Tensor, fake: Tensor) -> Tensor:
    """Return how often a picture's patches seem more real, on the mean, than those of the translation beside it."""
    first, second = (side.detach().flatten(1).mean(dim=1) for side in (real, fake))
    return (first > second).float().mean()

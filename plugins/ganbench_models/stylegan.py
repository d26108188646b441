"""StyleGAN2 in small (Karras et al. 2020): styles scale the weights of the generator, sample by sample."""

import math
from itertools import pairwise
from typing import Annotated

import torch
from torch import Tensor, nn

from ganbench import Batch, Setting, Task
from ganbench.torchkit.adversarial import AdversarialModel
from ganbench.torchkit.precision import kernels
from ganbench_models.convolutions import Size, halvings, require_images
from ganbench_models.style_layers import (
    Activated,
    CriticBlock,
    EqualConvolution,
    EqualLinear,
    ModulatedConvolution,
    StyledLayer,
    doubled,
)

_PATH_DECAY = 0.99  # of the moving average of path lengths
_MIXED = 0.9  # of the steps mix the styles of two latents


class StyleGAN(AdversarialModel):
    """A mapping network to styles, modulated convolutions with noise, images summed over sizes; a residual critic.

    As published: equalised weights, demodulation, style mixing in 0.9 of the steps, path length regularisation on half
    a batch at every fourth step of the generator, the loss's penalty (R1 by default) at every sixteenth of the
    discriminator, each weighed by its interval, a moving average of the generator's weights. In small, for 28 to 64
    pixels: four mapping layers of 64 units in place of eight of 512, channels from 32 on in place of 512 at most.
    Deviations: both regularisers are summed with the losses of their step in place of steps of their own, so that
    Adam's settings need no correction; maps are doubled bilinearly, which is the published filter, in front of the
    convolution and not behind it, and halved by means; no standard deviation over the batch in the discriminator, so
    that it judges each sample by itself; R1's γ is 1 in place of 10, for images of a thousandth of the pixels; samples
    are drawn with the noise maps that were drawn at the start; styles are mixed at one layer for the whole batch, of 64
    in place of 32.
    """

    plain = False

    def __init__(
        self,
        task: Task,
        latent: Annotated[int, Setting("dimensions of the noise and of a style", at_least=1)] = 64,
        width: Annotated[int, Setting("channels next to the image, doubled with each halving", at_least=1)] = 32,
        mapping: Annotated[int, Setting("layers of the mapping network", at_least=1)] = 4,
        path_weight: Annotated[float, Setting("of the path length regularisation; 0 for none", at_least=0)] = 2.0,
        path_interval: Annotated[int, Setting("steps of the generator to one with path lengths", at_least=1)] = 4,
        penalty_interval: Annotated[int, Setting("critic steps to one with the loss's penalty", at_least=1)] = 16,
    ) -> None:
        require_images(task, "stylegan")
        self.path_weight, self.path_interval, self.penalty_interval = path_weight, path_interval, penalty_interval
        self.styles = StyleGenerator(task, latent, width, mapping)
        super().__init__(task, self.styles, _critic(task, width), latent=latent, apart=True)

    def generator_terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the loss, and at every so many steps the path length regularisation, weighed by that number."""
        terms = super().generator_terms(batch)
        if self.path_weight and self._steps["generator"] % self.path_interval == 0:
            with kernels(self.task):
                penalty = self.path_penalty(max(1, len(batch.condition) // 2))
            terms["path_length_penalty"] = self.path_weight * self.path_interval * penalty
        return terms

    def path_penalty(self, n: int) -> Tensor:
        """Return the mean of (‖J^T y‖ - a)² over n styles, equation 4, and move a, a moving average of the lengths.

        y is a normal image, divided by the root of its pixels; the gradient's square is averaged over layers.
        """
        styles = self.styles.repeated(self._noise(n))
        images = self.styles.synthesis(styles, self._noise_maps(n))
        direction = torch.randn(images.shape, generator=self._random, device=images.device)
        projected = (images * direction).sum() / math.sqrt(images.shape[2] * images.shape[3])
        (slopes,) = torch.autograd.grad(projected, styles, create_graph=True)
        lengths = slopes.square().sum(dim=2).mean(dim=1).sqrt()
        self.styles.path_length.lerp_(lengths.detach().mean(), 1 - _PATH_DECAY)
        return (lengths - self.styles.path_length).square().mean()

    def _shown(self, noise: Tensor, condition: Tensor) -> Tensor:
        styles = self.styles.repeated(noise)
        other = self.styles.repeated(self._noise(len(noise)))
        chance, layer = torch.rand(2, generator=self._random, device=self._random.device)
        first = 1 + (layer * (self.styles.layers - 1)).floor()  # the first of the other's layers
        cut = torch.where(chance < _MIXED, first, self.styles.layers)
        own = torch.arange(self.styles.layers, device=noise.device) < cut
        return self._show(self.styles.synthesis(torch.where(own[:, None], styles, other), self._noise_maps(len(noise))))

    def _noise_maps(self, n: int) -> list[Tensor]:
        random = self._random
        return [
            torch.randn(n, *noise.shape[1:], generator=random, device=random.device) for noise in self.styles.noises()
        ]

    def _penalty(self, real: Tensor, fake: Tensor, condition: Tensor) -> Tensor | None:
        if self._steps["discriminator"] % self.penalty_interval:
            return None
        penalty = super()._penalty(real, fake, condition)
        return None if penalty is None else self.penalty_interval * penalty


class StyleGenerator(nn.Module):
    """A mapping of latents to styles, and a synthesis of images from a style for each layer."""

    def __init__(self, task: Task, latent: int, width: int, mapping: int) -> None:
        super().__init__()
        self.mapping = nn.Sequential(*(Activated(EqualLinear(latent, latent, rate=0.01)) for _ in range(mapping)))
        sizes, channels = _sizes_and_channels(task, width)
        self.sizes = sizes[::-1]
        self.start = nn.Parameter(torch.randn(1, channels[-1], *sizes[-1]))
        outer = [channels[-1], *channels[::-1]]
        self.ups = nn.ModuleList(
            StyledLayer(before, after, latent, size)
            for (before, after), size in zip(pairwise(outer), self.sizes, strict=True)
        )
        self.keeps = nn.ModuleList(
            StyledLayer(after, after, latent, size) for after, size in zip(outer[2:], self.sizes[1:], strict=True)
        )
        self.to_images = nn.ModuleList(
            ModulatedConvolution(after, task.shape[0], 1, latent, demodulate=False) for after in outer[1:]
        )
        self.bias = nn.Parameter(torch.zeros(task.shape[0], 1, 1))
        self.register_buffer("path_length", torch.zeros(()))
        self.path_length: Tensor

    @property
    def layers(self) -> int:
        """How many styles a sample has: one for each convolution of 3 x 3, and one for the last image."""
        return len(self.ups) + len(self.keeps) + 1

    def forward(self, noise: Tensor) -> Tensor:
        """Map noise (n, latent) to images (n, *shape), one style in all layers, by the noise maps of the start."""
        return self.synthesis(self.repeated(noise))

    def repeated(self, noise: Tensor) -> Tensor:
        """Return the styles (n, layers, latent) of noise (n, latent), the same in every layer."""
        normal = noise * (noise.square().mean(dim=1, keepdim=True) + 1e-8).rsqrt()
        styles: Tensor = self.mapping(normal)
        return styles[:, None].expand(-1, self.layers, -1)

    def noises(self) -> list[Tensor]:
        """Return the noise maps of the start (1, 1, height, width), in the order in which layers take them."""
        return [layer.noise for layer in (*self.ups, *self.keeps) if isinstance(layer, StyledLayer)]

    def synthesis(self, styles: Tensor, noises: list[Tensor] | None = None) -> Tensor:
        """Map styles (n, layers, latent) to images (n, *shape); noises: maps (n, 1, height, width), of `noises`."""
        given: list[Tensor | None] = list(noises) if noises is not None else [None] * (self.layers - 1)
        maps = self.start.expand(len(styles), -1, -1, -1)
        images: Tensor = self.bias
        layer = 0
        for step, size in enumerate(self.sizes):
            if step:
                maps, images = doubled(maps, size), doubled(images, size)
            maps = self.ups[step](maps, styles[:, layer], given[step])
            layer += 1
            if step:
                maps = self.keeps[step - 1](maps, styles[:, layer], given[len(self.ups) + step - 1])
                layer += 1
            images = images + self.to_images[step](maps, styles[:, layer])
        return images


def _critic(task: Task, width: int) -> nn.Sequential:
    sizes, channels = _sizes_and_channels(task, width)
    height, breadth = sizes[-1]
    return nn.Sequential(
        Activated(EqualConvolution(task.shape[0], channels[0], 1)),
        *(CriticBlock(before, after) for before, after in pairwise(channels)),
        Activated(EqualConvolution(channels[-1], channels[-1], 3)),
        nn.Flatten(),
        Activated(EqualLinear(channels[-1] * height * breadth, channels[-1])),
        EqualLinear(channels[-1], 1),
    )


def _sizes_and_channels(task: Task, width: int) -> tuple[list[Size], list[int]]:
    """Return the sizes from the image's down, and the channels at each."""
    sizes = halvings(task.shape[1:])
    return sizes, [width * 2**step for step in range(len(sizes))]

"""The PixelCNN of van den Oord et al. (2016): pixel by pixel, with an exact likelihood."""

import math
from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, cross_entropy, pad

from ganbench import Batch, Likelihood, Profile, Setting, Task, UnfitError
from ganbench.torchkit.descent import DescentModel, no_condition

_LEVELS = 256
_FIRST = 7  # pixels a side of the first kernel, 3 of the others
_CHUNK = 500  # samples drawn side by side; the maps of all layers are kept for each


class PixelCNN(DescentModel, Likelihood):
    """Causal convolutions see the pixels above and to the left; heads give each channel its 256 levels.

    A channel is drawn after those before it in the same pixel. The stack is the plain one, blind to a corner
    at the upper right, and without gates. Samples are rounded to the 256 levels that bytes have.
    """

    def __init__(
        self,
        task: Task,
        width: Annotated[int, Setting("channels of every layer", at_least=1)] = 32,
        layers: Annotated[int, Setting("residual convolutions of 3 x 3 after the first of 7 x 7", at_least=1)] = 5,
        learning_rate: Annotated[float, Setting("of Adam", above=0)] = 1e-3,
        batch: Annotated[int, Setting("training samples in a batch", at_least=1)] = 64,
    ) -> None:
        if not task.images:
            raise UnfitError(f"pixelcnn makes images; this data has shape {task.shape}")
        network = Network(task.shape[0], width, layers)
        super().__init__(task, network, learning_rate=learning_rate, batch=batch)
        self.network: Network = network

    def profile(self) -> Profile:
        """Return the facts of the network, the levels of log_prob, and one evaluation, at one place, a dimension."""
        return replace(super().profile(), levels=_LEVELS, evaluations=self.task.dimensions)

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """Return the mean negative log-likelihood in nats a sample, and in bits a dimension."""
        loss = self._surprise(batch.samples).mean()
        return {
            "negative_log_likelihood_loss": loss,
            "bits_per_dimension": loss.detach() / (math.log(2) * self.task.dimensions),
        }

    @torch.no_grad()
    def log_prob(self, samples: Tensor) -> Tensor:
        """Return the exact log-likelihood of each sample's 256 levels, (n,) nats."""
        parts = [-self._surprise(chunk) for chunk in torch.split(samples, _CHUNK)]
        return torch.cat(parts) if parts else samples.new_empty(0)

    @torch.no_grad()
    def sample(self, n: int, generator: torch.Generator, condition: Tensor | None = None) -> Tensor:
        """Draw (n, *shape) float32, a pixel at a time; each costs as much as the network at one place."""
        no_condition(condition)
        sizes = [min(_CHUNK, n - start) for start in range(0, n, _CHUNK)]
        drawn = [self._draw(size, generator) for size in sizes]
        return torch.cat(drawn) if drawn else torch.empty(0, *self.task.shape, device=generator.device)

    def _surprise(self, samples: Tensor) -> Tensor:
        """Return -log p of each sample, (n,) nats."""
        levels = samples.add(1).mul(127.5).round().long().clamp(0, _LEVELS - 1)
        with self.precision():
            context = self.network.contexts(samples)
            heads = [self.network.head(context, samples, channel).float() for channel in range(samples.shape[1])]
        nats = [cross_entropy(head, levels[:, channel], reduction="none") for channel, head in enumerate(heads)]
        return torch.stack(nats).sum(dim=(0, 2, 3))

    def _draw(self, n: int, generator: torch.Generator) -> Tensor:
        _, height, breadth = self.task.shape
        maps = self.network.empty_maps(n, (height, breadth), generator.device)
        for row in range(height):
            for column in range(breadth):
                context = self.network.context_at(maps, row, column)
                pixel = context.new_zeros(n, self.task.shape[0], 1, 1)
                for channel in range(self.task.shape[0]):
                    logits = self.network.head(context, pixel, channel).flatten(1)
                    level = torch.multinomial(logits.softmax(dim=1), 1, generator=generator)
                    pixel[:, channel, 0] = level / 127.5 - 1
                maps[0][:, :, row + _FIRST // 2, column + _FIRST // 2] = pixel[:, :, 0, 0]
        edge = _FIRST // 2
        return maps[0][:, :, edge:, edge : edge + breadth].contiguous()


class Causal(nn.Conv2d):
    """A convolution over the rows above and the row itself up to the pixel, which it may see or not."""

    mask: Tensor

    def __init__(self, before: int, after: int, size: int, *, sees_itself: bool) -> None:
        super().__init__(before, after, (size // 2 + 1, size))
        mask = torch.ones(size // 2 + 1, size)
        mask[-1, size // 2 + int(sees_itself) :] = 0
        self.register_buffer("mask", mask, persistent=False)
        self.edge = size // 2

    def forward(self, maps: Tensor) -> Tensor:
        """Map (n, before, height, width) to (n, after, height, width)."""
        padded = pad(maps, (self.edge, self.edge, self.edge, 0))
        return conv2d(padded, self.weight * self.mask, self.bias)

    def at(self, padded: Tensor, row: int, column: int) -> Tensor:
        """Return what forward gives at one place, (n, after, 1, 1), from a map padded already."""
        height, width = self.mask.shape
        return conv2d(padded[:, :, row : row + height, column : column + width], self.weight * self.mask, self.bias)


class Network(nn.Module):
    """Causal layers to a context of every pixel, and a head for each channel."""

    def __init__(self, channels: int, width: int, layers: int) -> None:
        super().__init__()
        self.first = Causal(channels, width, _FIRST, sees_itself=False)
        self.layers = nn.ModuleList(Causal(width, width, 3, sees_itself=True) for _ in range(layers))
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width + channel, 2 * width, 1), nn.ReLU(), nn.Conv2d(2 * width, _LEVELS, 1))
            for channel in range(channels)
        )

    def contexts(self, images: Tensor) -> Tensor:
        """Return (n, width, height, width of image): what each pixel may know of the ones before it."""
        context: Tensor = self.first(images)
        for layer in self.layers:
            context = context + layer(context.relu())
        return context.relu()

    def head(self, context: Tensor, images: Tensor, channel: int) -> Tensor:
        """Return the logits of one channel's levels, (n, 256, …), from the context and the channels before it."""
        logits: Tensor = self.heads[channel](torch.cat([context, images[:, :channel]], dim=1))
        return logits

    def empty_maps(self, n: int, size: tuple[int, int], device: torch.device) -> list[Tensor]:
        """Return a map of zeros for the image and one for each layer's input, padded for their kernels."""
        edges = [_FIRST // 2] + [1] * len(self.layers)
        depths = [self.first.in_channels] + [self.first.out_channels] * len(self.layers)
        return [
            torch.zeros(n, depth, size[0] + edge, size[1] + 2 * edge, device=device)
            for depth, edge in zip(depths, edges, strict=True)
        ]

    def context_at(self, maps: list[Tensor], row: int, column: int) -> Tensor:
        """Return one pixel's context, (n, width, 1, 1); fill in the layers' maps at that place."""
        context: Tensor = self.first.at(maps[0], row, column)
        for layer, seen in zip(self.layers, maps[1:], strict=True):
            assert isinstance(layer, Causal)
            seen[:, :, row + 1, column + 1] = context.relu()[:, :, 0, 0]
            context = context + layer.at(seen, row, column)
        return context.relu()

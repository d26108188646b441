"""The image GPT of Chen et al. (2020) in small: a decoder-only transformer over pixels in order."""

from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from ganbench import BadOptionError, Setting, Task, UnfitError
from ganbench_models.levels import LEVELS, LevelModel, LevelNetwork

_LONGEST = 4_096  # numbers of an image; attention looks at all pairs of them
_SHORT = 1_024  # numbers of an image up to which a batch of 64 trains within 4 GiB


class ImageGPT(LevelModel):
    """Blocks of attention to what came before and of a perceptron, normalised at their inputs; exact likelihood.

    Deviations: 4 blocks of width 64 where the paper's smallest model has 24 of 512. It reads colours as one of 512
    clusters; here each channel of a pixel is a token of its 256 levels, so that the likelihood is that of bytes.
    Adam has the paper's betas 0.9 and 0.95, at a fixed learning rate without warm-up or cosine; there is no
    augmentation, and no fine-tuning.
    """

    def __init__(
        self,
        task: Task,
        width: Annotated[int, Setting("dimensions of every token; a multiple of heads", at_least=1)] = 64,
        depth: Annotated[int, Setting("blocks", at_least=1)] = 4,
        heads: Annotated[int, Setting("of attention in each block", at_least=1)] = 4,
        learning_rate: Annotated[float, Setting("of Adam", above=0)] = 3e-3,
        batch: Annotated[
            int | None,
            Setting("training samples in a batch; 64, or 32 of images of more than 1,024 numbers", at_least=1),
        ] = None,
    ) -> None:
        if not task.images:
            raise UnfitError(f"image-gpt makes images; this data has shape {task.shape}")
        if task.dimensions > _LONGEST:
            raise UnfitError(f"image-gpt makes images of {_LONGEST:,} numbers or fewer, not {task.dimensions:,}")
        if width % heads:
            raise BadOptionError(f"image-gpt takes a width that is a multiple of its {heads} heads, not {width}")
        batch = batch or (64 if task.dimensions <= _SHORT else 32)
        network = Network(task.dimensions, width, depth, heads)
        super().__init__(task, network, learning_rate=learning_rate, batch=batch, beta2=0.95)
        self.network: Network = network


class Network(LevelNetwork):
    """Tokens with learnt places, blocks, and a softmax over levels."""

    def __init__(self, length: int, width: int, depth: int, heads: int, levels: int = LEVELS) -> None:
        super().__init__()
        self.length, self.width = length, width
        self.embedding = nn.Embedding(levels + 1, width)  # the last stands for what is before the first level
        self.places = nn.Parameter(torch.zeros(length, width))
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, levels, bias=False)
        for weight in (self.embedding.weight, self.places, self.head.weight):
            nn.init.normal_(weight, std=0.02)

    def forward(self, levels: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the logits (n, length, levels); the i-th sees the levels before i alone."""
        before = torch.cat([torch.full_like(levels[:, :1], self.embedding.num_embeddings - 1), levels[:, :-1]], dim=1)
        return self.logits(self.embedding(before))

    def logits(self, embedded: Tensor) -> Tensor:
        """Return the logits from what stands before each place, (n, length, width)."""
        hidden = embedded + self.places[: embedded.shape[1]]
        for block in self.blocks:
            hidden = block(hidden)
        logits: Tensor = self.head(self.norm(hidden))
        return logits

    def start(self, n: int, labels: Tensor | None = None) -> list[Tensor]:
        """Return room for the keys and values of each block, (2, n, heads, length, width / heads)."""
        heads = [block.heads for block in self.blocks if isinstance(block, Block)]
        weight = self.embedding.weight
        kind = torch.get_autocast_dtype(weight.device.type) if torch.is_autocast_enabled(weight.device.type) else None
        return [
            weight.new_zeros(2, n, count, self.length, self.width // count, dtype=kind or weight.dtype)
            for count in heads
        ]

    def step(self, cache: list[Tensor], previous: Tensor | None, place: int) -> Tensor:
        """Return the logits (n, levels) at a place; each block's keys and values there are kept."""
        n, last = cache[0].shape[1], self.embedding.num_embeddings - 1
        before = torch.full((n,), last, device=cache[0].device) if previous is None else previous
        hidden: Tensor = (self.embedding(before) + self.places[place])[:, None]
        for block, kept in zip(self.blocks, cache, strict=True):
            assert isinstance(block, Block)
            hidden = block.step(hidden, kept, place)
        logits: Tensor = self.head(self.norm(hidden))[:, 0]
        return logits


class Block(nn.Module):
    """Attention to the places up to its own, then a perceptron, each added to what it was given."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.attention = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.perceptron = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, std=0.02)
                nn.init.zeros_(layer.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        """Map (n, length, width) to the same."""
        queries, keys, values = self._heads(hidden)
        return self._joined(hidden, scaled_dot_product_attention(queries, keys, values, is_causal=True))

    def step(self, hidden: Tensor, kept: Tensor, place: int) -> Tensor:
        """Return what forward gives at one place, (n, 1, width), from the keys and values of those before it."""
        queries, keys, values = self._heads(hidden)
        kept[0, :, :, place], kept[1, :, :, place] = keys[:, :, 0], values[:, :, 0]
        seen = kept[:, :, :, : place + 1]
        return self._joined(hidden, scaled_dot_product_attention(queries, seen[0], seen[1]))

    def _heads(self, hidden: Tensor) -> tuple[Tensor, ...]:
        """Return queries, keys and values, (n, heads, length, width / heads) each."""
        parts = self.attention(self.norms[0](hidden)).chunk(3, dim=-1)
        return tuple(part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in parts)

    def _joined(self, hidden: Tensor, attended: Tensor) -> Tensor:
        hidden = hidden + self.out(attended.transpose(1, 2).flatten(2))
        joined: Tensor = hidden + self.perceptron(self.norms[1](hidden))
        return joined

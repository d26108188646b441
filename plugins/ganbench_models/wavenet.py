"""The WaveNet of van den Oord et al. (2016): dilated causal convolutions over waveforms, or over pixels in order."""

from typing import Annotated

import torch
from torch import Tensor, nn

from ganbench import Setting, Task, UnfitError
from ganbench_models.levels import LEVELS, LevelModel, LevelNetwork

_DILATIONS = 9  # 1 to 256: two stacks reach over a waveform of 1,024
_LONGEST = 16_384  # numbers of a sample, a second of sound at 16 kHz; every layer's output at each of them is kept


class WaveNet(LevelModel):
    """Gated residual layers of dilation 1, 2, 4, … and a softmax over 256 levels; exact likelihood.

    Deviations: 32 residual channels and 18 layers where the paper's has hundreds and up to 40; levels of waveforms
    come in through an embedding, which is the causal convolution of a one-hot input with a kernel of one. On images
    the sequence is the pixels in rows, which the paper does not do. Labels are global conditions, as in its
    section 2.5, if asked for. The paper names no optimizer; this is Adam. Drawing keeps each layer's past
    (Le Paine et al. 2016), so that a step costs one place and not the whole sequence.
    """

    def __init__(  # the settings of the model and of its training
        self,
        task: Task,
        width: Annotated[int, Setting("residual channels", at_least=1)] = 32,
        skip: Annotated[int, Setting("channels of the skip connections", at_least=1)] = 128,
        dilations: Annotated[
            int | None,
            Setting(
                "layers in a stack, of dilation 1, 2, 4, …; 9, or as many as reach over a sample where that is fewer",
                at_least=1,
            ),
        ] = None,
        stacks: Annotated[int, Setting("how often the dilations are gone through", at_least=1)] = 2,
        conditional: Annotated[bool, Setting("whether labels are a condition of every layer")] = False,
        learning_rate: Annotated[float, Setting("of Adam", above=0)] = 1e-3,
        batch: Annotated[int, Setting("training samples in a batch", at_least=1)] = 16,
    ) -> None:
        if not (task.images or task.waveforms):
            raise UnfitError(f"wavenet makes waveforms and images; this data has shape {task.shape}")
        if task.dimensions > _LONGEST:
            raise UnfitError(f"wavenet makes samples of {_LONGEST:,} numbers or fewer, not {task.dimensions:,}")
        if conditional and task.classes < 1:
            raise UnfitError("a conditional model needs data with classes")
        most = max(1, (task.dimensions - 1).bit_length())
        dilations = min(_DILATIONS, most) if dilations is None else dilations
        if dilations > most:
            raise UnfitError(
                f"a dilation of {2 ** (dilations - 1)} reaches beyond samples of {task.dimensions} numbers; "
                f"take dilations of {most} or fewer"
            )
        self.classes = task.classes if conditional else 0
        network = Network(width, skip, [2**power for _ in range(stacks) for power in range(dilations)], self.classes)
        super().__init__(task, network, learning_rate=learning_rate, batch=batch)
        self.network: Network = network


class Network(LevelNetwork):
    """Layers over (n, length, width), the channels last, so that a kernel of two is one product of matrices."""

    def __init__(self, width: int, skip: int, dilations: list[int], classes: int = 0, levels: int = LEVELS) -> None:
        super().__init__()
        self.width = width
        self.embedding = nn.Embedding(levels + 1, width)  # the last stands for what is before the first level
        self.condition = nn.Embedding(classes, width) if classes else None
        self.layers = nn.ModuleList(Layer(width, skip, dilation, conditional=classes > 0) for dilation in dilations)
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(skip, skip), nn.ReLU(), nn.Linear(skip, levels))

    def forward(self, levels: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the logits (n, length, levels); the i-th sees the levels before i alone."""
        before = torch.cat([torch.full_like(levels[:, :1], self.embedding.num_embeddings - 1), levels[:, :-1]], dim=1)
        return self.logits(self.embedding(before), labels)

    def logits(self, embedded: Tensor, labels: Tensor | None = None) -> Tensor:
        """Return the logits from what stands before each place, (n, length, width)."""
        condition = self._condition(labels)
        signal, skipped = embedded, embedded.new_zeros(())
        for layer in self.layers:
            assert isinstance(layer, Layer)
            past = torch.cat([signal.new_zeros(len(signal), layer.dilation, self.width), signal], dim=1)
            signal, skip = layer(past[:, : signal.shape[1]], signal, condition)
            skipped = skipped + skip
        logits: Tensor = self.head(skipped)
        return logits

    def start(self, n: int, labels: Tensor | None = None) -> list[Tensor]:
        """Return each layer's past, (n, dilation, width), a ring; and the condition at last where there is one."""
        weight = self.embedding.weight
        rings = [weight.new_zeros(n, layer.dilation, self.width) for layer in self.layers if isinstance(layer, Layer)]
        condition = self._condition(labels)
        return rings if condition is None else [*rings, condition]

    def step(self, cache: list[Tensor], previous: Tensor | None, place: int) -> Tensor:
        """Return the logits (n, levels) at a place; each layer's ring takes in what it saw there."""
        n, last = len(cache[0]), self.embedding.num_embeddings - 1
        before = torch.full((n,), last, device=cache[0].device) if previous is None else previous
        signal: Tensor = self.embedding(before)[:, None]
        condition = cache[-1] if self.condition is not None else None
        skipped = signal.new_zeros(())
        for layer, ring in zip(self.layers, cache, strict=False):
            assert isinstance(layer, Layer)
            slot = slice(place % layer.dilation, place % layer.dilation + 1)
            past = ring[:, slot].clone()
            ring[:, slot] = signal
            signal, skip = layer(past, signal, condition)
            skipped = skipped + skip
        logits: Tensor = self.head(skipped)[:, 0]
        return logits

    def _condition(self, labels: Tensor | None) -> Tensor | None:
        """Return the labels' embedding, (n, 1, width)."""
        if self.condition is None:
            return None
        assert labels is not None, "a conditional network is given labels"
        embedded: Tensor = self.condition(labels)[:, None]
        return embedded


class Layer(nn.Module):
    """tanh(filter) times sigmoid(gate) of a dilated kernel of two; onto the signal, and to the skip connections."""

    def __init__(self, width: int, skip: int, dilation: int, *, conditional: bool) -> None:
        super().__init__()
        self.dilation = dilation
        self.gates = nn.Linear(2 * width, 2 * width)
        self.condition = nn.Linear(width, 2 * width, bias=False) if conditional else None
        self.out = nn.Linear(width, width + skip)
        self.sizes = [width, skip]

    def forward(self, past: Tensor, signal: Tensor, condition: Tensor | None) -> tuple[Tensor, Tensor]:
        """Map a signal (n, length, width) and what it was a dilation ago to the next signal and the skip part."""
        gates = self.gates(torch.cat([past, signal], dim=-1))
        if self.condition is not None:
            gates = gates + self.condition(condition)
        filtered, gate = gates.chunk(2, dim=-1)
        residual, skip = self.out(filtered.tanh() * gate.sigmoid()).split(self.sizes, dim=-1)
        return signal + residual, skip

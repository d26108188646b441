"""Captions as vectors, learnt with the model that reads them: a recurrent network over words."""

import torch
from torch import Tensor, nn

from ganbench import Captions, Labels, Task

_WORD, _STATE = 64, 128


class TextEncoder(nn.Module):
    """Embedded words, a gated recurrent unit (Cho et al. 2014), and a linear map of its state at the last word.

    Its vectors are normalised each by itself (Ba et al. 2016), so that from the first step on a caption weighs as much
    as the noise beside it.
    """

    def __init__(self, captions: Captions, outputs: int) -> None:
        super().__init__()
        self.words = nn.Embedding(len(captions.vocabulary) + 1, _WORD, padding_idx=0)
        self.recurrent = nn.GRU(_WORD, _STATE, batch_first=True)
        self.head = nn.Sequential(nn.Linear(_STATE, outputs), nn.LayerNorm(outputs))

    def forward(self, captions: Tensor) -> Tensor:
        """Map captions (n, length) of words' numbers, 0 behind the last, to vectors (n, outputs) float32."""
        with torch.autocast(captions.device.type, enabled=False):  # a state of 16 steps has no digits to lose
            states, _ = self.recurrent(self.words(captions))
            last = (captions > 0).sum(dim=1).clamp(min=1) - 1
            vectors: Tensor = self.head(states[torch.arange(len(captions), device=captions.device), last])
        return vectors


def embedding(task: Task, outputs: int) -> nn.Module:
    """Return a network from labels (n,) or captions (n, length), whichever the task has, to vectors (n, outputs)."""
    if isinstance(task.condition, Captions):
        return TextEncoder(task.condition, outputs)
    assert isinstance(task.condition, Labels), "a conditional model is made for labels or captions"
    return nn.Embedding(task.condition.classes, outputs)

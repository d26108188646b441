"""A moving average of a network's weights, which samples better than the weights of the last update."""

import copy
from itertools import chain

import torch
from torch import Tensor, nn


class MovingAverage(nn.Module):
    """An exponential moving average of a network's weights and buffers, as the network `module`.

    decay: in [0, 1); shorter at first, (1 + n) / (10 + n) after n updates, so that no start stays in it. Nothing is
    read from the device, for the number of updates is given.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__()
        self.module = copy.deepcopy(network).requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def follow(self, network: nn.Module, earlier: int) -> None:
        """Take in a network after an update. earlier: updates before that one; the first is copied."""
        decay = min(self.decay, (1 + earlier) / (10 + earlier)) if earlier else 0.0
        pairs = list(zip(_tensors(self.module), _tensors(network), strict=True))
        counts = [(mine, theirs) for mine, theirs in pairs if not mine.is_floating_point()]
        for mine, theirs in counts:
            mine.copy_(theirs)
        averaged = [(mine, theirs.detach()) for mine, theirs in pairs if mine.is_floating_point()]
        if averaged:
            torch._foreach_lerp_([mine for mine, _ in averaged], [theirs for _, theirs in averaged], 1 - decay)


def _tensors(network: nn.Module) -> list[Tensor]:
    return list(chain(network.parameters(), network.buffers()))

"""A moving average of a network's weights, which samples better than the weights of the last update."""

import copy

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
        self._has_buffers = any(True for _ in network.buffers())
        self._pairs: list[tuple[Tensor, Tensor]] = []
        self._followed: tuple[nn.Module, ...] = ()  # a tuple, so that the network does not become a part of this one

    @torch.no_grad()
    def follow(self, network: nn.Module, earlier: int) -> None:
        """Take in a network after an update. earlier: updates before that one; the first is copied."""
        decay = min(self.decay, (1 + earlier) / (10 + earlier)) if earlier else 0.0
        buffers = list(zip(self.module.buffers(), network.buffers(), strict=True)) if self._has_buffers else []
        for mine, theirs in buffers:
            if not mine.is_floating_point():
                mine.copy_(theirs)
        averaged = self._weights(network) + [pair for pair in buffers if pair[0].is_floating_point()]
        if averaged:
            torch._foreach_lerp_([mine for mine, _ in averaged], [theirs for _, theirs in averaged], 1 - decay)

    def _weights(self, network: nn.Module) -> list[tuple[Tensor, Tensor]]:
        # networks keep their weights, and to walk through the modules at every update costs more than the average
        if self._followed != (network,):
            self._pairs = list(zip(self.module.parameters(), network.parameters(), strict=True))
            self._followed = (network,)
        return self._pairs

"""A moving average of a network's weights, which samples better than the weights of the last update."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


def moving_average(network: nn.Module, decay: float, updates: Callable[[], int]) -> AveragedModel:
    """Return the average, to be brought up to date by `update_parameters(network)` after each update.

    decay: of the average, in [0, 1); shorter at first, (1 + n) / (10 + n) after n updates, so that no start stays
    in it. updates: tells n.
    """

    def follow(averaged: Any, current: Any, _: Tensor | int) -> None:
        taken = updates()
        get_ema_multi_avg_fn(min(decay, (1 + taken) / (10 + taken)))(averaged, current, _)  # type: ignore[no-untyped-call]

    return AveragedModel(network, multi_avg_fn=follow, use_buffers=True)

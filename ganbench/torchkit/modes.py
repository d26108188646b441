"""The ways to draw from a network: from which weights, and by which statistics of batch norm."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Literal

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from ganbench.contracts.capabilities import SamplingMode


def has_batch_norm(network: nn.Module) -> bool:
    """Whether a network normalises by batches anywhere."""
    return any(isinstance(layer, _BatchNorm) for layer in network.modules())


def sampling_modes(*, averaged: bool, normed: bool) -> tuple[SamplingMode, ...]:
    """Return every mode in which a network draws differently, the usual one first: averaged, by running statistics."""
    averages = (True, False) if averaged else (False,)
    statistics: tuple[Literal["running", "batch"], ...] = ("running", "batch") if normed else ("running",)
    return tuple(SamplingMode(average, norm) for average, norm in product(averages, statistics))


def batch_norm_text(mode: SamplingMode, chunk: int) -> str:
    """Return a mode's statistics as profiles have them. chunk: samples that are drawn at a time."""
    return "running" if mode.batch_norm == "running" else f"batch of {chunk} at most"


@contextmanager
def drawing(network: nn.Module, mode: SamplingMode) -> Iterator[nn.Module]:
    """Give a network in evaluation mode, and leave it as it was.

    By batch statistics it is a copy, since a layer that normalises by its batch counts it as one of training's.
    """
    if mode.batch_norm == "batch":
        network = copy.deepcopy(network)
    training = network.training
    network.eval()
    if mode.batch_norm == "batch":
        for layer in network.modules():
            if isinstance(layer, _BatchNorm):
                layer.train()
    try:
        yield network
    finally:
        network.train(training)

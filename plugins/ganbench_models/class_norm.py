"""Batch norm whose scale and shift are its class's own, after Dumoulin et al. (2017) and de Vries et al. (2017)."""

import torch
from torch import Tensor, nn


class TakesLabels(nn.Module):
    """A layer that is called with values and their labels."""


class ClassBatchNorm(TakesLabels):
    """Batch norm of points (n, channels) or maps (n, channels, height, width), scaled and shifted by class.

    It begins as plain batch norm. The statistics are those of the whole batch, whatever its classes.
    """

    def __init__(self, channels: int, classes: int, *, maps: bool) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False) if maps else nn.BatchNorm1d(channels, affine=False)
        self.scale, self.shift = nn.Embedding(classes, channels), nn.Embedding(classes, channels)
        nn.init.ones_(self.scale.weight)
        nn.init.zeros_(self.shift.weight)

    def forward(self, values: Tensor, labels: Tensor) -> Tensor:
        """Map values (n, channels, …) and labels (n,) int64 to the same shape as values."""
        shape = (len(values), -1) + (1,) * (values.ndim - 2)
        normed: Tensor = self.norm(values)
        return torch.addcmul(self.shift(labels).reshape(shape), normed, self.scale(labels).reshape(shape))


class LabelledChain(nn.Module):
    """Layers in order; those that take labels are given them."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, values: Tensor, labels: Tensor) -> Tensor:
        """Map values (n, …) with labels (n,) through every layer."""
        for layer in self.layers:
            values = layer(values, labels) if isinstance(layer, TakesLabels) else layer(values)
        return values

"""Convolutions with their channels side by side in memory, gradients of every order too.

The second derivatives, which gradient penalties need, are convolutions again; torch's own are general ones.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from ganbench.torchkit.linear import product

_FEW = 64  # numbers that one position spreads over, up to which a product and a sum are faster than a convolution
_SIDE_BY_SIDE = torch.channels_last


class Geometry(NamedTuple):
    """How a convolution (n, channels, height, width) is laid out; each pair is of height and width."""

    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    transposed: bool
    output_padding: tuple[int, int]
    groups: int


class Convolution(torch.autograd.Function):
    """A convolution of x (n, channels, height, width) by weights, whose result has its channels side by side.

    With its two gradients it is one form of three arguments, <convolution(x, w), g>: the derivatives of each are the
    other two, so that no order needs another kernel.
    """

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, bias: Tensor | None, geometry: Geometry) -> Tensor:
        """Return the convolution, transposed or not."""
        context.geometry, context.apart = geometry, not x.is_contiguous(memory_format=_SIDE_BY_SIDE)
        context.save_for_backward(x := side_by_side(x), weight)
        if geometry.transposed and _spreads(weight, geometry):
            size = [
                (side - 1) * stride - 2 * padding + dilation * (kernel - 1) + more + 1
                for side, stride, padding, dilation, more, kernel in zip(
                    x.shape[2:], *geometry[:3], geometry.output_padding, weight.shape[2:], strict=True
                )
            ]
            images = spread(x, weight, size, geometry)
            return images if bias is None else images + bias[:, None, None]
        return torch.convolution(x, weight, bias, *geometry)

    @staticmethod
    def backward(context: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients; that of x is laid out as x was, so that what comes before it stays fast."""
        x, weight = context.saved_tensors
        wanted, geometry = context.needs_input_grad, context.geometry
        back = InputGradient.apply(slope, weight, x.shape, geometry) if wanted[0] else None
        return (
            back.contiguous() if back is not None and context.apart else back,
            WeightGradient.apply(slope, x, weight.shape, geometry) if wanted[1] else None,
            slope.sum((0, 2, 3)) if wanted[2] else None,
            None,
        )


class InputGradient(torch.autograd.Function):
    """The gradient of a convolution's input, (n, channels, height, width)."""

    @staticmethod
    def forward(context: Any, slope: Tensor, weight: Tensor, shape: torch.Size, geometry: Geometry) -> Tensor:
        """Return it. slope: the gradient of the convolution's result. shape: of its input."""
        context.geometry = geometry
        context.save_for_backward(slope := side_by_side(slope), weight)
        if not geometry.transposed and _spreads(weight, geometry):
            return spread(slope, weight, shape[2:], geometry)
        x = torch.empty(shape, dtype=slope.dtype, memory_format=_SIDE_BY_SIDE)
        return _gradients(slope, x, weight, geometry, (True, False, False))[0]

    @staticmethod
    def backward(context: Any, x: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of slope and weight, for one of the input, x."""
        slope, weight = context.saved_tensors
        wanted, geometry = context.needs_input_grad, context.geometry
        return (
            Convolution.apply(x, weight, None, geometry) if wanted[0] else None,
            WeightGradient.apply(slope, x, weight.shape, geometry) if wanted[1] else None,
            None,
            None,
        )


class WeightGradient(torch.autograd.Function):
    """The gradient of a convolution's weights."""

    @staticmethod
    def forward(context: Any, slope: Tensor, x: Tensor, shape: torch.Size, geometry: Geometry) -> Tensor:
        """Return it. slope: the gradient of the convolution's result. x: its input. shape: of the weights."""
        context.geometry = geometry
        context.save_for_backward(slope := side_by_side(slope), x := side_by_side(x))
        weight = torch.empty(shape, dtype=slope.dtype)
        return _gradients(slope, x, weight, geometry, (False, True, False))[1]

    @staticmethod
    def backward(context: Any, weight: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of slope and x, for one of the weights."""
        slope, x = context.saved_tensors
        wanted, geometry = context.needs_input_grad, context.geometry
        return (
            Convolution.apply(x, weight, None, geometry) if wanted[0] else None,
            InputGradient.apply(slope, weight, x.shape, geometry) if wanted[1] else None,
            None,
            None,
        )


class Flattening(torch.autograd.Function):
    """Maps (n, …) with channels side by side to (n, channels * height * width), and gradients back to that layout."""

    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        """Return the values of each sample in the order of its axes."""
        context.shape = x.shape
        return x.reshape(len(x), -1)

    @staticmethod
    def backward(context: Any, slope: Tensor) -> Tensor:
        """Return the gradient of x."""
        return side_by_side(slope.reshape(context.shape))


def spread(x: Tensor, weight: Tensor, size: Sequence[int], geometry: Geometry) -> Tensor:
    """Return the transposed convolution of x by weight (channels, few, kernel, kernel): (n, few, *size).

    Each position's patch is a row of one matrix product, and patches are summed where they overlap.
    """
    rows = x.permute(0, 2, 3, 1).flatten(0, 2)
    patches = product(rows, weight.flatten(1).t()) if x.dtype == torch.float32 else rows @ weight.flatten(1)
    plain = weight.shape[2:] == (1, 1) == geometry.stride and geometry.padding == (0, 0)
    if plain and x.shape[2:] == tuple(size):  # each patch is one position, where it lies
        return side_by_side(patches.reshape(len(x), *size, -1).permute(0, 3, 1, 2))
    columns = patches.float().reshape(len(x), -1, patches.shape[1]).transpose(1, 2)
    whole = functional.fold(
        columns, tuple(size), tuple(weight.shape[2:]), geometry.dilation, geometry.padding, geometry.stride
    )
    return whole.to(x.dtype)


def side_by_side(x: Tensor) -> Tensor:
    """Return (n, channels, height, width) with its channels side by side, and with the strides that say so."""
    x = x.contiguous(memory_format=_SIDE_BY_SIDE)
    _, channels, height, width = x.shape
    # of a single channel torch takes either layout for the other, and the slower kernel for its strides
    return x if channels > 1 else x.as_strided(x.shape, (height * width, 1, width, 1))


def _spreads(weight: Tensor, geometry: Geometry) -> bool:
    return geometry.groups == 1 and weight[0].numel() <= _FEW


def _gradients(
    slope: Tensor, x: Tensor, weight: Tensor, geometry: Geometry, wanted: tuple[bool, bool, bool]
) -> tuple[Tensor, Tensor, Tensor]:
    found: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.convolution_backward(
        slope, x, weight, None, *geometry, wanted
    )
    return found

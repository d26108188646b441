"""Linear layers by oneDNN, where torch may take a library that leaves half of the processor's width unused."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

_SMALL = 2**19  # multiplications in a product, below which a call costs more than a kernel saves
_NARROW = 16  # columns of a product that fill a register


def product(left: Tensor, right: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return left (n, k) float32 times the transpose of right (m, k), plus bias (m,): (n, m), on the CPU.

    Not differentiable; `Linear` is.
    """
    if len(left) * right.numel() < _SMALL or len(right) < _NARROW:
        return functional.linear(left, right, bias)
    found: Tensor = torch.ops.mkldnn._linear_pointwise(left, right, bias, "none", [], "")
    return found


class Linear(torch.autograd.Function):
    """`product`, with derivatives that are products again."""

    @staticmethod
    def forward(context: Any, left: Tensor, right: Tensor, bias: Tensor | None) -> Tensor:
        """Return `product(left, right, bias)`."""
        context.save_for_backward(left, right)
        return product(left, right, bias)

    @staticmethod
    def backward(context: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of left, right and bias."""
        left, right = context.saved_tensors
        wanted = context.needs_input_grad
        return (
            Linear.apply(slope, right.t(), None) if wanted[0] else None,
            Linear.apply(slope.t(), left.t(), None) if wanted[1] else None,
            slope.sum(0) if wanted[2] else None,
        )

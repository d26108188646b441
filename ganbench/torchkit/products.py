"""Products of large matrices by what is fastest with them, and float64 where a device has it."""

import torch
from torch import Tensor

from ganbench.torchkit.kernel_choice import fastest_kernels
from ganbench.torchkit.linear import product


def row_products(first: Tensor, second: Tensor, added: Tensor, scale: float = 1.0) -> Tensor:
    """Return scale * first @ second.T of matrices (n, d) and (m, d), plus added (m,) in every row; (n, m).

    On a CPU in float32 by oneDNN where that is faster, since torch's BLAS uses the widest instructions on the
    processors of one maker alone. Wherever it is computed, a number is wrong by d times float32's epsilon times the
    norms of its two rows and the scale at most, and as much of what is added: any order of summation keeps to that.
    """
    if first.dtype == torch.float32 and slow_on(first.device):
        return product(first, second * scale, added)
    return torch.addmm(added, first, second.T, alpha=scale)


def slow_on(device: torch.device) -> bool:
    """Tell whether torch's own library of linear algebra is slow there: on a CPU where oneDNN was measured faster."""
    return device.type == "cpu" and fastest_kernels().linear


def where_double_is(tensor: Tensor) -> Tensor:
    """Return a tensor as it is, or on the CPU if its own device has no float64."""
    try:
        tensor.new_empty(0, dtype=torch.float64)
    except (TypeError, RuntimeError):  # Apple's devices, and some of Intel's
        return tensor.cpu()
    return tensor

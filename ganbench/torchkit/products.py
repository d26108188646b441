"""Products of large matrices by what is fastest with them, and float64 where a device has it."""

import torch
from torch import Tensor
from torch.nn.functional import conv2d, pad

_IMAGES = 16  # torch gives a convolution of one pixel to oneDNN, however many threads, from so many images on
_LEAST = 2**21  # multiplications, below which the detour costs more than it brings


def row_products(first: Tensor, second: Tensor, added: Tensor | None = None) -> Tensor:
    """Return first @ second.T of matrices (n, d) and (m, d), (n, m), row by row in memory; added (m,): to every row.

    On a CPU for which torch has oneDNN, large ones in float32 are computed as a convolution whose kernel is one pixel:
    torch's BLAS uses the widest instructions on the processors of one maker alone, oneDNN on all. Other dtypes and
    devices take the ordinary product. Wherever it is computed, a number is wrong by d times float32's epsilon times
    the norms of its two rows at most, and as much of what is added: any order of summation keeps to that.
    """
    if not _by_convolution(first) or first.numel() * len(second) < _LEAST:
        return first @ second.T if added is None else torch.addmm(added, first, second.T)
    count, size = first.shape
    spare = -count % _IMAGES
    images = pad(first, (0, 0, 0, spare)) if spare else first
    images = images.contiguous().view(_IMAGES, -1, 1, size).permute(0, 3, 1, 2)
    found = conv2d(images, second.contiguous()[:, :, None, None], added)
    return found.permute(0, 2, 3, 1).reshape(count + spare, len(second))[:count]


def _by_convolution(matrix: Tensor) -> bool:
    there: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return there and matrix.device.type == "cpu" and matrix.dtype == torch.float32


def where_double_is(tensor: Tensor) -> Tensor:
    """Return a tensor as it is, or on the CPU if its own device has no float64."""
    try:
        tensor.new_empty(0, dtype=torch.float64)
    except (TypeError, RuntimeError):  # Apple's devices, and some of Intel's
        return tensor.cpu()
    return tensor

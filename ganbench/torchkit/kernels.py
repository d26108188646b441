"""The context in which layers run by the faster of torch's CPU kernels, equal to the usual ones but for rounding."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from ganbench.torchkit.convolution import Convolution, Flattening, Geometry
from ganbench.torchkit.linear import Linear


@dataclass(frozen=True)
class KernelChoice:
    """Which layers do not go torch's usual way.

    linear: linear layers, in float32. convolutions: those of images, in float32, and in bfloat16 under autocast.
    """

    linear: bool
    convolutions: bool

    def __str__(self) -> str:
        """Return it in words, nothing where everything is left to torch."""
        words = {"linear layers by oneDNN": self.linear, "channels side by side": self.convolutions}
        return ", ".join(word for word, chosen in words.items() if chosen)


class Kernels(TorchFunctionMode):
    """Inside, layers of networks on the CPU go through ours; what they do not know is left to torch."""

    def __init__(self, choice: KernelChoice) -> None:
        super().__init__()
        self._ways = (_LINEAR if choice.linear else {}) | (_CONVOLUTIONS if choice.convolutions else {})

    def __torch_function__(
        self, function: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Call a function of torch, by our way where there is one that takes these arguments."""
        way = self._ways.get(function)
        if way is not None and (found := way(*args, **(kwargs or {}))) is not None:
            return found
        return function(*args, **(kwargs or {}))


# in the order in which torch takes them, and as it names them
_LINEAR_ARGUMENTS = ("input", "weight", "bias")
_CONV_ARGUMENTS = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
_TRANSPOSED_ARGUMENTS = ("input", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation")


def _linear(*args: Any, **kwargs: Any) -> Tensor | None:
    given = dict(zip(_LINEAR_ARGUMENTS, args, strict=False)) | kwargs
    x, weight = given["input"], given["weight"]
    if _precision(x, weight) != torch.float32 or x.dim() < 2:
        return None
    mapped: Tensor = Linear.apply(x.flatten(0, -2), weight, given.get("bias"))
    return mapped if x.dim() == 2 else mapped.reshape(*x.shape[:-1], -1)


def _conv2d(*args: Any, **kwargs: Any) -> Tensor | None:
    return _convolved(dict(zip(_CONV_ARGUMENTS, args, strict=False)) | kwargs, transposed=False)


def _conv_transpose2d(*args: Any, **kwargs: Any) -> Tensor | None:
    return _convolved(dict(zip(_TRANSPOSED_ARGUMENTS, args, strict=False)) | kwargs, transposed=True)


def _convolved(given: Mapping[str, Any], transposed: bool) -> Tensor | None:
    x, weight = given["input"], given["weight"]
    precision = _precision(x, weight)
    if precision is None or x.dim() != 4 or isinstance(given.get("padding"), str):
        return None
    geometry = Geometry(
        stride=_pair(given.get("stride", 1)),
        padding=_pair(given.get("padding", 0)),
        dilation=_pair(given.get("dilation", 1)),
        transposed=transposed,
        output_padding=_pair(given.get("output_padding", 0)),
        groups=given.get("groups", 1),
    )
    with torch.autocast("cpu", enabled=False):
        parts = [part if part is None else part.to(precision) for part in (x, weight, given.get("bias"))]
        found: Tensor = Convolution.apply(*parts, geometry)
    return found


def _flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor | None:
    whole = x.dim() == 4 and start_dim == 1 and end_dim in (-1, 3)
    if not whole or x.is_contiguous() or not x.is_contiguous(memory_format=torch.channels_last):
        return None
    flat: Tensor = Flattening.apply(x)
    return flat


def _precision(x: Tensor, weight: Tensor) -> torch.dtype | None:
    """Return what a layer is computed in, None where torch has to do it: other devices, types, tensors of a kind."""
    plain = type(x) is Tensor and isinstance(weight, Tensor) and x.device.type == "cpu" == weight.device.type
    transformed = torch._C._functorch.peek_interpreter_stack() is not None  # by torch.func
    known = (torch.float32, torch.bfloat16)
    if not plain or transformed or x.dtype not in known or weight.dtype not in known:
        return None
    if torch.is_autocast_enabled("cpu"):
        reduced = torch.get_autocast_dtype("cpu")
        return reduced if reduced == torch.bfloat16 else None
    return torch.float32 if x.dtype == weight.dtype == torch.float32 else None


def _pair(value: Any) -> tuple[int, int]:
    if isinstance(value, int):
        return value, value
    first, *others = value
    return first, (others[0] if others else first)


_LINEAR: dict[Callable[..., Any], Callable[..., Tensor | None]] = {functional.linear: _linear}
_CONVOLUTIONS: dict[Callable[..., Any], Callable[..., Tensor | None]] = {
    functional.conv2d: _conv2d,
    functional.conv_transpose2d: _conv_transpose2d,
    torch.flatten: _flatten,
    Tensor.flatten: _flatten,
}

"""A walk through a model's latent space: whether what lies between two samples looks like samples too."""

import math
from typing import TYPE_CHECKING, Any

from ganbench.contracts import Model
from ganbench.seeds import stream

if TYPE_CHECKING:
    from torch import Tensor

ROWS, STEPS = 6, 8


def has_codes(model: Model, shape: tuple[int, ...]) -> bool:
    """Tell whether a model draws images from codes that can be walked between."""
    return len(shape) == 3 and hasattr(model, "decode") and hasattr(model, "latent")


def walk(model: Any, seed: int, device: str, classes: int) -> "Tensor":
    """Return (ROWS * STEPS, *shape) samples: each row goes from one code to another, its class unchanged.

    Codes are joined along the great circle between them (White 2016), so that each is as far from the origin as
    a drawn one.
    """
    import torch

    generator = torch.Generator(device).manual_seed(stream(seed, "walk"))
    ends = torch.randn(2, ROWS, 1, int(model.latent), generator=generator, device=device)
    share = torch.linspace(0, 1, STEPS, device=device)[None, :, None]
    cosine = torch.cosine_similarity(ends[0], ends[1], dim=-1).clamp(-1 + 1e-6, 1 - 1e-6)
    angle = cosine.acos()[..., None]
    codes = (((1 - share) * angle).sin() * ends[0] + (share * angle).sin() * ends[1]) / angle.sin()
    labels = None
    if getattr(model, "conditional", False):
        labels = (torch.arange(ROWS, device=device) % classes).repeat_interleave(STEPS)
    samples: Tensor = model.decode(codes.reshape(ROWS * STEPS, -1), labels)
    if not math.isfinite(samples.abs().max().item()):
        raise ValueError("decode gave numbers that are not finite")
    return samples

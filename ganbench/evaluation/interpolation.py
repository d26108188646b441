"""A walk through a model's latent space: whether what lies between two samples looks like samples too."""

import math
from typing import TYPE_CHECKING

from ganbench.contracts.capabilities import CodeVariation, LatentDecoder, Profile
from ganbench.contracts.datasets import Dataset
from ganbench.schema.condition import Labels
from ganbench.seeds import stream

if TYPE_CHECKING:
    from torch import Tensor

ROWS, STEPS = 6, 8


def rows_of(profile: Profile, dataset: Dataset, device: str) -> "Tensor | None":
    """Return (ROWS, …), what each row of a walk is asked for by: one class after another, or held-out captions."""
    import torch

    if profile.condition is None:
        return None
    if isinstance(profile.condition, Labels):
        return torch.arange(ROWS, device=device) % profile.condition.classes
    return dataset.head("test", ROWS).condition


def walk(model: LatentDecoder, profile: Profile, seed: int, device: str, asked: "Tensor | None" = None) -> "Tensor":
    """Return (ROWS * STEPS, *shape) samples: each row goes from one code to another, its condition unchanged.

    Of a model that varies its codes a row varies a part of the first alone.

    asked: (ROWS, …), the condition of each row, of a conditional model.

    Codes are joined along the great circle between them (White 2016), so that each is as far from the origin as
    a drawn one.
    """
    import torch

    generator = torch.Generator(device).manual_seed(stream(seed, "walk"))
    assert profile.latent is not None, "a latent decoder says how many dimensions its codes have"
    ends = torch.randn(2, ROWS, 1, profile.latent, generator=generator, device=device)
    asked_of_each = None if asked is None else asked.repeat_interleave(STEPS, dim=0)
    codes = model.variations(ends[0, :, 0], STEPS) if isinstance(model, CodeVariation) else _great_circle(ends)
    samples: Tensor = model.decode(codes.reshape(ROWS * STEPS, -1), asked_of_each)
    if not math.isfinite(samples.abs().max().item()):
        raise ValueError("decode gave numbers that are not finite")
    return samples


def _great_circle(ends: "Tensor") -> "Tensor":
    import torch

    share = torch.linspace(0, 1, STEPS, device=ends.device)[None, :, None]
    cosine = torch.cosine_similarity(ends[0], ends[1], dim=-1).clamp(-1 + 1e-6, 1 - 1e-6)
    angle = cosine.acos()[..., None]
    codes: Tensor = (((1 - share) * angle).sin() * ends[0] + (share * angle).sin() * ends[1]) / angle.sin()
    return codes

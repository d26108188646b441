"""What every metric asks of its two sides first, and an order of samples that does not depend on how they came."""

import torch
from torch import Tensor

from ganbench import UnfitError
from ganbench.torchkit.products import where_double_is

_SEED = 20201125  # of the direction that samples are ordered along; any would do


def checked(real: Tensor, fake: Tensor, least: int = 2) -> tuple[Tensor, Tensor]:
    """Return both sides (n, d) and (m, d), each in an order of its own that shuffling does not change.

    Scores that draw subsets or add in some order are then the same for the same samples, however these came. Both are
    on the CPU where their own device has no float64. Raises UnfitError for fewer than `least` samples a side, and for
    features that are not finite.
    """
    if min(len(real), len(fake)) < least:
        raise UnfitError(f"{least} samples a side are needed, not {len(real)} and {len(fake)}")
    require_finite(real, fake)
    real, fake = where_double_is(real), where_double_is(fake)
    return real[canonical(real)], fake[canonical(fake)]


def require_finite(real: Tensor, fake: Tensor) -> None:
    """Raise UnfitError for features of either side, of any shape, that are not finite."""
    for side, name in ((real, "real"), (fake, "generated")):
        if not bool(side.isfinite().all()):
            raise UnfitError(f"the features of the {name} side are not finite")


def canonical(vectors: Tensor) -> Tensor:
    """Return the indices (n,) that sort vectors (n, d) along one fixed direction; only equal ones can tie."""
    generator = torch.Generator().manual_seed(_SEED)
    direction = torch.randn(vectors.shape[1], generator=generator, dtype=torch.float64).to(vectors.device)
    return torch.cat([chunk.double() @ direction for chunk in torch.split(vectors, 4_096)]).argsort(stable=True)

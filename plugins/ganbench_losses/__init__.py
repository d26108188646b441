"""The adversarial objectives that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_losses() -> Iterator[ganbench.LossCard]:
    """Offer both objectives of the first paper."""
    yield ganbench.LossCard(
        "minimax",
        make="ganbench_losses.minimax:Minimax",
        about="Goodfellow et al. 2014 as first written: the generator's gradient fades as it loses.",
    )
    yield ganbench.LossCard(
        "non-saturating",
        make="ganbench_losses.non_saturating:NonSaturating",
        about="Goodfellow et al. 2014 in practice: the generator maximises log D(G(z)).",
    )

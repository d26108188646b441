"""The feature spaces that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_features() -> Iterator[ganbench.FeatureCard]:
    """Offer the samples themselves."""
    yield ganbench.FeatureCard(
        "raw",
        make="ganbench_features.raw:Raw",
        about="The samples' own numbers: pixels in [-1, 1], or coordinates.",
    )

"""The executors that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_executors() -> Iterator[ganbench.ExecutorCard]:
    """Offer this process."""
    yield ganbench.ExecutorCard(
        "local",
        make="ganbench_executors.local:Local",
        about="One run after another in this process, each with the whole device to itself.",
        default=True,
    )

"""The executors that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_executors() -> Iterator[ganbench.ExecutorCard]:
    """Offer this process, processes side by side, and a cluster."""
    yield ganbench.ExecutorCard(
        "local",
        make="ganbench_executors.local:Local",
        about="One run after another in this process, each with the whole device to itself.",
        default=True,
    )
    yield ganbench.ExecutorCard(
        "processes",
        make="ganbench_executors.processes:Processes",
        about="Runs side by side in processes that last: workers=4; on GPUs runs_per_device=2. Speed is shared.",
        side_by_side=True,
    )
    yield ganbench.ExecutorCard(
        "ray",
        make="ganbench_executors.ray_cluster:Ray",
        about="The nodes of a Ray cluster: ray:address=auto,cpus=2. Needs ganbench[ray], and a shared results folder.",
    )

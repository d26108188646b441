"""The datasets that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_datasets() -> Iterator[ganbench.DatasetCard]:
    """Offer two mixtures in the plane, digits small and large, tones, and anybody's folder of pictures."""
    yield ganbench.DatasetCard(
        "ring8",
        make="ganbench_datasets.mixtures:ring8",
        about="8 Gaussians on the unit circle: 100,000 points in the plane.",
        kind="points",
    )
    yield ganbench.DatasetCard(
        "grid25",
        make="ganbench_datasets.mixtures:grid25",
        about="25 Gaussians on a square grid: 100,000 points in the plane.",
        kind="points",
    )
    yield ganbench.DatasetCard(
        "digits",
        make="ganbench_datasets.digits:digits",
        about="scikit-learn's 1,797 handwritten digits, 1 x 8 x 8; needs no download.",
        kind="images",
    )
    yield ganbench.DatasetCard(
        "mnist",
        make="ganbench_datasets.mnist:mnist",
        about="70,000 handwritten digits, 1 x 28 x 28.",
        kind="images",
    )
    yield ganbench.DatasetCard(
        "stacked-mnist",
        make="ganbench_datasets.stacked_mnist:stacked_mnist",
        about="128,000 triples of MNIST's digits as colour channels, 3 x 28 x 28: 1,000 classes.",
        kind="images",
    )
    yield ganbench.DatasetCard(
        "tones",
        make="ganbench_datasets.tones:tones",
        about="12,000 waveforms of one decaying tone each, 1 x 1,024, of a known law in eight bands of frequency.",
    )
    yield ganbench.DatasetCard(
        "image-folder",
        make="ganbench_datasets.image_folder:image_folder",
        about="Any folder of class folders: image-folder:folder=PATH,size=32.",
        kind="images",
    )

"""The datasets that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_datasets() -> Iterator[ganbench.DatasetCard]:
    """Offer mixtures and other points, digits small and large, tones, and anybody's folder of pictures."""
    yield _card("ring8", "mixtures:ring8", "8 Gaussians on the unit circle: 100,000 points in the plane.", "points")
    yield _card("grid25", "mixtures:grid25", "25 Gaussians on a square grid: 100,000 points in the plane.", "points")
    yield _card(
        "gaussians",
        "mixtures:gaussians",
        "Gaussians that are apart, 100 in 16 dimensions unless told otherwise: 100,000 points.",
        "points",
    )
    yield _card("two-moons", "planes:two_moons", "Two interleaved half circles: 100,000 points in the plane.", "points")
    yield _card("swiss-roll", "planes:swiss_roll", "A spiral: 100,000 points in the plane.", "points")
    yield _card(
        "checkerboard", "planes:checkerboard", "Eight squares of a board: 100,000 points in the plane.", "points"
    )
    yield _card(
        "digits",
        "digits:digits",
        "scikit-learn's 1,797 handwritten digits, 1 x 8 x 8; needs no download.",
        "images",
    )
    yield _card("mnist", "mnist:mnist", "70,000 handwritten digits, 1 x 28 x 28.", "images")
    yield _card(
        "stacked-mnist",
        "stacked_mnist:stacked_mnist",
        "128,000 triples of MNIST's digits as colour channels, 3 x 28 x 28: 1,000 classes.",
        "images",
    )
    yield _card(
        "tones",
        "tones:tones",
        "12,000 waveforms of one decaying tone each, 1 x 1,024, of a known law in eight bands of frequency.",
    )
    yield _card(
        "image-folder",
        "image_folder:image_folder",
        "Any folder of class folders: image-folder:folder=PATH,size=32.",
        "images",
    )


def _card(name: str, make: str, about: str, kind: str = "") -> ganbench.DatasetCard:
    return ganbench.DatasetCard(name, make=f"{__name__}.{make}", about=about, kind=kind)

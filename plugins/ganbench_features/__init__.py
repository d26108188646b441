"""The feature spaces that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_features() -> Iterator[ganbench.FeatureCard]:
    """Offer the samples themselves, classifiers of digits, and the features of published scores."""
    yield ganbench.FeatureCard(
        "raw",
        make="ganbench_features.raw:Raw",
        about="The samples' own numbers: pixels in [-1, 1], or coordinates.",
    )
    yield ganbench.FeatureCard(
        "mnist-classifier",
        make="ganbench_features.digit_classifier:mnist_classifier",
        about="A classifier of MNIST's digits that comes with ganbench; stacked ones are judged one by one.",
        knows=("mnist", "stacked-mnist"),
        kind="images",
    )
    yield ganbench.FeatureCard(
        "digits-classifier",
        make="ganbench_features.digit_classifier:digits_classifier",
        about="A classifier of scikit-learn's digits that comes with ganbench.",
        knows=("digits",),
        kind="images",
    )
    yield ganbench.FeatureCard(
        "inception",
        make="ganbench_features.inception:Inception",
        about="The Inception-v3 of FID, KID and IS; resizing=clean or legacy; downloads 96 MB once.",
        kind="images",
    )

"""The feature spaces that come with ganbench."""

from collections.abc import Iterator

import ganbench

# name, where it is in this package, about, the datasets that it was made for, and the kind of data
_SPACES = (
    ("raw", "raw:Raw", "The samples' own numbers: pixels in [-1, 1], or coordinates.", ("*",), ""),
    (
        "mnist-classifier",
        "digit_classifier:mnist_classifier",
        "A classifier of MNIST's digits that comes with ganbench; stacked ones are judged one by one.",
        (
            "mnist",
            "stacked-mnist",
            "captioned-mnist",
        ),
        "images",
    ),
    (
        "digits-classifier",
        "digit_classifier:digits_classifier",
        "A classifier of scikit-learn's digits that comes with ganbench.",
        ("digits",),
        "images",
    ),
    (
        "mnist-factors",
        "digit_factors:DigitFactors",
        "The digit as mnist-classifier reads it, and the thickness, slant and size of its stroke, measured.",
        ("captioned-mnist",),
        "images",
    ),
    (
        "shapes-recogniser",
        "scene_recogniser:SceneFeatures",
        "A recogniser of scenes of shapes that comes with ganbench: its features of each place.",
        ("shapes",),
        "images",
    ),
    (
        "shapes-factors",
        "scene_recogniser:SceneFactors",
        "What the same recogniser reads: log-probabilities of shape, colour and size at each place.",
        ("shapes",),
        "images",
    ),
    (
        "inception",
        "inception:Inception",
        "The Inception-v3 of FID, KID and IS; resizing=clean or legacy; downloads 96 MB once.",
        ("*",),
        "images",
    ),
)


@ganbench.hookimpl
def offer_features() -> Iterator[ganbench.FeatureCard]:
    """Offer the samples themselves, classifiers of digits, strokes measured, a recogniser of scenes, and Inception."""
    for name, make, about, knows, kind in _SPACES:
        yield ganbench.FeatureCard(name, make=f"{__name__}.{make}", about=about, knows=knows, kind=kind)

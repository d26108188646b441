"""The datasets that come with ganbench."""

from collections.abc import Iterator

import ganbench

# name, where it is in this package, about, and the kind of data
_DATASETS = (
    ("ring8", "mixtures:ring8", "8 Gaussians on the unit circle: 100,000 points in the plane.", "points"),
    ("grid25", "mixtures:grid25", "25 Gaussians on a square grid: 100,000 points in the plane.", "points"),
    (
        "gaussians",
        "mixtures:gaussians",
        "Gaussians that are apart, 100 in 16 dimensions unless told otherwise: 100,000 points.",
        "points",
    ),
    ("two-moons", "planes:two_moons", "Two interleaved half circles: 100,000 points in the plane.", "points"),
    ("swiss-roll", "planes:swiss_roll", "A spiral: 100,000 points in the plane.", "points"),
    ("checkerboard", "planes:checkerboard", "Eight squares of a board: 100,000 points in the plane.", "points"),
    ("digits", "digits:digits", "scikit-learn's 1,797 handwritten digits, 1 x 8 x 8; needs no download.", "images"),
    ("mnist", "mnist:mnist", "70,000 handwritten digits, 1 x 28 x 28.", "images"),
    (
        "captioned-mnist",
        "captioned_mnist:captioned_mnist",
        "MNIST by captions such as 'a thin seven leaning left', 1 x 28 x 28: class, thickness, slant and size.",
        "images",
    ),
    (
        "stacked-mnist",
        "stacked_mnist:stacked_mnist",
        "128,000 triples of MNIST's digits as colour channels, 3 x 28 x 28: 1,000 classes.",
        "images",
    ),
    (
        "paired-digits",
        "paired_digits:paired_digits",
        "Digits and outlines, inversions or coloured ones of others, unpaired, 32 x 32; their truth is known.",
        "images",
    ),
    (
        "tones",
        "tones:tones",
        "12,000 waveforms of one decaying tone each, 1 x 1,024, of a known law in eight bands of frequency.",
        "",
    ),
    (
        "shapes",
        "shapes:shapes",
        "Scenes of one to three coloured objects with captions, 3 x 32 x 32 or 64 x 64, as many as asked; no download.",
        "images",
    ),
    (
        "fashion-mnist",
        "published:fashion_mnist",
        "70,000 pieces of clothing, 1 x 28 x 28 (Xiao et al. 2017).",
        "images",
    ),
    ("kmnist", "published:kmnist", "70,000 cursive Japanese characters, 1 x 28 x 28 (Clanuwat et al. 2018).", "images"),
    (
        "emnist",
        "published:emnist",
        "Handwritten letters and digits, 1 x 28 x 28 (Cohen et al. 2017): split=balanced, letters, digits, ….",
        "images",
    ),
    ("cifar10", "published:cifar10", "60,000 photographs of ten classes, 3 x 32 x 32 (Krizhevsky 2009).", "images"),
    ("cifar100", "published:cifar100", "60,000 photographs of 100 classes, 3 x 32 x 32 (Krizhevsky 2009).", "images"),
    ("svhn", "published:svhn", "99,289 house numbers, a digit each, 3 x 32 x 32 (Netzer et al. 2011).", "images"),
    ("stl10", "published:stl10", "13,000 photographs of ten classes, 3 x 96 x 96 (Coates et al. 2011).", "images"),
    ("celeba", "published:celeba", "182,732 faces, 3 x 64 x 64 (Liu et al. 2015); celeba:size=128.", "images"),
    (
        "image-folder",
        "image_folder:image_folder",
        "Any folder of class folders: image-folder:folder=PATH,size=32.",
        "images",
    ),
    (
        "image-pairs",
        "image_pairs:image_pairs",
        "Any two domains of pictures, in folders trainA, trainB, testA and testB: image-pairs:folder=PATH,size=64.",
        "images",
    ),
    ("horse2zebra", "published_domains:horse2zebra", "Horses and zebras, unpaired (Zhu et al. 2017).", "images"),
    (
        "monet2photo",
        "published_domains:monet2photo",
        "Paintings by Monet and photographs of landscapes, unpaired (Zhu et al. 2017).",
        "images",
    ),
    (
        "summer2winter",
        "published_domains:summer2winter",
        "Yosemite in summer and in winter, unpaired (Zhu et al. 2017).",
        "images",
    ),
)


@ganbench.hookimpl
def offer_datasets() -> Iterator[ganbench.DatasetCard]:
    """Offer points, digits small and large, scenes with captions, tones, and anybody's folder of pictures."""
    for name, make, about, kind in _DATASETS:
        yield ganbench.DatasetCard(name, make=f"{__name__}.{make}", about=about, kind=kind)

"""The models that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_models() -> Iterator[ganbench.ModelCard]:
    """Offer two adversarial models and a baseline."""
    yield ganbench.ModelCard(
        "vanilla",
        make="ganbench_models.vanilla:Vanilla",
        about="Fully connected GAN (Goodfellow et al. 2014); on points, the networks of VEEGAN and PacGAN.",
        loss="non-saturating",
    )
    yield ganbench.ModelCard(
        "dcgan",
        make="ganbench_models.dcgan:DCGAN",
        about="Deep convolutional GAN (Radford et al. 2016), for images of any size from 8 pixels on.",
        loss="non-saturating",
    )
    yield ganbench.ModelCard(
        "gmm",
        make="ganbench_models.gmm:GMM",
        about="Mixture of Gaussians by EM (scikit-learn's), on principal components where pixels are many.",
    )

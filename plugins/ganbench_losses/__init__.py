"""The adversarial objectives that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_losses() -> Iterator[ganbench.LossCard]:
    """Offer the objectives, oldest first."""
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
    yield ganbench.LossCard(
        "least-squares",
        make="ganbench_losses.least_squares:LeastSquares",
        about="LSGAN, Mao et al. 2017: squared distance of logits to 0 and 1.",
    )
    yield ganbench.LossCard(
        "hinge",
        make="ganbench_losses.hinge:Hinge",
        about="Lim and Ye 2017: a margin of 1 for the discriminator, -D(G(z)) for the generator.",
    )
    yield ganbench.LossCard(
        "wasserstein-clip",
        make="ganbench_losses.wasserstein_clip:WassersteinClip",
        about="WGAN, Arjovsky et al. 2017: difference of means, weights clipped after each critic step.",
    )
    yield ganbench.LossCard(
        "wasserstein-gp",
        make="ganbench_losses.wasserstein_gp:WassersteinGP",
        about="WGAN-GP, Gulrajani et al. 2017: difference of means, slopes between real and generated drawn to 1.",
    )
    yield ganbench.LossCard(
        "r1",
        make="ganbench_losses.r1:R1",
        about="Mescheder et al. 2018: non-saturating, slopes at real samples drawn to 0.",
    )
    yield ganbench.LossCard(
        "relativistic-r1r2",
        make="ganbench_losses.relativistic_r1r2:RelativisticR1R2",
        about="R3GAN, Huang et al. 2024: pairs of real and generated, slopes at both drawn to 0.",
    )

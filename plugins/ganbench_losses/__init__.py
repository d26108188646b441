"""The adversarial objectives that come with ganbench."""

from collections.abc import Iterator

import ganbench

# name, where it is in this package, about; oldest first, those that ask for more than logits after them
_OBJECTIVES = (
    (
        "minimax",
        "minimax:Minimax",
        "Goodfellow et al. 2014 as first written: the generator's gradient fades as it loses.",
    ),
    (
        "non-saturating",
        "non_saturating:NonSaturating",
        "Goodfellow et al. 2014 in practice: the generator maximises log D(G(z)).",
    ),
    (
        "reverse-kl",
        "reverse_kl:ReverseKL",
        "Sønderby et al. 2017, VEEGAN's: the generator minimises -D(G(z)) against a logistic discriminator.",
    ),
    ("least-squares", "least_squares:LeastSquares", "LSGAN, Mao et al. 2017: squared distance of logits to 0 and 1."),
    ("hinge", "hinge:Hinge", "Lim and Ye 2017: a margin of 1 for the discriminator, -D(G(z)) for the generator."),
    (
        "wasserstein-clip",
        "wasserstein_clip:WassersteinClip",
        "WGAN, Arjovsky et al. 2017: difference of means, weights clipped after each critic step.",
    ),
    (
        "wasserstein-gp",
        "wasserstein_gp:WassersteinGP",
        "WGAN-GP, Gulrajani et al. 2017: difference of means, slopes between real and generated drawn to 1.",
    ),
    ("r1", "r1:R1", "Mescheder et al. 2018: non-saturating, slopes at real samples drawn to 0."),
    (
        "relativistic-r1r2",
        "relativistic_r1r2:RelativisticR1R2",
        "R3GAN, Huang et al. 2024: pairs of real and generated, slopes at both drawn to 0.",
    ),
    (
        "feature-matching",
        "feature_matching:FeatureMatching",
        "Salimans et al. 2016: the generator meets the mean of the discriminator's hidden activations.",
    ),
    (
        "instance-noise",
        "instance_noise:InstanceNoise",
        "Sønderby et al. 2017: normal noise on both sides of the discriminator, annealed over the budget.",
    ),
    (
        "consistency",
        "consistency:Consistency",
        "CR-GAN, Zhang et al. 2020: shifted and mirrored images are to have the logits of the images themselves.",
    ),
    (
        "dragan",
        "dragan:DRAGAN",
        "DRAGAN, Kodali et al. 2017: any plain objective, slopes around real samples drawn to 1.",
    ),
    (
        "lecam",
        "lecam:LeCam",
        "Tseng et al. 2021: any plain objective, logits held near moving averages of the other side's.",
    ),
    (
        "diffaugment",
        "diffaugment:DiffAugment",
        "Zhao et al. 2020: any plain objective, of images changed in colour, translated and partly cut out.",
    ),
)


@ganbench.hookimpl
def offer_losses() -> Iterator[ganbench.LossCard]:
    """Offer the objectives."""
    for name, make, about in _OBJECTIVES:
        yield ganbench.LossCard(name, make=f"{__name__}.{make}", about=about)

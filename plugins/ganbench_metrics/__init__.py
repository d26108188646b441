"""The metrics that come with ganbench."""

from collections.abc import Iterator

import ganbench

# what perfect samples score: the mass of a plane Gaussian within three standard deviations, 1 - exp(-4.5)
_PERFECT = 0.98889


@ganbench.hookimpl
def offer_metrics() -> Iterator[ganbench.MetricCard]:
    """Offer mode counting on mixtures, and the Fréchet distance in any feature space."""
    yield ganbench.MetricCard(
        "modes",
        make="ganbench_metrics.modes:Modes",
        about="Modes captured, share of high-quality samples and reverse KL on mixtures (VEEGAN, PacGAN).",
        columns=(
            ganbench.Column("modes_captured", "Modes with a high-quality sample nearest to them.", low=0),
            ganbench.Column(
                "high_quality_share",
                "Samples within three standard deviations of their nearest mean.",
                better=f"closer to {_PERFECT}",
                low=0,
                high=1,
            ),
            ganbench.Column("reverse_kl", "From samples over modes to the uniform, in nats.", "lower", low=0),
        ),
    )
    yield ganbench.MetricCard(
        "frechet",
        make="ganbench_metrics.frechet:Frechet",
        about="Fréchet distance between Gaussians fitted to the features of both sides (Heusel et al. 2017).",
        columns=(ganbench.Column("frechet_distance", "Squared distance; 0 for equal laws.", "lower", low=0),),
        features="raw",
    )

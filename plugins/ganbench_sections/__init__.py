"""The report sections that come with ganbench."""

from collections.abc import Iterator

import ganbench

# name, where it is in this package, about
_SECTIONS = (
    (
        "comparison",
        "comparison:Comparison",
        "Every model's scores side by side, one panel a dataset and score, a dot a seed.",
    ),
    ("progress", "progress:Progress", "Each board's first score against images and against seconds, seeds as bands."),
    ("ranks", "ranks:Ranks", "Ranks with their simultaneous intervals, and the places that seeds support."),
    ("losses", "players:losses", "Loss curves of both players, a panel a model, seeds as bands."),
    ("gradient-norms", "players:gradients", "Gradient norms of both players, a panel a model, seeds as bands."),
    (
        "discriminator-accuracy",
        "players:accuracy",
        "How often the discriminator ranks a real sample above a generated one.",
    ),
    ("sample-grids", "samples:Samples", "What each model draws from its best seed and from its worst, side by side."),
    (
        "mode-histograms",
        "histograms:Histograms",
        "The share of each mode that a model's worst seed gives, beside the true ones.",
    ),
    (
        "waveforms",
        "waveforms:Waveforms",
        "Waveforms that each model's best seed draws, and their mean spectrum beside the real one.",
    ),
    (
        "caption-factors",
        "caption_factors:CaptionFactors",
        "How much of what captions say is in the pictures, factor by factor, with floor and ceiling.",
    ),
    ("training-strips", "training_pictures:Strips", "What the same latents gave at each checkpoint, a row a model."),
    ("training-animation", "training_pictures:Animation", "The same as an animation."),
    (
        "reconstructions",
        "reconstructions:Reconstructions",
        "Held-out pictures, what a model was shown of them, and what it made of that, a block a model.",
    ),
    (
        "anomaly-by-class",
        "anomalies:Anomalies",
        "The area under the ROC of each class that was left out of training, and the mean over classes.",
    ),
    (
        "trade-offs",
        "trade_offs:TradeOffs",
        "Each board's first score against what training and sampling cost, with the Pareto frontier.",
    ),
    ("heat-map", "heat_map:HeatMap", "Models against datasets: places as colours, scores as numbers."),
)
_AT_ONCE = ("comparison", "progress")


@ganbench.hookimpl
def offer_report_sections() -> Iterator[ganbench.SectionCard]:
    """Offer plots of scores and their course, of ranks, of both players, of samples, of modes and of costs."""
    for name, make, about in _SECTIONS:
        yield ganbench.SectionCard(name, make=f"{__name__}.{make}", about=about, at_once=name in _AT_ONCE)

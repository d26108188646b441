"""The report sections that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_report_sections() -> Iterator[ganbench.SectionCard]:
    """Offer plots of scores and their course, of ranks, of both players, of samples, of modes and of costs."""
    yield ganbench.SectionCard(
        "comparison",
        make="ganbench_sections.comparison:Comparison",
        about="Every model's scores side by side, one panel a dataset and score, a dot a seed.",
        at_once=True,
    )
    yield ganbench.SectionCard(
        "progress",
        make="ganbench_sections.progress:Progress",
        about="Each board's first score against images and against seconds, seeds as bands.",
        at_once=True,
    )
    yield ganbench.SectionCard(
        "ranks",
        make="ganbench_sections.ranks:Ranks",
        about="Ranks with their bootstrap intervals, and the places that seeds support.",
    )
    yield ganbench.SectionCard(
        "loss-curves",
        make="ganbench_sections.players:losses",
        about="Loss curves of both players, a panel a model, seeds as bands.",
    )
    yield ganbench.SectionCard(
        "gradient-norms",
        make="ganbench_sections.players:gradients",
        about="Gradient norms of both players, a panel a model, seeds as bands.",
    )
    yield ganbench.SectionCard(
        "discriminator-accuracy",
        make="ganbench_sections.players:accuracy",
        about="How often the discriminator ranks a real sample above a generated one.",
    )
    yield ganbench.SectionCard(
        "sample-grids",
        make="ganbench_sections.samples:Samples",
        about="What each model draws from its best seed and from its worst, side by side.",
    )
    yield ganbench.SectionCard(
        "mode-histograms",
        make="ganbench_sections.histograms:Histograms",
        about="The share of each mode that a model's worst seed gives, beside the true ones.",
    )
    yield ganbench.SectionCard(
        "training-strips",
        make="ganbench_sections.training_pictures:Strips",
        about="What the same latents gave at each checkpoint, a row a model.",
    )
    yield ganbench.SectionCard(
        "training-animation",
        make="ganbench_sections.training_pictures:Animation",
        about="The same as an animation.",
    )
    yield ganbench.SectionCard(
        "trade-offs",
        make="ganbench_sections.trade_offs:TradeOffs",
        about="Each board's first score against seconds, images and parameters, with the Pareto frontier.",
    )
    yield ganbench.SectionCard(
        "heat-map",
        make="ganbench_sections.heat_map:HeatMap",
        about="Models against datasets: places as colours, scores as numbers.",
    )

"""The report sections that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_report_sections() -> Iterator[ganbench.SectionCard]:
    """Offer plots of scores, of their course over training, of ranks and of losses."""
    yield ganbench.SectionCard(
        "comparison",
        make="ganbench_sections.comparison:Comparison",
        about="Every model's scores side by side, one panel a dataset and score, a dot a seed.",
    )
    yield ganbench.SectionCard(
        "progress",
        make="ganbench_sections.progress:Progress",
        about="Each board's first score against images and against seconds, seeds as bands.",
    )
    yield ganbench.SectionCard(
        "ranks",
        make="ganbench_sections.ranks:Ranks",
        about="Ranks with their bootstrap intervals, and the places that seeds support.",
    )
    yield ganbench.SectionCard(
        "loss-curves",
        make="ganbench_sections.losses:Losses",
        about="Loss curves of both players, a panel a model, seeds as bands.",
    )
    yield ganbench.SectionCard(
        "sample-grids",
        make="ganbench_sections.samples:Samples",
        about="What each model draws from its best seed and from its worst, side by side.",
    )

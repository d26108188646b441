"""The report sections that come with ganbench."""

from collections.abc import Iterator

import ganbench


@ganbench.hookimpl
def offer_report_sections() -> Iterator[ganbench.SectionCard]:
    """Offer the comparison plot."""
    yield ganbench.SectionCard(
        "comparison",
        make="ganbench_sections.comparison:Comparison",
        about="Every model's scores side by side, one panel a dataset and score, a dot a seed.",
    )

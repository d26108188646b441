"""The report: both tables, then each section that a plugin offers; a broken section stops nobody else."""

from dataclasses import dataclass
from pathlib import Path

from ganbench.analysis.tables import write_tables
from ganbench.contracts.cards import SectionCard
from ganbench.contracts.sections import Results
from ganbench.registry.catalog import Catalog
from ganbench.report.documents import write_documents
from ganbench.report.notes import Order
from ganbench.report.sections import write_sections


@dataclass(frozen=True)
class Written:
    """What a report came to: its files, and the reason of each section that could not be written."""

    paths: tuple[Path, ...]
    broken: dict[str, str]


def write_report(
    results: Results, catalog: Catalog, folder: Path, at_once: bool = False, order: Order = "mean"
) -> Written:
    """Write tables and sections into folder; at_once: no sections but those that are for the end of every run.

    order: as grid.grids has it.
    """
    paths = [*write_tables(results, folder), *write_documents(results.leaderboard, folder, order)]
    cards = [card for card in section_cards(catalog) if card.at_once or not at_once]
    sections, broken = write_sections(results, cards, folder, strange_sections(catalog))
    return Written((*paths, *(path for written in sections.values() for path in written)), broken)


def section_cards(catalog: Catalog) -> list[SectionCard]:
    """Return the cards of every section on offer."""
    return [card for card, _ in catalog.cards("report-sections") if isinstance(card, SectionCard)]


def strange_sections(catalog: Catalog) -> frozenset[str]:
    """Return the names of sections that other distributions offer."""
    return frozenset(card.name for card, plugin in catalog.cards("report-sections") if not plugin.own)

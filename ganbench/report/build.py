"""The report: both tables, then each section that a plugin offers; a broken section stops nobody else."""

from dataclasses import dataclass
from pathlib import Path

from ganbench.contracts import Results
from ganbench.plugins import Catalog
from ganbench.report.documents import write_documents
from ganbench.tables import write_tables


@dataclass(frozen=True)
class Written:
    """What a report came to: its files, and the reason of each section that could not be written."""

    paths: tuple[Path, ...]
    broken: dict[str, str]


def write_report(results: Results, catalog: Catalog, folder: Path, at_once: bool = False) -> Written:
    """Write tables and sections into folder; at_once: no sections but those that are for the end of every run."""
    paths = [*write_tables(results, folder), *write_documents(results.leaderboard, folder)]
    sections, broken = write_sections(results, catalog, folder, at_once)
    return Written((*paths, *(path for written in sections.values() for path in written)), broken)


def write_sections(
    results: Results, catalog: Catalog, folder: Path, at_once: bool = False
) -> tuple[dict[str, list[Path]], dict[str, str]]:
    """Write every section into folder; return the files of each, and the reason of each that could not be written."""
    sections, broken = {}, {}
    for card, _ in catalog.cards("report-sections"):
        if at_once and not card.at_once:  # type: ignore[attr-defined]
            continue
        try:
            sections[card.name] = list(card.load()().write(results, folder))
        except Exception as error:  # a stranger's section may do anything
            broken[card.name] = f"{type(error).__name__}: {error}".splitlines()[0]
    return sections, broken

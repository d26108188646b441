"""What a section of the report must do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ganbench.schema.record import RunRecord

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Results:
    """What a report section may show: the records, and the frames that ganbench.analysis.tables made of them.

    folders: of each run's files, by the column `run` of tidy; a run whose files are not at hand has none.
    """

    records: tuple[RunRecord, ...]
    tidy: pd.DataFrame
    leaderboard: pd.DataFrame
    folders: Mapping[str, Path]


class Section(Protocol):
    """A part of the report."""

    def write(self, results: Results, folder: Path) -> Iterable[Path]:
        """Write this section's files into folder and return their paths, the main one first."""
        ...


class Figures(ABC):
    """Claimed by a section that is made of matplotlib figures, so that Python can show one without any file."""

    @abstractmethod
    def figures(self, results: Results) -> Iterable[tuple[str, Figure]]:
        """Yield each figure with the name that its files are to have; those of one board beside each other."""

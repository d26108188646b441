"""Figures of runs: one section of the report, of one board, drawn instead of written."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbench.contracts.sections import Figures
from ganbench.errors import BadOptionError, ResultsError
from ganbench.registry.catalog import Catalog
from ganbench.schema.record import RunRecord

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Identity = tuple[str, str, str]  # as RunRecord.identity


def figure_of(
    catalog: Catalog, records: Sequence[RunRecord], folders: Mapping[Identity, Path], name: str, board: str | None
) -> "Figure":
    """Return a section's figure of one board; folders: of the runs' files, by their identities.

    Raises as Runs.plot does.
    """
    from ganbench.analysis.tables import results

    section = catalog.get("report-sections", name).load()()
    if not isinstance(section, Figures):
        raise BadOptionError(f"the section {name!r} is written by ganbench report, and can't be drawn as a figure")
    chosen = _of_board(records, board)
    gone = [record.key for record in chosen if record.identity not in folders]
    if gone:
        raise ResultsError(f"the files of run {gone[0]} are no longer where they were; run it again")
    there = [folders[record.identity] for record in chosen]
    drawn = next(iter(section.figures(results(chosen, there))), None)
    if drawn is None:
        raise BadOptionError(f"there is nothing to draw for {name!r} in {_counted(len(chosen))}")
    _shown_in_notebooks()
    figure: Figure = drawn[1]
    return figure


def _of_board(records: Sequence[RunRecord], wanted: str | None) -> list[RunRecord]:
    """Return the runs of the one board whose title holds what is wanted."""
    from ganbench.analysis.boards import split_by_board
    from ganbench.analysis.tidy import run_names, tidy

    named = dict(zip(run_names(records), records, strict=True))
    boards: dict[str, set[str]] = {}
    for board, rows in split_by_board(tidy(records).assign(standard=True)):
        boards[board.title] = {*boards.get(board.title, ()), *rows["run"]}
    titles = [title for title in boards if wanted is None or wanted in title]
    if len(titles) == 1:
        return [record for run, record in named.items() if run in boards[titles[0]]]
    what = "no board" if wanted is not None and not titles else f"{len(titles)} boards"
    called = "" if wanted is None else f" called {wanted!r}"
    raise BadOptionError(f"there is {what}{called}; name one by board=: {', '.join(map(repr, boards))}")


def _counted(runs: int) -> str:
    return f"{runs} run{'' if runs == 1 else 's'}"


def _shown_in_notebooks() -> None:
    """Let a notebook show figures that pyplot knows nothing of."""
    from ganbench.report.notebook import notebook_shell

    shell = notebook_shell()
    if shell is not None:
        tools: Any = import_module("IPython.core.pylabtools")
        tools.select_figure_formats(shell, {"png"})

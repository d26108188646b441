"""The end of a run, and the whole of `ganbench report`: write everything, show what was asked for."""

from collections.abc import Sequence
from pathlib import Path

from ganbench.console import make_console
from ganbench.plugins import Catalog
from ganbench.record import RunRecord
from ganbench.report.build import write_report
from ganbench.report.terminal import leaderboard_tables, missing_lines
from ganbench.store import Store
from ganbench.tables import results


def show_report(catalog: Catalog, folder: Path, shown: Sequence[RunRecord]) -> None:
    """Write the report of everything in the folder; show the leaderboard of some of it.

    Records that can't be read, and sections that could not be written, are named on standard error.
    """
    everything, damaged = Store(folder).readable()
    written = write_report(results(everything, folder), catalog, folder)

    # what there is, what is missing and why, where it lies
    board, console = results(shown, folder).leaderboard, make_console()
    for table in leaderboard_tables(board, console.width):
        console.print(table)
    for line in missing_lines(board):
        console.print(line, style="yellow", markup=False, highlight=False)
    names = ", ".join(path.name for path in written.paths)
    console.print(f"results: {folder}\ntables and plots: {names}", highlight=False, markup=False, soft_wrap=True)

    # what went wrong on the way
    faults = [f"left out: {line}" for line in damaged]
    faults += [f"the section {name} could not be written: {why}" for name, why in written.broken.items()]
    for fault in faults:
        make_console(stderr=True).print(fault, style="yellow", markup=False, highlight=False, soft_wrap=True)

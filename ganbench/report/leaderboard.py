"""The end of a run, and the whole of `ganbench report`: write everything, show what was asked for."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ganbench.analysis.tables import results
from ganbench.analysis.tidy import tidy
from ganbench.analysis.time_to_score import parse_level, reached
from ganbench.errors import ResultsError
from ganbench.files import write_whole
from ganbench.registry.catalog import Catalog
from ganbench.report.build import write_report
from ganbench.report.console import make_console
from ganbench.report.notes import Order
from ganbench.report.terminal import leaderboard_tables, missing_lines
from ganbench.report.time_to_score import time_to_score_table
from ganbench.schema.record import RunRecord
from ganbench.storage.merge import Merged


def show_report(
    catalog: Catalog,
    folder: Path,
    everything: Merged,
    shown: Sequence[RunRecord] | None = None,
    baseline: str | None = None,
    order: Order = "mean",
) -> None:
    """Write the report of everything into a folder; show the leaderboard of it, or of some of it, after a run.

    order: of the rows, as grid.grids has it.

    Records that can't be read, and sections that could not be written, are named on standard error.
    """
    whole = results(everything.records, everything.folders, baseline)
    try:
        written = write_report(whole, catalog, folder, shown is not None, order)
    except OSError as error:
        reason = error.strerror or error
        raise ResultsError(f"can't write a report to {str(folder)!r}: {reason}; choose another with --out") from None
    board = whole.leaderboard if shown is None else results(shown, baseline=baseline).leaderboard

    # what there is, what is missing and why, where it lies
    console = make_console()
    for table in leaderboard_tables(board, console.width, order):
        console.print(table)
    for line in missing_lines(board):
        console.print(line, style="yellow", markup=False, highlight=False)
    lines = [f"results: {folder}", *_files(written.paths, folder)]
    if shown is not None:
        lines.append("more plots: ganbench report; the whole as pages: ganbench publish")
    console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)

    # what went wrong on the way
    faults = [f"left out: {line}" for line in everything.damaged]
    faults += [f"the section {name} could not be written: {why}" for name, why in written.broken.items()]
    for fault in faults:
        make_console(stderr=True).print(fault, style="yellow", markup=False, highlight=False, soft_wrap=True)


def show_time_to_score(everything: Merged, wanted: str, folder: Path) -> None:
    """Show how long each model took to reach a score, such as `fid=20`, and write it as reached.csv."""
    score, level = parse_level(wanted)
    frame = reached(tidy(everything.records), score, level)
    write_whole(folder / "reached.csv", lambda path: frame.to_csv(path, index=False))
    make_console().print(time_to_score_table(frame, score, level))


def _files(paths: Sequence[Path], folder: Path) -> Iterator[str]:
    """Say what was written: the tables by name, the plots by number."""
    plots = [path for path in paths if path.suffix in (".png", ".gif")]
    tables = [str(path.relative_to(folder)) for path in paths if path.suffix != ".svg" and path not in plots]
    yield f"tables: {', '.join(tables)}"
    if plots:
        yield f"plots: {len(plots)} in {plots[0].parent}, as PNG and SVG"

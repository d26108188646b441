"""`ganbench report` and `ganbench show`: what came of runs, all of them or one."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from ganbench.cli.options import order_option, places_option, results_option, warn_of_broken


@click.command()
@click.argument("suite", required=False)
@places_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
              help="Where tables and plots go; the first folder of results if left out.")  # fmt: skip
@click.option("--baseline", metavar="MODEL", help="Also report how probably each model beats this one.")
@order_option
@click.option("--reach", metavar="SCORE=LEVEL", help="Also report how long each model took to get there: fid=20.")
def report(
    suite: str | None,
    places: tuple[Path, ...],
    out: Path | None,
    baseline: str | None,
    order: Literal["mean", "worst"],
    reach: str | None,
) -> None:
    """Read results, merge them, write tables and plots, and show the leaderboard; of one SUITE, or of all.

    \b
    ganbench report
    ganbench report --order worst
    ganbench report --reach fid=20
    ganbench report mnist-all --results mine --results theirs.zip --out both --baseline dcgan
    """
    from ganbench.registry.catalog import discover
    from ganbench.report.leaderboard import show_report, show_time_to_score
    from ganbench.storage.merge import merged

    catalog = discover()
    with merged(places) as found:
        chosen = found.of_suite(suite)
        folder = out or next((place for place in places if place.is_dir()), Path("ganbench-report"))
        show_report(catalog, folder, chosen, None, baseline, order)
        if reach is not None:
            show_time_to_score(chosen, reach, folder)
    warn_of_broken(catalog)


@click.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="The record as it is stored.")
@results_option
def show(run: str, as_json: bool, results: Path) -> None:
    """Show one run: RUN is its key, or enough of its beginning."""
    from ganbench.report.console import make_console
    from ganbench.report.run import run_table
    from ganbench.storage.records import RECORD
    from ganbench.storage.store import RunFolder, Store

    folder = Store(results).find_one(run)
    record = RunFolder(folder).read_record()
    if as_json:
        click.echo((folder / RECORD).read_text(encoding="utf-8"), nl=False)
    else:
        make_console().print(run_table(record, folder))

"""`ganbench report` and `ganbench show`: what came of runs, all of them or one."""

from __future__ import annotations

from pathlib import Path

import click

from ganbench.cli.options import results_option, warn_of_broken
from ganbench.errors import BadOptionError


@click.command()
@results_option
def report(results: Path) -> None:
    """Read results, write tables and plots beside them, and show the leaderboard."""
    from ganbench.plugins import discover
    from ganbench.report.show import show_report
    from ganbench.store import Store

    records, _ = Store(results).readable()
    if not records:
        raise BadOptionError(
            f"no runs in {str(results)!r}; make some with ganbench run, or name another with --results"
        )
    catalog = discover()
    show_report(catalog, results, records)
    warn_of_broken(catalog)


@click.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="The record as it is stored.")
@results_option
def show(run: str, as_json: bool, results: Path) -> None:
    """Show one run: RUN is its key, or enough of its beginning."""
    from ganbench.console import make_console
    from ganbench.report.run import run_table
    from ganbench.store import Store, read_record

    folder = Store(results).find_one(run)
    path = folder / "record.json"
    if as_json:
        click.echo(path.read_text(encoding="utf-8"), nl=False)
    else:
        make_console().print(run_table(read_record(path), folder))

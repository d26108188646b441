"""`ganbench status` and `ganbench runs`: what goes on in a results folder, and what ended there."""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ganbench.cli.options import RESULTS, results_option

if TYPE_CHECKING:
    from ganbench.schema.record import RunRecord


@click.command()
@click.argument("folder", metavar="[RESULTS]", required=False, type=click.Path(path_type=Path, file_okay=False))
@results_option
def status(folder: Path | None, results: Path) -> None:
    """Show what runs where, how far, how fast and until when, and what failed and why; from any terminal.

    RESULTS is the folder of results, which --results may name as well. Figures are up to ten seconds old.

    \b
    ganbench status
    watch ganbench status /shared/results
    """
    from ganbench.errors import BadOptionError
    from ganbench.report.console import make_console
    from ganbench.report.status import status_tables
    from ganbench.storage.progress import read_progress

    if folder and results not in (RESULTS, folder):
        raise BadOptionError(f"two folders of results are named, {str(folder)!r} and {str(results)!r}; name one")
    results = folder or results
    if not (results / "runs").is_dir():
        raise BadOptionError(f"no runs in {str(results)!r}; make some with ganbench run, or name another folder")
    console = make_console()
    for part in status_tables(read_progress(results)):
        console.print(part)


@click.command()
@click.option("--status", "statuses", type=click.Choice(["done", "failed", "skipped"]), multiple=True,
              help="Only runs of this status; may be given more than once.")  # fmt: skip
@click.option("--suite", metavar="GLOB", default="*", help="Only of these suites: gaussians@*.")
@click.option("--dataset", metavar="GLOB", default="*", help="Only on these datasets.")
@click.option("--model", metavar="GLOB", default="*", help="Only of these models: dcgan* has its every setting.")
@click.option("--loss", metavar="GLOB", default="*", help="Only with these losses.")
@click.option("--seed", type=int, help="Only from this seed.")
@click.option("--keys", is_flag=True, help="Print the keys alone, a line each.")
@results_option
def runs(statuses: tuple[str, ...], seed: int | None, keys: bool, results: Path, **globs: str) -> None:
    """List the runs that have ended.

    \b
    ganbench runs --status failed
    ganbench runs --model 'dcgan*' --dataset mnist
    ganbench runs --status failed --keys | xargs -n 1 ganbench show
    """
    from ganbench.errors import BadOptionError
    from ganbench.report.console import make_console
    from ganbench.report.status import runs_table
    from ganbench.storage.store import Store

    records, damaged = Store(results).readable()
    if not records and not damaged:
        raise BadOptionError(f"no runs in {str(results)!r}; make some with ganbench run, or name another folder")
    chosen = [
        record
        for record in records
        if (not statuses or record.status in statuses)
        and seed in (None, record.spec.seed)
        and all(fnmatch.fnmatchcase(_name(record, field), glob) for field, glob in globs.items())
    ]
    if keys:
        for record in chosen:
            click.echo(record.key)
    else:
        make_console().print(runs_table(chosen, f"{len(chosen):,} of {len(records):,} runs"))
    for line in damaged:
        click.secho(line, fg="yellow", err=True)


def _name(record: RunRecord, field: str) -> str:
    names = {
        "suite": record.spec.suite,
        "dataset": record.spec.dataset,
        "model": record.spec.model,
        "loss": record.spec.loss or "",
    }
    return str(names[field])

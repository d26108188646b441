"""`ganbench verify`: whether everything in results is still what the runs left."""

from __future__ import annotations

from pathlib import Path

import click

from ganbench.cli.options import RESULTS

_DAMAGED = 1


@click.command()
@click.argument("places", type=click.Path(path_type=Path), nargs=-1, metavar="[RESULTS]...")
@click.pass_context
def verify(ctx: click.Context, places: tuple[Path, ...]) -> None:
    """Check every run in RESULTS, folders or submissions (.zip), by the digests in the records.

    Names what is damaged or missing, and then ends with 1. `ganbench run` repeats a damaged run.

    \b
    ganbench verify
    ganbench verify mine theirs.zip
    """
    from ganbench.storage.verify import verified

    damaged = 0
    for place in places or (RESULTS,):
        found = verified(place)
        for line in found.damaged:
            click.secho(line, fg="red", err=True)
        click.echo(f"{place}: {found.summary}")
        damaged += len(found.damaged)
    if damaged:
        ctx.exit(_DAMAGED)

"""`ganbench publish` and `ganbench serve`: the leaderboard as a site, and the site on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from ganbench.cli.options import order_option, places_option, warn_of_broken


@click.command()
@click.argument("suite", required=False)
@places_option
@click.option("--out", type=click.Path(path_type=Path), default=Path("site"), show_default=True, metavar="FOLDER",
              help="Where the site goes; an earlier site there is replaced.")  # fmt: skip
@click.option("--title", help="What the site calls itself; the suite's name if left out.")
@click.option("--baseline", metavar="MODEL", help="Also report how probably each model beats this one.")
@order_option
def publish(
    suite: str | None,
    places: tuple[Path, ...],
    out: Path,
    title: str | None,
    baseline: str | None,
    order: Literal["mean", "worst"],
) -> None:
    """Make a static site of results: of one SUITE, or of all.

    It opens from the disk and needs no network; put the folder on any web server to share it.

    \b
    ganbench publish
    ganbench publish mnist-all --results mine --results theirs.zip --out site
    """
    from ganbench.registry.catalog import discover
    from ganbench.site.publish import publish as write
    from ganbench.storage.merge import merged

    catalog = discover()
    with merged(places) as found:
        chosen = found.of_suite(suite)
        broken = write(chosen, catalog, out, title or suite or "ganbench leaderboard", baseline, order)
    for line in [f"left out: {line}" for line in chosen.damaged] + [
        f"the section {name} could not be written: {why}" for name, why in broken.items()
    ]:
        click.secho(line, fg="yellow", err=True)
    click.echo(f"site of {len(chosen.records)} runs: {out / 'index.html'}")
    warn_of_broken(catalog)


@click.command()
@click.argument("site", type=click.Path(path_type=Path), default=Path("site"))
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free one.")
@click.option("--open", "open_browser", is_flag=True, help="Also open it in the browser.")
def serve(site: Path, port: int, open_browser: bool) -> None:
    """Show a SITE on this machine alone, until Ctrl-C."""
    from ganbench.site.serve import serving

    with serving(site, port) as (server, address):
        click.echo(f"{site} is at {address}; Ctrl-C ends it")
        if open_browser:
            click.launch(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo()

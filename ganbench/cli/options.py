"""What several commands share: options that read alike, and the warning of plugins that are not in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganbench.registry.catalog import Catalog

RESULTS = Path("ganbench-results")

results_option = click.option(
    "--results", type=click.Path(path_type=Path, file_okay=False), default=RESULTS, show_default=True,
    help="Folder of results.",
)  # fmt: skip
places_option = click.option(
    "--results", "places", type=click.Path(path_type=Path, exists=False), multiple=True, default=(RESULTS,),
    show_default=True, help="Folder of results, or a submission (.zip); may be given more than once.",
)  # fmt: skip
order_option = click.option(
    "--order", type=click.Choice(["mean", "worst"]), default="mean", show_default=True,
    help="What rows are ordered by: the mean over seeds, or the worst seed; failed ones come last.",
)  # fmt: skip
device_option = click.option(
    "--device", default="auto", show_default=True, help="auto, cpu, cuda, cuda:N, mps, xpu, xpu:N."
)


def complete(kind: str) -> Callable[..., list[str]]:
    """Return a completion for names of one kind, the last of a list joined by commas."""

    def complete_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001
        from ganbench.registry.catalog import discover

        before, comma, start = incomplete.rpartition(",")
        return [f"{before}{comma}{name}" for name in discover().names(kind) if name.startswith(start)]

    return complete_names


def warn_of_broken(catalog: Catalog) -> None:
    """Name on standard error each plugin that is installed and can't be used."""
    for plugin in catalog.broken:
        click.secho(f"plugin {plugin.origin} is not in use: {plugin.reason}", fg="yellow", err=True)

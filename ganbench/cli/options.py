"""What several commands share: options that read alike, and the warning of plugins that are not in use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from ganbench.registry.catalog import Catalog

_Command = TypeVar("_Command", bound="Callable[..., Any]")

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


def names_option(flag: str, kind: str, about: str) -> Callable[[_Command], _Command]:
    """Return an option of names of one kind, joined by commas or given more than once, as one such list or None."""
    return click.option(
        flag, kind, metavar="NAMES", help=about, shell_complete=complete(kind), multiple=True, callback=_joined
    )


def _joined(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> str | None:  # noqa: ARG001
    return ",".join(values) if values else None


def warn_of_broken(catalog: Catalog) -> None:
    """Name on standard error each plugin that is installed and can't be used."""
    for plugin in catalog.broken:
        click.secho(f"plugin {plugin.origin} is not in use: {plugin.reason}", fg="yellow", err=True)

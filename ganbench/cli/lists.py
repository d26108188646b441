"""`ganbench list` and `ganbench plugins`: what there is, and where it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ganbench.cli.options import warn_of_broken
from ganbench.errors import UnknownNameError

if TYPE_CHECKING:
    from ganbench.registry.catalog import Plugin


@click.command("list")
@click.argument("kind", required=False)
def list_(kind: str | None) -> None:
    """List what there is, of one kind or of every one."""
    from ganbench.registry.catalog import discover, kinds

    if kind is not None and kind not in kinds():
        raise UnknownNameError("kind", kind, kinds())
    catalog = discover()
    for each in [kind] if kind else kinds():
        if kind is None:
            click.secho(each.replace("-", " "), bold=True)
        wide = max(map(len, catalog.names(each)), default=0)
        for card, _ in catalog.cards(each):
            click.echo(f"{'' if kind else '  '}{card.name:<{wide}}  {card.about}")
    warn_of_broken(catalog)


@click.command()
def plugins() -> None:
    """Show every installed plugin, its contract, what it offers, and why one is not in use."""
    from ganbench.registry.catalog import discover

    for plugin in discover().plugins:
        click.secho(plugin.origin, bold=True)
        if plugin.reason:
            click.secho(f"  not in use: {plugin.reason}", fg="red")
        else:
            click.echo(f"  contract: {_contract(plugin)}")
        for kind, names in plugin.names.items():
            click.echo(f"  {kind.replace('-', ' ')}: {', '.join(names)}")


def _contract(plugin: Plugin) -> str:
    from ganbench.contracts.versions import ADAPTED, CONTRACT

    if plugin.own or plugin.contract == CONTRACT:
        return str(CONTRACT)
    if plugin.contract is None:
        return f"{CONTRACT}, for it says no other"
    return f"{plugin.contract}, adapted to {CONTRACT}: {ADAPTED[plugin.contract]}"

"""`ganbench new`: a package for a plugin of one's own, which runs and is tested as it is written."""

from pathlib import Path

import click


@click.command()
@click.argument("kind")
@click.argument("name")
@click.option(
    "--into", type=click.Path(path_type=Path, file_okay=False), default=".", help="Folder that the package is put into."
)
def new(kind: str, name: str, into: Path) -> None:
    """Write a small package with a plugin of KIND that is called NAME.

    KIND is model, loss, dataset, feature, metric, suite, executor or section. The package has one module that already
    runs, a test for each check of its contract, and what its own repository needs.

    \b
    ganbench new loss my-loss
    ganbench new model my-gan --into plugins
    """
    from ganbench.registry.catalog import discover
    from ganbench.scaffold import write_package

    folder = write_package(kind, name, into, discover())
    click.echo(f"{folder} is written; try it: pip install -e '{folder}[test]' && pytest {folder}")

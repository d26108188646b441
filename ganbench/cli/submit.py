"""`ganbench submit`: finished runs in one file, for a leaderboard elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from ganbench.cli.options import results_option


@click.command()
@click.argument("runs", nargs=-1)
@click.option("--to", "path", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE.zip",
              help="The file to write.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Every run of the folder.")
@results_option
def submit(runs: tuple[str, ...], path: Path, everything: bool, results: Path) -> None:
    """Pack RUNS, by their keys or the beginnings of keys, into one file: records, curves and samples.

    `ganbench report --results FILE.zip` reads it, beside other results.

    \b
    ganbench submit 3f9a 77c0 --to ours.zip
    ganbench submit --all --to ours.zip
    """
    from ganbench.errors import BadOptionError
    from ganbench.storage.store import Store
    from ganbench.storage.submission import pack

    store = Store(results)
    folders = store.find("") if everything else [store.find_one(run) for run in runs]
    if not folders:
        raise BadOptionError(
            f"no runs in {str(results)!r}; name another folder with --results"
            if everything
            else "name the runs to pack, by their keys or the beginnings of keys, or take --all"
        )
    count = pack(dict.fromkeys(folders), path)
    click.echo(f"{count:,} run{'s' if count != 1 else ''}: {path}")

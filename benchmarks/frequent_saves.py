"""A session as `ganbench run` makes it, but that it saves its runs fifty times a second: something to be killed.

python benchmarks/frequent_saves.py SUITE RESULTS EXECUTOR runs a suite into a folder, one thread a run.
"""

import sys
from pathlib import Path

from ganbench.registry.catalog import discover
from ganbench.registry.factory import default_source
from ganbench.schema.choice import Choice
from ganbench.schema.events import nobody
from ganbench.storage.store import Store
from ganbench.suites.expand import expand
from ganbench.suites.toml import find_suite
from ganbench.training.limits import Limits
from ganbench.training.session import Session


def run(suite: str, results: str, executor: str) -> None:
    """Run the suite, and print a line for each record."""
    catalog = discover()
    specs = expand(find_suite(suite, catalog), catalog)
    session = Session(
        catalog, Store(Path(results)), default_source(None), "cpu", Choice.parse(executor), Path.cwd(),
        Limits(threads=1), save_seconds=0.02,
    )  # fmt: skip
    for record in session.run(specs, nobody):
        sys.stdout.write(f"{record.key} {record.status}\n")


if __name__ == "__main__":
    run(*sys.argv[1:4])

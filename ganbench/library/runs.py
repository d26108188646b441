"""Runs as Python has them: records, pandas frames and figures of what was run now, or of any results folders."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from ganbench.errors import BadOptionError
from ganbench.library.options import RunOptions
from ganbench.library.prepare import in_a_session, prepare
from ganbench.library.signatures import shows
from ganbench.registry.catalog import Catalog, discover
from ganbench.schema.record import RunRecord
from ganbench.schema.spec import Suite
from ganbench.storage.merge import merged

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Runs:
    """Some runs: iterate over it for their records.

    records: in the order of their suites. places: the results folders and submissions (.zip) that hold their files.
    """

    records: tuple[RunRecord, ...]
    places: tuple[Path, ...]
    catalog: Catalog

    @cached_property
    def tidy(self) -> "pd.DataFrame":
        """One row a run, checkpoint and score; the columns are described in ganbench.schema.columns.TIDY."""
        from ganbench.analysis.tidy import tidy

        return tidy(self.records)

    @cached_property
    def leaderboard(self) -> "pd.DataFrame":
        """One row a model and score, over seeds; the columns are described in ganbench.schema.columns.LEADERBOARD.

        Where one of the runs is of an object that was handed in, all are compared with each other, and none of it is
        a standard board.
        """
        from ganbench.analysis.tables import leaderboard

        handed_in = any(record.spec.handed_in for record in self.records)
        return leaderboard(self.tidy.assign(standard=False) if handed_in else self.tidy)

    def plot(self, name: str, board: str | None = None) -> "Figure":
        """Draw one section of the report, such as "losses" or "comparison", as a matplotlib figure.

        board: where the runs are on several boards, which: its title, or enough of it to tell it from the others, such
        as a dataset's name. Raises UnknownNameError for a section that there is not, BadOptionError for one that can't
        be drawn as a figure, for a board that is not the only one, and where there is nothing to draw.
        """
        from ganbench.library.plots import figure_of

        with merged(self.places) as there:
            folders = dict(zip((record.identity for record in there.records), there.folders, strict=True))
            return figure_of(self.catalog, self.records, folders, name, board)

    def __iter__(self) -> Iterator[RunRecord]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def __repr__(self) -> str:
        counts = Counter(record.status.value for record in self)
        return f"<{len(self)} runs: {', '.join(f'{count} {status}' for status, count in sorted(counts.items()))}>"

    def _repr_html_(self) -> str:
        from ganbench.report.html import leaderboard_html

        return leaderboard_html(self.leaderboard)


@shows(RunOptions)
def run(suite: str | Path | Suite | None = None, **options: Unpack[RunOptions]) -> Runs:
    """Run a suite: train, score, and return the runs; as `ganbench run` does.

    suite: a suite's name, the path of a TOML file, or a ganbench.Suite; a first look of about a minute if left out.
    options: those of ganbench.library.options.RunOptions: models, datasets, losses, metrics, seeds, budget, stop,
    precision, device, data_root, results, executor, threads, timeout, memory_limit, shard, retry, log, force.

    Runs that are done already are kept and not repeated. Whatever has a name can be an object instead: a model's class,
    a loss's class, a ganbench.Dataset, a tensor, a card. Its runs are marked as such in their records, and stand on no
    standard board. A failed run is a record with a reason; a mistake raises GanbenchError before anything is run.

    >>> import ganbench
    >>> runs = ganbench.run("gaussians", models="gmm", datasets="ring8", seeds=2, budget="images=20_000", results="out")
    >>> runs
    <2 runs: 2 done>
    >>> board = runs.leaderboard.set_index("score")
    >>> bool(board.loc["modes_captured", "mean"] >= 7)
    True
    """
    from ganbench.report.notebook import progress

    prepared = prepare(suite, options, processes=in_a_session())
    session, specs = prepared.session, prepared.specs
    with progress(specs) as notify, closing(session.run(specs, notify)) as running:  # type: ignore[type-var]
        records = list(running)
    order = {spec.key: position for position, spec in enumerate(specs)}
    ordered = sorted(records, key=lambda record: order[record.key])
    return Runs(tuple(ordered), (session.store.root,), prepared.catalog)


def load(*places: Path | str) -> Runs:
    """Return the runs of results folders and of submissions (.zip); as `ganbench report` reads them.

    A run found twice with the same scores counts once. Raises BadOptionError for a place without runs, ResultsError for
    one found with different scores. Records that can't be read are left out, with a warning that names each.

    >>> import ganbench
    >>> ganbench.load("no-such-folder")
    Traceback (most recent call last):
    ganbench.errors.BadOptionError: no runs in 'no-such-folder'; make some with ganbench run, or name another folder
    """
    import warnings

    if not places:
        raise BadOptionError("name a folder of results, or a submission (.zip)")
    paths = tuple(map(Path, places))
    with merged(paths) as found:
        for line in found.damaged:
            warnings.warn(f"left out: {line}", stacklevel=2)
        return Runs(found.records, paths, discover())

"""A run made ready: what was asked for read, expanded into specs, and checked before anything is written."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from ganbench.contracts.datasets import Source
from ganbench.errors import BadOptionError
from ganbench.library.objects import HandedIn
from ganbench.library.options import RunOptions, check_known, overrides_of
from ganbench.registry.catalog import Catalog, discover
from ganbench.registry.factory import default_source
from ganbench.schema.choice import Choice
from ganbench.schema.record import Status
from ganbench.schema.size import parse_size
from ganbench.schema.spec import RunSpec, Suite
from ganbench.storage.store import Store
from ganbench.suites.expand import expand, unmeasured
from ganbench.suites.overrides import Overrides
from ganbench.suites.shard import shard
from ganbench.suites.toml import find_suite
from ganbench.training.device import resolve_threads, shortfalls
from ganbench.training.limits import Limits
from ganbench.training.logs import require_log
from ganbench.training.session import Session, side_by_side

RESULTS = Path("ganbench-results")
DATA_ROOT, EXECUTOR = "GANBENCH_DATA", "GANBENCH_EXECUTOR"  # environment variables, for options that are left out
_RETRY = ("all", "failed", "skipped", "none")


@dataclass(frozen=True)
class Prepared:
    """Runs that were checked, and what runs them."""

    suite: Suite
    overrides: Overrides
    specs: list[RunSpec]
    session: Session

    @property
    def catalog(self) -> Catalog:
        """What is on offer, objects included."""
        return self.session.catalog

    def notes(self) -> list[str]:
        """Return a line for each thing that the device lacks, and for each dataset that nobody named a metric for."""
        return shortfalls(self.session.device) + [
            f"{self.suite.label} has no metric for {dataset}; scored by {', '.join(map(str, metrics))}, or by --metric"
            for dataset, metrics in unmeasured(self.suite, self.catalog, self.overrides).items()
        ]


def prepare(suite: str | Path | Suite | None, options: RunOptions, processes: bool = False) -> Prepared:
    """Make runs of a suite ready; None for the suite that runs when none is named.

    processes: whether others may be started, so that several runs on a CPU go side by side where no executor is named.

    Raises GanbenchError for whatever the user must mend first: unknown names, bad values, missing data.
    """
    check_known(options, RunOptions, "run")
    handed = HandedIn(discover())
    found = _suite(suite, handed)
    overrides = overrides_of(options, handed)
    specs = shard(handed.marked(expand(found, handed.catalog, overrides)), options.get("shard"))
    prepared = Prepared(found, overrides, specs, session_of(handed, options, specs, processes))
    prepared.session.check(specs)
    return prepared


def _suite(suite: str | Path | Suite | None, handed: HandedIn) -> Suite:
    if isinstance(suite, Suite):
        handed.note("suites", suite.label, repr(suite))
        return suite
    if not isinstance(suite, str | Path | None):
        raise BadOptionError(f"a suite is a name, the path of a TOML file or a ganbench.Suite, not {suite!r:.80}")
    return find_suite(str(suite or handed.catalog.default("suites")), handed.catalog)


def session_of(handed: HandedIn, options: RunOptions, specs: list[RunSpec], processes: bool = False) -> Session:
    """Return what runs specs as the options say; objects can't go to other processes, so they are run in this one."""
    require_log(options.get("log"))
    retry, memory = options.get("retry") or "all", options.get("memory_limit")
    memory_bytes = None if memory is None else parse_size(memory)
    if retry not in _RETRY:
        raise BadOptionError(f"unknown retry {retry!r}; there is {', '.join(_RETRY)}")
    again = {Status.FAILED, Status.SKIPPED} if retry == "all" else {retry} - {"none"}
    objects = any(spec.handed_in for spec in specs)
    executor = options.get("executor") or (None if objects else os.environ.get(EXECUTOR))
    session = Session(
        handed.catalog,
        Store(Path(options.get("results") or RESULTS)),
        source_of(options.get("data_root")),
        options.get("device") or "auto",
        Choice.parse(executor) if executor else None,
        Path.cwd(),
        Limits(options.get("timeout"), memory_bytes, resolve_threads(options.get("threads"))),
        frozenset(Status) if options.get("force") else frozenset(map(Status, again)),
        log=options.get("log") or "",
    )
    if objects and executor and session.executor != Choice(handed.catalog.default("executors")):
        raise BadOptionError(
            f"objects are run in this process, and not by the executor {executor!r}; leave executor out, "
            "or make a plugin of what you hand in"
        )
    if executor is None and len(specs) > 1 and session.device == "cpu" and processes and not objects:
        session.executor = side_by_side(handed.catalog) or session.executor
    return session


def source_of(data_root: Path | str | None) -> Source:
    """Return where datasets look: the folder given, or that of GANBENCH_DATA, or the user's own cache."""
    root = data_root or os.environ.get(DATA_ROOT)
    return default_source(Path(root) if root else None)


def in_a_session() -> bool:
    """Whether Python is used by hand, in a notebook or a console, and not by a script."""
    return "__file__" not in vars(sys.modules["__main__"])

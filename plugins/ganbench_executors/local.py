"""The simplest executor, and the fairest to throughput: one run after another."""

from collections.abc import Iterable, Iterator

from ganbench import Notify, RunRecord, RunSpec, Work


class Local:
    """Runs everything in this process; fulfils contracts.Executor."""

    def run(self, work: Work, specs: Iterable[RunSpec], notify: Notify) -> Iterator[RunRecord]:
        """Do the specs in their order."""
        for spec in specs:
            record = work(spec, notify)
            if record is not None:
                yield record

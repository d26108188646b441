"""Report sections written one after another, or side by side where there are many runs; each alone can fail."""

import gc
import pickle
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from ganbench.contracts.cards import SectionCard
from ganbench.contracts.sections import Results
from ganbench.storage.gc_pause import gc_frozen, gc_paused

_MANY = 200  # runs from which on starting processes costs less than it saves
_Outcome = tuple[list[Path], str]


def write_sections(
    results: Results, cards: Sequence[SectionCard], folder: Path
) -> tuple[dict[str, list[Path]], dict[str, str]]:
    """Write sections into folder; return the files of each, and the reason of each that could not be written."""
    outcomes = _side_by_side(results, cards, folder) if len(results.records) >= _MANY else None
    with gc_frozen():
        outcomes = outcomes or [_write(card, results, folder) for card in cards]
    both = list(zip(cards, outcomes, strict=True))
    broken = {card.name: why for card, (_, why) in both if why}
    return {card.name: paths for card, (paths, why) in both if not why}, broken


def _write(card: SectionCard, results: Results, folder: Path) -> _Outcome:
    try:
        return list(card.load()().write(results, folder)), ""
    except Exception as error:  # a stranger's section may do anything
        return [], f"{type(error).__name__}: {error}".splitlines()[0]


def _side_by_side(results: Results, cards: Sequence[SectionCard], folder: Path) -> list[_Outcome] | None:
    """Write in as many processes as there are cores; None if one of them died, so that it is tried here."""
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    with tempfile.TemporaryDirectory(prefix="ganbench-") as scratch:
        stored = Path(scratch) / "results.pickle"
        stored.write_bytes(pickle.dumps(results))
        try:
            outcomes: list[_Outcome] = Parallel(n_jobs=-1)(
                delayed(_write_stored)(card, stored, folder) for card in cards
            )
        except TerminatedWorkerError:
            return None
        return outcomes


def _write_stored(card: SectionCard, stored: Path, folder: Path) -> _Outcome:
    return _write(card, _read(stored), folder)


@lru_cache(maxsize=1)
def _read(stored: Path) -> Results:
    with gc_paused():
        found: Results = pickle.loads(stored.read_bytes())  # noqa: S301  # this process's parent wrote it
    gc.freeze()  # for good: this process has no other task
    return found

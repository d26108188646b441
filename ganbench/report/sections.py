"""Report sections written one after another, or in processes of their own; each alone can fail."""

import gc
import pickle
import reprlib
import tempfile
import textwrap
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from ganbench.contracts.cards import SectionCard
from ganbench.contracts.sections import Results
from ganbench.storage.gc_pause import gc_frozen, gc_paused

MANY = 200  # runs from which on starting processes costs less than it saves
_DIED = "its process ended without a word: it may need more memory than there is"
_WIDTH = 160  # characters of a reason
_Outcome = tuple[list[Path], str]


def write_sections(
    results: Results, cards: Sequence[SectionCard], folder: Path, strange: Collection[str] = (), many: int = MANY
) -> tuple[dict[str, list[Path]], dict[str, str]]:
    """Write sections into folder; return the files of each, and the reason of each that could not be written.

    strange: the names of sections that are written in other processes however few runs there are, for nobody knows
    what they do: one may end its process. many: runs from which on all are.
    """
    apart = [card for card in cards if card.name in strange or len(results.records) >= many]
    with gc_frozen():
        outcomes = {card.name: _write(card, results, folder) for card in cards if card not in apart}
    outcomes |= dict(zip([card.name for card in apart], _side_by_side(results, apart, folder), strict=True))
    broken = {card.name: outcomes[card.name][1] for card in cards if outcomes[card.name][1]}
    return {card.name: outcomes[card.name][0] for card in cards if card.name not in broken}, broken


def _write(card: SectionCard, results: Results, folder: Path) -> _Outcome:
    try:
        return _checked(card.load()().write(results, folder), folder), ""
    except (Exception, SystemExit) as error:  # a stranger's section may do anything, even end the program
        return [], _reason(error)


def _checked(written: object, folder: Path) -> list[Path]:
    """Return what a section gave as a list of its files; raises TypeError and ValueError for anything else."""
    if isinstance(written, str | bytes | Path) or not isinstance(written, Iterable):
        raise TypeError(f"write gave {reprlib.repr(written)}, where an iterable of paths belongs")
    paths = []
    for path in written:
        if not isinstance(path, Path):
            raise TypeError(f"write gave {reprlib.repr(path)} among its paths")
        if not (path.is_file() and path.resolve().is_relative_to(folder.resolve())):
            raise ValueError(f"write gave a path that is no file in the folder of the report: {path.name!r}")
        paths.append(path)
    return paths


def _reason(error: BaseException) -> str:
    return textwrap.shorten(f"{type(error).__name__}: {error}", _WIDTH, placeholder=" …")


def _side_by_side(results: Results, cards: Sequence[SectionCard], folder: Path) -> list[_Outcome]:
    """Write in as many processes as there are cores; what was under way when one died is tried again alone."""
    if not cards:
        return []
    with tempfile.TemporaryDirectory(prefix="ganbench-") as scratch:
        stored = Path(scratch) / "results.pickle"
        stored.write_bytes(pickle.dumps(results))
        outcomes = _in_processes(cards, stored, folder)
        if outcomes is not None:
            return outcomes
        return [(_in_processes([card], stored, folder) or [([], _DIED)])[0] for card in cards]


def _in_processes(cards: Sequence[SectionCard], stored: Path, folder: Path) -> list[_Outcome] | None:
    """Write in processes; None if one of them died."""
    from joblib import Parallel, cpu_count, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    jobs = max(2, min(len(cards), cpu_count()))  # with one, joblib would write in this process
    try:
        outcomes: list[_Outcome] = Parallel(n_jobs=jobs)(delayed(_write_stored)(card, stored, folder) for card in cards)
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

"""What a user can mend: each error's text is one line that is fit to be shown as it stands."""

from collections.abc import Iterable


class GanbenchError(Exception):
    """Something that the user can mend; the command line prints its text and exits with 2."""


class UnknownNameError(GanbenchError):
    """A name that no plugin offers."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        super().__init__(f"unknown {kind} {name!r}{nearest(name, known)}")
        self.kind, self.name, self.known = kind, name, known


class BadOptionError(GanbenchError):
    """An option or a parameter with a value that makes no sense."""


class BadSuiteError(GanbenchError):
    """A suite file that can't be read or does not say what a suite must say."""


class DataMissingError(GanbenchError):
    """Data that is not where it was looked for and can't be fetched."""


class ResultsError(GanbenchError):
    """A results folder that can't be read or written."""


class UnfitError(GanbenchError):
    """Two parts that can't go together; the run or the score is skipped with this reason, never failed."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean …?" for near misses of name among known, or a list of all that is known."""
    import difflib

    known = list(known)
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    if close:
        return f"; did you mean {' or '.join(map(repr, close))}?"
    return f"; there is {', '.join(known)}" if known else "; there is none"

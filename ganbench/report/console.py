"""The terminal to write to: as wide as it is, and wide enough for a table where there is none."""

from rich.console import Console

_WIDTH = 132  # for files and pipes


def make_console(stderr: bool = False) -> Console:
    """Return a console on standard output, or on standard error."""
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=_WIDTH)

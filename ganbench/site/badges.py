"""Badges: a model's place on a board, as a small picture for anybody's page."""

from collections.abc import Iterator

from ganbench.analysis.tables import REFERENCE
from ganbench.report.grid import UNDECIDED, Row
from ganbench.site.addresses import address
from ganbench.site.content import BoardPage

_PER_LETTER, _PADDING = 6.6, 10  # pixels, of Verdana at 11 pixels, a little wide


def badge_name(board: BoardPage, row: Row) -> str:
    """Return the file's name of a row's badge."""
    return f"{address(' + '.join(row.names) + ' on ' + board.title)}.svg"


def badge_words(board: BoardPage, row: Row) -> tuple[str, str]:
    """Return both halves of a badge: where, and which place among how many."""
    place = row.place.rstrip("=")
    if not place.isdigit():
        standing = UNDECIDED if row.place.startswith(UNDECIDED) else "unranked"
        return f"ganbench {board.grid.board.dataset}", "reference" if row.facts["family"] == REFERENCE else standing
    shared = "shared " if row.place.endswith("=") else ""
    return f"ganbench {board.grid.board.dataset}", f"{shared}#{place} of {board.competitors}"


def badges(boards: Iterator[BoardPage] | tuple[BoardPage, ...]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the file's name and the words and widths of each badge."""
    for board in boards:
        for row in board.grid.rows:
            left, right = badge_words(board, row)
            widths = [round(_PER_LETTER * len(words) + 2 * _PADDING) for words in (left, right)]
            colour = "#1a7f37" if row.place == "1" else "#0b5cad"
            yield badge_name(board, row), {"left": left, "right": right, "widths": widths, "colour": colour}

"""What metrics counted, read back: counts by metric and side."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from ganbench.reading import read_bytes

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Histograms = dict[str, dict[str, list[int]]]
LARGEST_HISTOGRAMS = 2**20  # bytes; a thousand modes take some ten thousand
_COUNT = 2**53  # what a plot can hold exactly


def read_histograms(path: Path) -> Histograms:
    """Return counts by metric and side, as many on either side; nothing where there are none that can be read."""
    from pydantic import ValidationError

    try:
        found = _adapter().validate_json(read_bytes(path, LARGEST_HISTOGRAMS))
    except (OSError, ValidationError):
        return {}
    return {metric: sides for metric, sides in found.items() if len({len(counts) for counts in sides.values()}) == 1}


@lru_cache(maxsize=1)
def _adapter() -> "TypeAdapter[Histograms]":
    from pydantic import Field, TypeAdapter

    count = Annotated[int, Field(ge=0, le=_COUNT)]
    return TypeAdapter(dict[str, dict[str, list[count]]])

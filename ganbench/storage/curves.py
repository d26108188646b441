"""Curves of training read back, with suspicion: numbers alone, and no more of them than memory has room for."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.reading import check_file

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

LARGEST_CURVES = 256 * 2**20  # bytes of a file
UPDATE, IMAGES = "update", "images"
_CELLS = 2**24  # numbers that are read of one file: a few kilobytes may stand for many more
_NO_NUMBER = 1e100  # what no sum and no axis can take counts as not finite

Columns = dict[str, "NDArray[np.float64]"]


def read_curves(path: Path, wanted: Callable[[str], bool]) -> Columns:
    """Return the wanted columns of numbers by name, (updates,) float64 each, and UPDATE, put right if it is wrong.

    What is missing, infinite or of no possible size is nan. Nothing at all for a file that is not there, torn, no
    Parquet, without such columns or rows, or larger than any training leaves.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        check_file(path, LARGEST_CURVES)
        with pq.ParquetFile(path) as file:
            rows = file.metadata.num_rows
            names = [field.name for field in file.schema_arrow if _is_number(field.type)]
            chosen = [
                name for name in dict.fromkeys(names) if names.count(name) == 1 and (name == UPDATE or wanted(name))
            ]
            if not rows or chosen in ([], [UPDATE]) or rows * len(chosen) > _CELLS:
                return {}
            table = file.read(columns=chosen)
        columns = {name: _numbers(table[name]) for name in table.column_names}
    except (OSError, ValueError, MemoryError, pa.ArrowException):
        return {}
    updates = columns.get(UPDATE)
    if updates is None or not (np.isfinite(updates) & (updates >= 1)).all():
        columns[UPDATE] = np.arange(1.0, rows + 1)
    return columns


def _is_number(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _numbers(column: "pa.ChunkedArray") -> "NDArray[np.float64]":
    import numpy as np

    with np.errstate(invalid="ignore"):  # of torn numbers
        values: NDArray[np.float64] = column.to_numpy().astype(np.float64)
    values[~(np.abs(values) < _NO_NUMBER)] = np.nan
    return values

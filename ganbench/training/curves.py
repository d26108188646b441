"""What a run's updates yield, merged on the device and brought over in one piece at each tick."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa
    from torch import Tensor

Columns = dict[str, NDArray[Any]]
LOSSES = "_loss"


class Curves:
    """One row an update: its number, the images consumed by then, and each yielded scalar as float32.

    Nothing is read from the device between two calls of flush.
    """

    def __init__(self, columns: Mapping[str, NDArray[Any]] | None = None) -> None:
        self._chunks: list[Columns] = [dict(columns)] if columns else []
        self._rows: list[Mapping[str, Tensor]] = []
        self._images: list[int] = []

    def append(self, values: Mapping[str, "Tensor"], images: int) -> None:
        """Take one update's scalars without reading them."""
        self._rows.append(values)
        self._images.append(images)

    def flush(self) -> Columns:
        """Bring what is new over in one transfer; return the new rows alone, by column."""
        if not self._rows:
            return {}
        updates = np.arange(len(self._rows), dtype=np.int64) + self.updates + 1
        fresh = {"update": updates, "images": np.array(self._images, dtype=np.int64), **_fetch(self._rows)}
        self._chunks.append(fresh)
        self._rows, self._images = [], []
        return fresh

    @property
    def updates(self) -> int:
        """How many updates have been flushed."""
        return int(self._chunks[-1]["update"][-1]) if self._chunks else 0

    @property
    def columns(self) -> Columns:
        """All that has been flushed; a column that was away for a while is nan there."""
        names = _all_keys(self._chunks)
        return {
            name: np.concatenate(
                [chunk.get(name, np.full(len(chunk["update"]), np.nan, np.float32)) for chunk in self._chunks]
            )
            for name in names
        }

    def end_at(self, updates: int) -> None:
        """Forget what came after so many updates; nothing may wait to be flushed."""
        self._chunks = [{name: values[:updates] for name, values in self.columns.items()}]

    def table(self) -> "pa.Table":
        """Return all that has been flushed as an Arrow table."""
        import pyarrow as pa

        return pa.table({name: pa.array(values) for name, values in self.columns.items()})


def latest(columns: Columns) -> dict[str, float]:
    """Return the last value of each loss."""
    return {name: float(values[-1]) for name, values in columns.items() if name.endswith(LOSSES)}


def first_not_finite(columns: Mapping[str, NDArray[Any]]) -> tuple[str, int] | None:
    """Return the loss that was first not finite, and its position from 0; None while all are finite."""
    found = [
        (int(np.argmin(finite)), name)
        for name, values in columns.items()
        if name.endswith(LOSSES) and not (finite := np.isfinite(values)).all()
    ]
    return (min(found)[1], min(found)[0]) if found else None


def _fetch(rows: list[Mapping[str, "Tensor"]]) -> Columns:
    """Bring scalars to the host in one transfer, whatever the number of rows and columns."""
    import torch

    names = _all_keys(rows)
    absent = torch.tensor(float("nan"))
    cells = [torch.as_tensor(row.get(name, absent)).detach() for name in names for row in rows]
    device = next((cell.device for cell in cells if cell.device.type != "cpu"), absent.device)
    table = torch.stack([cell.to(device, torch.float32).reshape(()) for cell in cells])
    return dict(zip(names, table.reshape(len(names), len(rows)).cpu().numpy(), strict=True))


def _all_keys(mappings: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for mapping in mappings for key in mapping))

"""Groups of a frame's rows by position: a frame for each of thousands of groups would take most of a report's time."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Positions = NDArray[np.intp]


def groups(frame: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], Positions]]:
    """Yield the key of each group and the positions of its rows (n,), in the order of the groups' first rows."""
    parts = grouped(frame, by)
    firsts = frame[list(by)].iloc[[part[0] for part in parts]]
    keys = zip(*(firsts[name].astype(object).tolist() for name in by), strict=True)
    yield from zip(keys, parts, strict=True)


def grouped(frame: pd.DataFrame, by: Sequence[str]) -> list[Positions]:
    """Return the positions of each group's rows (n,), in the order of the groups' first rows."""
    if frame.empty:
        return []
    codes = frame.groupby(list(by), sort=False, dropna=False).ngroup().to_numpy()
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)


def columns(frame: pd.DataFrame, numbers: Sequence[str], others: Sequence[str] = ()) -> dict[str, NDArray[Any]]:
    """Return columns as arrays (rows,): numbers as float64, missing ones nan, and others as they are."""
    return {name: frame[name].to_numpy(dtype=float, na_value=np.nan) for name in numbers} | {
        name: frame[name].to_numpy(dtype=object) for name in others
    }


def mean(values: NDArray[Any]) -> float:
    """Return the mean of the numbers that are there, nan if there is none."""
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else float("nan")

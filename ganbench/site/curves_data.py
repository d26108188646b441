"""A run's curves as data for charts: thinned, so that a page stays small whatever the number of updates."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ganbench.storage.curves import IMAGES, UPDATE, Columns
from ganbench.storage.store import RunFolder

_DIGITS = 4
_POINTS = 240  # of a curve, each the mean of the updates around it
# what is drawn together: a title, and how a column's name ends or begins
_PANELS = (
    ("Losses", "_loss"),
    ("Gradient norms", "_gradient_norm"),
    ("Discriminator: accuracy, and its verdict on real and generated samples", "discriminator_"),
)


def curve_panels(folder: Path) -> list[dict[str, Any]]:
    """Return panels of title, updates and series by name; none for a run that left no curves that can be read."""
    columns = RunFolder(folder).curves(lambda name: name != IMAGES)
    return list(_panels(columns)) if columns else []


def _panels(columns: Columns) -> Iterator[dict[str, Any]]:
    left = dict(columns)
    updates = left.pop(UPDATE)
    groups = []
    for title, mark in _PANELS:
        chosen = {name: left.pop(name) for name in list(left) if name.endswith(mark) or name.startswith(mark)}
        groups.append((title, chosen))
    groups.append(("More of what training yields", left))
    for title, chosen in groups:
        if chosen:
            series = {name.replace("_", " "): thinned(values) for name, values in chosen.items()}
            yield {"title": title, "updates": thinned(updates), "series": series}


def thinned(values: np.ndarray) -> list[float | None]:
    """Return the means of as many equal stretches of values (n,) as a curve has points; what is not finite is None."""
    starts = np.linspace(0, len(values), min(_POINTS, len(values)), endpoint=False).astype(int)
    finite = np.isfinite(values)
    counts = np.add.reduceat(finite, starts, dtype=float)
    sums = np.add.reduceat(np.where(finite, values, 0.0), starts)
    means = np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0)
    return [None if value != value else value for value in _short(means).tolist()]


def _short(values: np.ndarray) -> np.ndarray:
    """Return values rounded to as many significant digits as a chart can show."""
    size = np.abs(np.where(np.isfinite(values) & (values != 0), values, 1.0))
    places = _DIGITS - 1 - np.floor(np.log10(size))
    up, down = (
        10.0 ** np.maximum(places, 0),
        10.0 ** np.maximum(-places, 0),
    )  # of which one is 1, so that neither rounds
    rounded: np.ndarray = np.rint(values * up / down) / up * down
    return rounded

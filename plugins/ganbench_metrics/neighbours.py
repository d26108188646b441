"""Distances between large sets, a tile at a time: memory stays bounded whatever the sets."""

from collections.abc import Iterator

import torch
from torch import Tensor

_TILE = 2_048  # rows and columns of a tile
_TIE = 1e-9  # the share by which squared distances may differ and still be equal


def tiles(rows: Tensor, columns: Tensor) -> Iterator[tuple[slice, slice, Tensor]]:
    """Yield slices of rows (n, d) and columns (m, d), and their squared Euclidean distances in float64.

    Row slices come in order, and for each all column slices in order. A few tiles, and the two slices of features
    that they are made of, are all that is held in float64. Equal samples are at no distance, exactly.
    """
    # |x|² + |y|² - 2xy of equal samples is what rounding leaves, which depends on where in a tile they stand
    rounding = 8 * torch.finfo(torch.float64).eps * rows.shape[1] ** 0.5
    for top in range(0, len(rows), _TILE):
        above = slice(top, min(top + _TILE, len(rows)))
        first = rows[above].double()
        squares = first.square().sum(dim=1, keepdim=True)
        for left in range(0, len(columns), _TILE):
            beside = slice(left, min(left + _TILE, len(columns)))
            second = columns[beside].double()
            scale = squares + second.square().sum(dim=1)
            distances = torch.addmm(scale, first, second.T, alpha=-2.0)
            yield above, beside, distances.masked_fill_(distances <= scale.mul_(rounding), 0.0)


def nearer(first: Tensor, second: Tensor) -> Tensor:
    """Tell where first is below second, squared distances both; those that rounding alone parts are equal."""
    return first < second * (1 - _TIE)


def radii(vectors: Tensor, k: int) -> Tensor:
    """Return the squared distance of each of (n, d) to its k-th nearest neighbour, itself left out, (n,) float64.

    Equal samples are neighbours at no distance. k must be below n.
    """
    found: Tensor = torch.empty(0, dtype=torch.float64, device=vectors.device)
    kept: Tensor | None = None
    for rows, columns, distances in tiles(vectors, vectors):
        _without_self(distances, rows, columns)
        near = distances.topk(min(k, distances.shape[1]), dim=1, largest=False).values
        kept = near if kept is None else torch.cat([kept, near], dim=1)
        kept = kept.topk(min(k, kept.shape[1]), dim=1, largest=False).values
        if columns.stop == len(vectors):
            found = torch.cat([found, kept.amax(dim=1)])
            kept = None
    return found


def nearest_squared(rows: Tensor, columns: Tensor, same: bool = False) -> Tensor:
    """Return the squared distance of each row (n, d) to the nearest column (m, d), (n,) float64.

    same: both are one set, in which no sample is its own neighbour.
    """
    found = torch.full((len(rows),), torch.inf, dtype=torch.float64, device=rows.device)
    for above, beside, distances in tiles(rows, columns):
        if same:
            _without_self(distances, above, beside)
        found[above] = torch.minimum(found[above], distances.amin(dim=1))
    return found


def _without_self(distances: Tensor, rows: slice, columns: slice) -> None:
    if rows.start == columns.start:
        distances.fill_diagonal_(torch.inf)

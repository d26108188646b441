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
    for top in range(0, len(rows), _TILE):
        above = slice(top, min(top + _TILE, len(rows)))
        first = rows[above].double()
        for left in range(0, len(columns), _TILE):
            beside = slice(left, min(left + _TILE, len(columns)))
            yield above, beside, squared_distances(first, columns[beside].double())


def squared_distances(first: Tensor, second: Tensor) -> Tensor:
    """Return the squared distances of first (n, d) from second (m, d), both float64, (n, m).

    |x|² + |y|² - 2xy of equal samples is what rounding leaves, which depends on where in a tile they stand: a
    distance so small is none.
    """
    rounding = 8 * torch.finfo(torch.float64).eps * first.shape[1] ** 0.5
    scale = first.square().sum(dim=1, keepdim=True) + second.square().sum(dim=1)
    distances = torch.addmm(scale, first, second.T, alpha=-2.0)
    return distances.masked_fill_(distances <= scale.mul_(rounding), 0.0)


def nearer(first: Tensor, second: Tensor) -> Tensor:
    """Tell where first is below second, squared distances both; those that rounding alone parts are equal."""
    return first < second * (1 - _TIE)


def nearest_squared(rows: Tensor, columns: Tensor, same: bool = False) -> Tensor:
    """Return the squared distance of each row (n, d) to the nearest column (m, d), (n,) float64.

    same: both are one set, in which no sample is its own neighbour.
    """
    found = torch.full((len(rows),), torch.inf, dtype=torch.float64, device=rows.device)
    for above, beside, distances in tiles(rows, columns):
        if same:
            without_self(distances, above, beside)
        found[above] = torch.minimum(found[above], distances.amin(dim=1))
    return found


def without_self(distances: Tensor, rows: slice, columns: slice) -> None:
    """Put each sample infinitely far from itself, in a tile of one set against itself."""
    if rows.start == columns.start:
        distances.fill_diagonal_(torch.inf)

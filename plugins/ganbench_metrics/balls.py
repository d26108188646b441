"""Who lies in whose ball: products in single precision, and whatever rounding could change settled in double."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ganbench.torchkit.products import row_products
from ganbench_metrics.neighbours import nearer, squared_distances, without_self

_TILE = 1_024  # rows and columns of a tile
_SPARE = 3  # neighbours kept beyond the k-th, so that rounding seldom leaves it open which is the k-th
_SETTLED_BYTES = 2**20  # of differences in float64 at a time, which stay in a cache
_EXPONENT = 32  # of 2, either way, up to which numbers are taken as they are
_FEW = 32  # columns of a tile nearer than what is kept, in the mean over rows, up to which they alone are looked at
_MANY = 16  # a tile with more than one open pair in so many is computed anew in double

Pairs = tuple[Tensor, Tensor]  # positions of rows and of columns, int64 (pairs,) each


@dataclass(frozen=True)
class Centred:
    """Samples (n, d) as they are, and about a middle in float32 with their squared norms (n,) float32."""

    samples: Tensor
    points: Tensor
    squares: Tensor

    def __getitem__(self, rows: slice) -> "Centred":
        return Centred(self.samples[rows], self.points[rows], self.squares[rows])


def centred(*sides: Tensor) -> list[Centred]:
    """Return sides (n, d) about the mean of the first, where products cancel as little as can be.

    Sides whose squares float32 could not hold are all divided by one power of two, which changes no comparison.
    """
    sides = _within_range(sides)
    middle = sides[0].mean(dim=0)
    found = []
    for side in sides:
        points = (side - middle).float()
        squares = [chunk.double().square().sum(dim=1) for chunk in torch.split(points, _TILE)]
        found.append(Centred(side, points, torch.cat(squares).float()))
    return found


def _within_range(sides: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return sides in float32 or float64, scaled in float64 where their largest number is far from 1."""
    sides = tuple(side if side.dtype == torch.float64 else side.float() for side in sides)
    largest = max(abs(float(end)) for side in sides for end in torch.aminmax(side))
    exponent = math.frexp(largest)[1]
    if abs(exponent) <= _EXPONENT:
        return sides
    scale = 2.0 ** -min(max(exponent, -1_000), 1_000)
    return tuple(side.double() * scale for side in sides)


def radii(side: Centred, k: int) -> Tensor:
    """Return the squared distance of each sample to its k-th nearest neighbour, itself left out, (n,) float64.

    Each pair is computed once. k must be below n; equal samples are neighbours at no distance.
    """
    count = len(side.samples)
    keep = min(k + _SPARE, count - 1)
    values = torch.full((count, keep), torch.inf, device=side.points.device)
    indices = torch.zeros((count, keep), dtype=torch.int64, device=side.points.device)
    for rows, columns in _tiles(count, count):
        if columns.start < rows.start:
            continue
        distances = _rounded(side[rows], side[columns])
        without_self(distances, rows, columns)
        _keep_least((values[rows], indices[rows]), distances, 0, columns.start)
        if columns.start > rows.start:
            _keep_least((values[columns], indices[columns]), distances, 1, rows.start)
    return _settled_radii(side, values, indices, k)


def pairs_inside(rows: Centred, columns: Centred, reach: Tensor, span: Tensor) -> Iterator[tuple[Pairs, Pairs]]:
    """Yield pairs a tile at a time: columns in the balls of rows, and rows in the balls of columns.

    reach (n,) and span (m,): squared radii, float64. A sample on a ball's surface is outside.
    """
    for above, beside in _tiles(len(reach), len(span)):
        first, second = rows[above], columns[beside]
        distances = _rounded(first, second)
        within = _inside(distances, (first, second), reach[above], 0)
        around = _inside(distances, (first, second), span[beside], 1)
        yield (
            (within[0] + above.start, within[1] + beside.start),
            (around[0] + above.start, around[1] + beside.start),
        )


def _tiles(rows: int, columns: int) -> Iterator[tuple[slice, slice]]:
    for top in range(0, rows, _TILE):
        for left in range(0, columns, _TILE):
            yield slice(top, min(top + _TILE, rows)), slice(left, min(left + _TILE, columns))


def _rounded(first: Centred, second: Centred) -> Tensor:
    """Return squared distances in float32, each wrong by _error at most."""
    return row_products(first.points, second.points, second.squares, scale=-2.0).add_(first.squares[:, None])


def _error(first: Centred, second: Centred) -> Tensor:
    """Return by how much the squared distances of each of first from any of second may be wrong, (n,) float64."""
    # any order of summation is wrong by d times epsilon at most, and rounding the points and adding by a few more
    rounding = torch.finfo(torch.float32).eps * (first.points.shape[1] + 8)
    error: Tensor = (first.squares + second.squares.max()).double() * rounding
    return error


def _inside(distances: Tensor, sides: tuple[Centred, Centred], reach: Tensor, whose: int) -> Pairs:
    """Return the pairs of a tile whose distance is below the reach of the row (whose = 0) or of the column (1)."""
    first, second = sides
    error = _error(sides[whose], sides[1 - whose])
    near = _positions(distances < (reach + error).float().unsqueeze(1 - whose))
    unsettled = distances[near].double() >= (reach - error)[near[whose]]
    if int(unsettled.sum()) * _MANY > distances.numel():
        exact = squared_distances(first.samples.double(), second.samples.double())
        return _positions(nearer(exact, reach.unsqueeze(1 - whose)))
    open_rows, open_columns = (positions[unsettled] for positions in near)
    exact = _between(first.samples, open_rows, second.samples, open_columns)
    inside = ~unsettled
    inside[unsettled] = nearer(exact, reach[near[whose][unsettled]])
    return near[0][inside], near[1][inside]


def _positions(mask: Tensor) -> Pairs:
    """Return the rows and the columns of what is true, row by row; on a CPU by numpy, ten times as fast as torch."""
    if mask.device.type != "cpu":
        rows, columns = mask.nonzero().unbind(dim=1)
        return rows, columns
    found = torch.from_numpy(np.flatnonzero(mask.numpy()))
    return found // mask.shape[1], found % mask.shape[1]


def _keep_least(kept: Pairs, distances: Tensor, whose: int, start: int) -> None:
    """Merge a tile into the least distances of its rows (whose = 0) or columns (1), and whose they are, in place."""
    values, indices = kept
    near, found = _nearer(values.amax(dim=1), distances, whose, values.shape[1])
    near, found = torch.cat([values, near], dim=1), torch.cat([indices, found + start], dim=1)
    least, chosen = near.topk(values.shape[1], dim=1, largest=False)
    values.copy_(least)
    indices.copy_(found.gather(1, chosen))


def _nearer(bound: Tensor, distances: Tensor, whose: int, keep: int) -> tuple[Tensor, Tensor]:
    """Return the distances below the bound of each row (whose = 0) or column (1), and the columns or rows they are of.

    Infinity where one has fewer than another. Where they are many, the least of each, as many as are kept.
    """
    positions = _positions(distances < bound.unsqueeze(1 - whose))
    count = len(bound)
    if len(positions[0]) > _FEW * count:
        near, found = distances.topk(min(keep, distances.shape[1 - whose]), dim=1 - whose, largest=False)
        return (near, found) if whose == 0 else (near.T, found.T)
    order = positions[whose].argsort(stable=True)
    mine, other = positions[whose][order], positions[1 - whose][order]
    counts = torch.bincount(mine, minlength=count)
    places = torch.arange(len(mine), device=mine.device) - (counts.cumsum(dim=0) - counts)[mine]
    near = distances.new_full((count, int(counts.max())), torch.inf)
    found = mine.new_zeros(near.shape)
    near[mine, places], found[mine, places] = distances[positions][order], other
    return near, found


def _settled_radii(side: Centred, values: Tensor, indices: Tensor, k: int) -> Tensor:
    """Return the k-th least distances in float64, given the least in float32 and whose they are."""
    # those that could be the k-th: all others are surely nearer, or surely farther
    count, keep = values.shape
    error = _error(side, side)
    least = values.double()
    apart = (least - _smallest(values, k)[:, None]).abs()
    rows, places = (apart <= 2 * error[:, None]).nonzero().unbind(dim=1)
    least[rows, places] = _between(side.samples, rows, side.samples, indices[rows, places])
    found = _smallest(least, k)
    if keep == count - 1:
        return found

    # a sample that was not kept may be nearer where all that were kept are about as far as the k-th
    open_rows = (found > values.amax(dim=1).double() - error).nonzero()[:, 0]
    for chunk in torch.split(open_rows, _TILE):
        nearest = []
        for left in range(0, count, _TILE):
            columns = side.samples[left : left + _TILE].double()
            distances = squared_distances(side.samples[chunk].double(), columns)
            itself = (chunk >= left) & (chunk < left + len(columns))
            distances[itself, chunk[itself] - left] = torch.inf
            nearest.append(distances.topk(min(k, len(columns)), dim=1, largest=False).values)
        found[chunk] = _smallest(torch.cat(nearest, dim=1), k)
    return found


def _smallest(values: Tensor, k: int) -> Tensor:
    """Return the k-th least of each row; kthvalue has no deterministic way on a GPU."""
    return values.topk(k, dim=1, largest=False).values.amax(dim=1)


def _between(first: Tensor, rows: Tensor, second: Tensor, columns: Tensor) -> Tensor:
    """Return the squared distances of pairs as sums of squared differences in float64, (pairs,)."""
    size = max(1, _SETTLED_BYTES // (8 * first.shape[1]))
    found = [first.new_empty(0, dtype=torch.float64)]
    for left, right in zip(torch.split(rows, size), torch.split(columns, size), strict=True):
        apart = first[left].double().sub_(second[right])
        found.append(torch.linalg.vecdot(apart, apart))
    return torch.cat(found)

"""Places that seeds support: every pair of competitors at once, at most 5 % of boards with any false lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ganbench.analysis.statistics import Interval, Values, finite
from ganbench.analysis.studentized_range import studentized_range_sf

LEVEL = 0.05  # of false leads, of the whole board
SEEDS_FOR_A_LEAD = 3  # two agree by chance too often
SEEDS_FOR_A_TIE = 5  # with fewer, a lead of three deviations is more often missed than seen: see results/statistics
_ALIKE = 0.5  # p of Bartlett's test, above which spreads are pooled: lower ones let false leads through

TUKEY, WELCH = "pooled Tukey", "Welch-Sidak"

_Matrix = NDArray[np.float64]


class Competitor(NamedTuple):
    """The merits of a competitor's finished seeds, the smallest best, and how many of its seeds failed."""

    merits: Values
    failed: int = 0


@dataclass(frozen=True)
class Place:
    """What the seeds say of one competitor.

    place: one more than the competitors that are ahead; None where its seeds support no verdict.
    p: the smallest of its comparisons, for all pairs at once; None where there is no comparison. test: TUKEY where
    spreads are alike, WELCH where they are not, "" without a comparison.
    ranks: simultaneous 95 % interval of its rank; None where it can't be compared.
    """

    place: int | None = None
    p: float | None = None
    test: str = ""
    ranks: Interval | None = None


def places(competitors: Sequence[Competitor]) -> list[Place]:
    """Return each competitor's place, 1 the best, with what supports it.

    A is ahead of B where its mean is better with p <= 0.05 for all pairs at once; both need three seeds to be
    compared. Spreads that are alike (Bartlett's test, p > 0.5) are pooled: Tukey's test, Kramer's for unequal
    numbers. Others are not: Welch's t for each pair, its p by Sidak for all pairs (Tamhane's T2, 1979). A failed seed
    is worse than any that finished: where the better mean has the larger share of failed seeds, or fewer than three
    finished, the shares of failed seeds are compared in place of means.

    A competitor that is neither ahead of nor behind anybody has a place only where it and a rival have five seeds:
    with fewer, no lead is no proof of a tie. The interval of a rank is from one more than those ahead to the number
    of those not behind (Al Mohamad, Goeman and van Zwet 2022). A competitor without a finished seed has nothing; the
    only one with any is first.
    """
    there = [index for index, each in enumerate(competitors) if len(finite(each.merits))]
    found = [Place() for _ in competitors]
    if len(there) == 1:
        found[there[0]] = Place(place=1)
        return found
    family = [index for index in there if _seeds(competitors[index]) >= SEEDS_FOR_A_LEAD]
    if len(family) < 2:
        return found

    rivals = [competitors[index] for index in family]
    p, better, test = compare_all(rivals)
    seeds = np.array([_seeds(rival) for rival in rivals])
    leads = (p <= LEVEL) & better
    enough = (np.minimum(seeds[:, None], seeds) >= SEEDS_FOR_A_TIE) & ~np.eye(len(family), dtype=bool)
    for row, index in enumerate(family):
        ahead, behind = int(leads[:, row].sum()), int(leads[row].sum())
        decided = bool(ahead or behind or enough[row].any())
        ranks = Interval(1.0 + ahead, float(len(there) - behind))
        found[index] = Place(1 + ahead if decided else None, float(np.nanmin(p[row])), test, ranks)
    return found


def compare_all(rivals: Sequence[Competitor]) -> tuple[_Matrix, NDArray[np.bool_], str]:
    """Return p of every pair for all pairs at once, whether the row is better than the column, and the test.

    rivals: two or more, of two seeds or more each. p: (k, k) float64, nan on the diagonal.
    """
    kept = [finite(rival.merits) for rival in rivals]
    means = np.array([side.mean() for side in kept])
    counts = np.array([len(side) for side in kept])
    variances = np.array([side.var(ddof=1) if len(side) > 1 and np.ptp(side) > 0 else 0.0 for side in kept])
    gaps = means - means[:, None]  # above 0 where the row is better
    freedom = float(counts.sum() - len(counts))
    pooled = float(((counts - 1) * variances).sum() / freedom) if freedom else 0.0

    if _alike(variances, counts, pooled):
        test, p = TUKEY, _tukey(gaps, counts, pooled, freedom)
    else:
        test, p = WELCH, _welch(gaps, variances, counts)
        _without_spread(p, gaps, variances, counts, (pooled, freedom))

    # shares of failed seeds decide where few finished, or where the better mean has the larger share
    failed = np.array([rival.failed for rival in rivals])
    if failed.any():
        seeds = counts + failed
        share = failed / seeds
        fallen = share - share[:, None]
        by_failures = _welch(fallen, share * (1 - share) * seeds / (seeds - 1), seeds)
        few = (failed[:, None] + failed > 0) & (np.minimum(counts[:, None], counts) < SEEDS_FOR_A_LEAD)
        decide = few | (gaps * fallen < 0)
        p = np.where(decide, by_failures, p)
        gaps = np.where(decide, fallen, gaps)
    np.fill_diagonal(p, np.nan)
    return p, gaps > 0, test


def _seeds(competitor: Competitor) -> int:
    return len(finite(competitor.merits)) + competitor.failed


def _alike(variances: _Matrix, counts: _Matrix, pooled: float) -> bool:
    """Tell whether Bartlett's test sees no difference of spreads; a spread of zero is like no other."""
    from scipy.special import chdtrc

    several = counts > 1
    groups = int(several.sum())
    if groups < 2 or (variances[several] == 0).any():
        return False
    degrees = counts[several] - 1
    total = degrees.sum()
    statistic = total * np.log(pooled) - (degrees * np.log(variances[several])).sum()
    correction = 1 + ((1 / degrees).sum() - 1 / total) / (3 * (groups - 1))
    return bool(chdtrc(groups - 1, statistic / correction) > _ALIKE)


def _tukey(gaps: _Matrix, counts: _Matrix, pooled: float, freedom: float) -> _Matrix:
    one, other = np.triu_indices(len(counts), 1)
    errors = np.sqrt(pooled * (1 / counts[one] + 1 / counts[other]) / 2)
    p = np.zeros(gaps.shape)
    p[one, other] = studentized_range_sf(np.abs(gaps[one, other]) / errors, len(counts), freedom)
    return p + p.T


def _welch(gaps: _Matrix, variances: _Matrix, counts: _Matrix) -> _Matrix:
    """Return Welch's p of each pair, by Sidak for all of them; 1 where neither side has a spread."""
    from scipy.special import stdtr

    errors = variances / counts
    squares = errors[:, None] + errors
    parts = errors**2 / np.maximum(counts - 1, 1)
    some = squares > 0
    sure = np.where(some, squares, 1.0)
    freedom = np.where(some, sure**2 / np.where(some, parts[:, None] + parts, 1.0), 1.0)
    alone = np.where(some, 2 * stdtr(freedom, -np.abs(gaps) / np.sqrt(sure)), 1.0)
    return _sidak(alone, len(counts))


def _without_spread(p: _Matrix, gaps: _Matrix, variances: _Matrix, counts: _Matrix, pool: tuple[float, float]) -> None:
    """Put in the p of pairs that differ while neither has a spread of its own, as counts of modes do.

    They borrow the spread that all competitors pool; where nobody has any, what is left is the chance that equal
    competitors part so cleanly: two in the number of ways to share out the seeds.
    """
    from scipy.special import comb, stdtr

    alone = (variances[:, None] == 0) & (variances == 0) & (gaps != 0)
    pooled, freedom = pool
    if not alone.any():
        return
    if pooled > 0:
        errors = np.sqrt(pooled * (1 / counts[:, None] + 1 / counts))
        chance = 2 * stdtr(freedom, -np.abs(gaps) / errors)
    else:
        chance = np.minimum(1.0, 2 / comb(counts[:, None] + counts, counts))
    p[alone] = _sidak(np.asarray(chance, dtype=np.float64), len(counts))[alone]


def _sidak(alone: _Matrix, competitors: int) -> _Matrix:
    pairs = competitors * (competitors - 1) / 2
    found: _Matrix = -np.expm1(pairs * np.log1p(-np.minimum(alone, 1 - 1e-16)))
    return found

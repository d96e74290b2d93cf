"""95 % intervals: Wilson's for shares of independent items, the bootstrap over units for everything else.

A unit is what can be drawn by itself: an item, or a group of items that belong together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure
from ..core.seeds import generator
from .metrics import Array, Tally

RESAMPLES = 2000
Z = 1.959963984540054
"""The normal quantile at 0.975."""
BLOCKS = 10_000
"""More units than twice this are dealt at random to so many blocks, which are then drawn in their place."""
MOSTLY = 0.9
"""A figure gets a bootstrap interval when it is defined in at least this share of the resamples."""


def wilson(right: float, n: float) -> tuple[float, float]:
    """The 95 % interval of a share `right / n` of independent items (Wilson, 1927); keeps within 0 and 1."""
    share = right / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return (0.0 if right == 0 else middle - half), (1.0 if right == n else middle + half)


def median_bounds(n: int) -> tuple[int, int] | None:
    """Places, from 0, of the sorted items between which the median lies with 95 % and more; None for fewer than six.

    By the binomial distribution of how many items lie below it (Conover, Practical Nonparametric Statistics, 1999).
    """
    low = 0
    if n <= 1000:
        below, term = 0.0, 0.5**n
        while below + term <= 0.025:
            below += term
            low += 1
            term *= (n - low + 1) / low
    else:
        low = max(0, math.floor(n / 2 - Z * math.sqrt(n) / 2 + 0.5))
    return None if low < 1 else (low - 1, n - low)


def blocks(units: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """What is drawn in a bootstrap: the units themselves, or where there are many, random blocks of them.

    Sums over random blocks of independent units spread as sums over the units do; how much is then known from 10,000
    blocks, to 0.7 % of the width of an interval.
    """
    n_units = int(units.max()) + 1
    if n_units <= 2 * BLOCKS:
        return units
    block = np.arange(n_units) % BLOCKS
    generator(seed, "blocks").shuffle(block)
    return block[units]


@dataclass(frozen=True)
class Resamples:
    """What each resample of the units came to."""

    tallies: Tally
    """`(n_resamples, n_classes)` each."""
    losses: Array
    """Mean loss an item, `(n_resamples,)`."""


def resample(
    truth: NDArray[np.int64],
    answers: NDArray[np.int64],
    losses: Array,
    units: NDArray[np.int64],
    n_classes: int,
    *,
    seed: int,
    n_resamples: int = RESAMPLES,
) -> Resamples:
    """Draw whole units with replacement, as many as there are, and count again (Efron, 1979).

    `truth` and `answers` are positions of classes, `units` numbers the unit of each item from 0 without gaps; all
    `(n_items,)`. Only counts a class are kept, so memory grows with `n_resamples * n_classes` alone.
    """
    n_units = int(units.max()) + 1
    right = truth == answers
    right_truth = truth[right]
    kept = Tally(*(np.empty((n_resamples, n_classes)) for _ in range(3)))
    mean_loss = np.empty(n_resamples)
    draws = generator(seed, "bootstrap")
    for i in range(n_resamples):
        times = np.bincount(draws.integers(0, n_units, n_units), minlength=n_units).astype(np.float64)
        weight = times[units]
        kept.right[i] = np.bincount(right_truth, weight[right], n_classes)
        kept.actual[i] = np.bincount(truth, weight, n_classes)
        kept.given[i] = np.bincount(answers, weight, n_classes)
        mean_loss[i] = weight @ losses / weight.sum()
    return Resamples(kept, mean_loss)


@dataclass(frozen=True)
class Intervals:
    """Makes figures for one set of units, in the way that suits them.

    `counted` names the units (`items` or `groups`). One unit alone allows no interval, and neither does a figure that
    is the same in every resample: a width of zero would pretend to a certainty that the data do not give.
    """

    n_units: int
    n_items: int

    @property
    def single(self) -> bool:
        """Each unit is one item."""
        return self.n_units == self.n_items

    @property
    def counted(self) -> str:
        return "items" if self.single else "groups"

    def share(self, right: float, n: float, behind: int, draws: Array, undefined: str) -> Figure:
        """A share of `n` items in `behind` units: Wilson's interval when each unit is one item, else the bootstrap.

        Where groups agree altogether (none or all of the items are right) every resample says the same; then Wilson's
        interval takes each group as one item, which is cautious.
        """
        if n == 0:
            return Figure(None, None, None, 0, f"not defined: {undefined}")
        if self.single or (right in (0, n) and behind > 1):
            low, high = wilson(right if self.single else behind * right / n, n if self.single else behind)
            return Figure(right / n, low, high, int(n), self._wilson(behind))
        return self.bootstrap(right / n, int(n), draws, undefined)

    def f1(self, right: float, n: float, behind: int, draws: Array, undefined: str) -> Figure:
        """F1 of one class, where `n` items in `behind` units either belong to it or were given its label.

        Wilson's interval is made for `right / n` and carried over by F1 = 2 s / (1 + s): that share is a proportion,
        F1 is not (Hand, Christen and Kirielle, 2021, call it F*).
        """
        if n == 0:
            return Figure(None, None, None, 0, f"not defined: {undefined}")
        share = self.share(right, n, behind, draws / (2 - draws), undefined)
        low, high = (None if bound is None else 2 * bound / (1 + bound) for bound in (share.low, share.high))
        method = share.method + (", carried over from right / (right + wrong either way)" if low is not None else "")
        return Figure(2 * right / (n + right), low, high, int(n), method)

    def bootstrap(self, value: float, n: int, draws: Array, undefined: str, *, tests: int = 1) -> Figure:
        """The 2.5 % and 97.5 % points of `draws`, one value a resample, NaN where a resample leaves it undefined.

        With several `tests` that are asked together they lie further out (Bonferroni).
        """
        if math.isnan(value):
            return Figure(None, None, None, n, f"not defined: {undefined}")
        if self.n_units == 1:
            return Figure(value, None, None, n, f"no interval: a single {self.counted[:-1]} was tested")
        defined = draws[~np.isnan(draws)]
        if len(defined) < MOSTLY * len(draws):
            return Figure(value, None, None, n, f"no interval: defined in {len(defined):,} of {len(draws):,} resamples")
        if np.ptp(defined) <= 1e-12:
            return Figure(
                value, None, None, n, f"no interval: the same in each of {len(draws):,} resamples of the {self.counted}"
            )
        low, high = np.percentile(defined, [2.5 / tests, 100 - 2.5 / tests])
        method = f"bootstrap over {self.n_units:,} {self.counted}, {len(draws):,} resamples, 95 %"
        method += f" for {tests} tests together" if tests > 1 else ""
        return Figure(value, float(low), float(high), n, method)

    def _wilson(self, behind: int) -> str:
        return "Wilson 95 %" if self.single else f"Wilson 95 % over {behind:,} groups, each counted once"

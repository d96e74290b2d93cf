"""Tests of chance and what they need: by item where each stands alone, else by whole units.

A unit is an item, or a group of items that belong together (see `intervals`). All tests are two-sided.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.seeds import generator
from .intervals import RESAMPLES, wilson
from .metrics import Array

FLIPS = 9_999
"""Sign flips that are drawn where there are too many to go through."""
ALL_FLIPS = 13
"""With so many units that differ, or fewer, every one of the 2^n flips is gone through."""
SHOWN = 0.05
"""A difference is shown when its p-value, after the correction, is at most this."""


def fisher(a: int, n_a: int, b: int, n_b: int) -> float:
    """Probability of a table at least as unlikely as `a` of `n_a` against `b` of `n_b`, if both shares are the same.

    Source: R. A. Fisher, "The Design of Experiments", 1935; tables as unlikely as this one within 1e-7 count as such.
    """
    total, right = n_a + n_b, a + b
    support = np.arange(max(0, right - n_b), min(n_a, right) + 1)
    log = np.array([_choose(n_a, k) + _choose(n_b, right - k) for k in support.tolist()]) - _choose(total, right)
    chances = np.exp(log)
    return min(1.0, float(chances[chances <= chances[a - support[0]] * (1 + 1e-7)].sum()))


def mcnemar(only_a: int, only_b: int) -> float:
    """Probability that pairs which differ fall so unevenly, if either way is equally likely: the exact test.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions", Psychometrika 12,
    1947; exact by the binomial distribution with a half.
    """
    n = only_a + only_b
    tail = sum(math.exp(_choose(n, k) - n * math.log(2)) for k in range(min(only_a, only_b) + 1))
    return min(1.0, 2 * tail)


def sign_flips(scores: Array, *, seed: int) -> float:
    """Probability of a sum of `scores` `(n_units,)` so far from 0, if the sign of each unit's score were chance.

    All 2^n flips where few units have a score, else 9,999 drawn ones and the one observed. Source: J. Hemerik, J.
    Goeman, L. Finos, "Robust testing in generalized linear models by sign flipping score contributions", Journal of
    the Royal Statistical Society B 82, 2020; with the observed one counted: B. Phipson, G. Smyth, 2010.
    """
    scores = scores[np.abs(scores) > 1e-12]
    n = len(scores)
    if n == 0:
        return 1.0
    reached = abs(float(scores.sum())) * (1 - 1e-9)
    if n <= ALL_FLIPS:
        signs = 1.0 - 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
        return float((np.abs(signs @ scores) >= reached).mean())
    draws = generator(seed, "sign flips")
    hits = sum(
        int((np.abs((1.0 - 2.0 * draws.integers(0, 2, (min(1000, FLIPS - i), n))) @ scores) >= reached).sum())
        for i in range(0, FLIPS, 1000)
    )
    return (hits + 1) / (FLIPS + 1)


def holm(values: Sequence[float | None]) -> list[float | None]:
    """p-values corrected for how many there are, so that one false alarm among all is as rare as 5 %; None stays None.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6,
    1979.
    """
    known = sorted((p, place) for place, p in enumerate(values) if p is not None)
    corrected: list[float | None] = [None] * len(values)
    reached = 0.0
    for rank, (p, place) in enumerate(known):
        reached = max(reached, min(1.0, p * (len(known) - rank)))
        corrected[place] = reached
    return corrected


def newcombe(a: float, n_a: float, b: float, n_b: float) -> tuple[float, float]:
    """The 95 % interval of `a / n_a - b / n_b`, two shares of independent items, from Wilson's interval of each.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of
    eleven methods", Statistics in Medicine 17, 1998 (its method 10).
    """
    (low_a, high_a), (low_b, high_b) = wilson(a, n_a), wilson(b, n_b)
    share_a, share_b = a / n_a, b / n_b
    value = share_a - share_b
    return value - math.hypot(share_a - low_a, high_b - share_b), value + math.hypot(high_a - share_a, share_b - low_b)


def resampled_sums(per_unit: Array, *, seed: int, n_resamples: int = RESAMPLES) -> Array:
    """Sums of the columns of `per_unit` `(n_units, k)` over units drawn with replacement, `(n_resamples, k)`."""
    n_units = len(per_unit)
    draws = generator(seed, "bootstrap")
    sums = np.empty((n_resamples, per_unit.shape[1]))
    for i in range(n_resamples):
        sums[i] = np.bincount(draws.integers(0, n_units, n_units), minlength=n_units) @ per_unit
    return sums


def numbered(units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Units as numbers from 0 without gaps."""
    return np.unique(units, return_inverse=True)[1].astype(np.int64)


def _choose(n: int, k: int) -> float:
    """The logarithm of how many ways there are to take `k` of `n`."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

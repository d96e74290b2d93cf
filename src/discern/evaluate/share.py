"""How frequent a label truly is among items that nobody labelled, from a classifier that makes mistakes.

The mean score of the items is a mixture of the mean score of those with the label and of those without it, and a
labelled sample tells both: share = (mean - negative) / (positive - negative) (Rogan and Gladen, 1978;
with probabilities as scores: Bella et al., 2010). It holds while items of a label look alike in both, however frequent
the label is.

The interval inverts a score test: at each possible share the three means are fitted under it, and their variances with
them (as Miettinen and Nurminen, 1985), so that the labelled sample's uncertainty is carried through. Shares end at 0
and 1; the critical value follows Feldman and Cousins (1998), so that intervals near an end hold the truth as often.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ..core.views import Record
from .intervals import Z

Array = NDArray[np.float64]

HELD = 0.95
STEPS = 30
"""Halvings of a bracket: the end of an interval is found to 1e-9."""
HALVINGS = 22
"""Of the bracket of a critical value, which is found to 6e-7."""
FAR = 6.0
"""Standard errors from an end of the scale at which it is no longer felt."""
FITS = 8
"""Rounds in which means and variances under a share are brought to agree."""
ADDED = 0.25
"""Right and wrong answers added to the labelled sample where its variance is fitted: without them, a sample that
holds no mistake would promise that there are none."""
TINY = 1e-12


@dataclass(frozen=True)
class Sample(Record):
    """The scores of the items of one label: mean, spread against yes-or-no answers, and number, which may be arrays.

    `spread` is the variance over mean * (1 - mean): 1 for answers of 0 and 1, less for probabilities. `n` is the
    effective number where items come in groups.
    """

    mean: Array | float
    spread: Array | float
    n: Array | float

    @classmethod
    def of(cls, scores: Array, effect: float = 1.0) -> Sample:
        """From scores `(n,)` between 0 and 1; `effect` is how many items count as one."""
        mean, n = float(scores.mean()), len(scores)
        whole = mean * (1 - mean)
        spread = float(scores.var(ddof=1)) / whole if whole > TINY and n > 1 else 1.0
        return cls(mean, min(1.0, max(spread, 1e-3)), n / effect)


def corrected(mean: Array, n: Array, positive: Sample, negative: Sample) -> tuple[Array, Array, Array]:
    """Share of the label and its 95 % interval, from the mean score of `n` items; all `(n_areas,)`.

    Shares are kept within 0 and 1.
    """
    apart = np.asarray(positive.mean, dtype=np.float64) - negative.mean
    best = (mean - negative.mean) / apart
    share = np.clip(best, 0.0, 1.0)
    low = _end(np.zeros_like(share), share, best, mean, n, positive, negative)
    high = _end(np.ones_like(share), share, best, mean, n, positive, negative)
    return share, low, high


def _end(
    outside: Array, inside: Array, best: Array, mean: Array, n: Array, positive: Sample, negative: Sample
) -> Array:
    """Where shares stop being held: between `inside`, which is, and `outside`, the end of the scale."""
    held = _held(outside, best, mean, n, positive, negative)
    edge, far = inside.copy(), outside.copy()
    for _ in range(STEPS):
        middle = (edge + far) / 2
        within = _held(middle, best, mean, n, positive, negative)
        edge, far = np.where(within, middle, edge), np.where(within, far, middle)
    return np.where(held, outside, edge)


def _held(share: Array, best: Array, mean: Array, n: Array, positive: Sample, negative: Sample) -> NDArray[np.bool_]:
    """Whether a share is not contradicted by the three means, at 5 %."""
    sigma = np.sqrt(_variance(share, mean, n, positive, negative)) / (positive.mean - negative.mean)
    ratio = ((best - share) ** 2 - (best - np.clip(best, 0.0, 1.0)) ** 2) / sigma**2
    held: NDArray[np.bool_] = ratio <= critical(share / sigma, 1 / sigma) ** 2
    return held


def _variance(share: Array, mean: Array, n: Array, positive: Sample, negative: Sample) -> Array:
    """The variance of the contrast `mean - share * positive - (1 - share) * negative` if `share` is the truth."""
    contrast = mean - share * positive.mean - (1 - share) * negative.mean
    start = [(one.mean * one.n + ADDED) / (one.n + 2 * ADDED) for one in (positive, negative)]
    up, down = (np.broadcast_to(np.asarray(one, dtype=np.float64), share.shape) for one in start)
    variance = np.ones_like(share)
    for _ in range(FITS):
        each_up, each_down = positive.spread * up * (1 - up), negative.spread * down * (1 - down)
        mixed = share * up + (1 - share) * down
        each = share * (each_up + up**2) + (1 - share) * (each_down + down**2) - mixed**2
        variance = each / n + share**2 * each_up / positive.n + (1 - share) ** 2 * each_down / negative.n + TINY
        pull = contrast / variance
        up = np.clip(start[0] + pull * share * each_up / positive.n, TINY, 1 - TINY)
        down = np.clip(start[1] + pull * (1 - share) * each_down / negative.n, TINY, 1 - TINY)
    return variance


def critical(place: Array, top: Array) -> Array:
    """The critical value where the truth lies `place` standard errors above 0 and the scale ends at `top`.

    Values are accepted in the order of their likelihood over the best that a share within the scale can reach, until
    95 % are: 1.96 far from both ends, 1.64 at an end (Feldman and Cousins, 1998, section IV.B).
    """
    from_top = top - place
    if place.min() > FAR and from_top.min() > FAR:
        return np.full_like(place, Z)
    low, high = np.zeros_like(place), np.full_like(place, 2.5)
    for _ in range(HALVINGS):
        k = (low + high) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            below = np.where(k <= place, k, (place**2 + k**2) / (2 * place))
            above = np.where(k <= from_top, k, (from_top**2 + k**2) / (2 * from_top))
        accepted = ndtr(above) - ndtr(-below)
        low, high = np.where(accepted < HELD, k, low), np.where(accepted < HELD, high, k)
    return high

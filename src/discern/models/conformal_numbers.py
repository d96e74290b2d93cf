"""Intervals around a predicted number that hold the true one in a stated share of cases: split conformal prediction.

Fitted on rows that learning did not see, saved with the model (`Trust.interval`), applied by NumPy. Sources: Vovk,
Gammerman and Shafer, Algorithmic Learning in a Random World, 2005; Lei et al., Distribution-Free Predictive Inference
for Regression, JASA 113, 2018 (section 5.2: residuals divided by a spread).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..core import seeds
from .calibrate import one_of_each
from .number_interval import NumberInterval, spread_at

Array = NDArray[np.float64]

COVERAGE = 0.95
ENOUGH_FOR_SPREAD = 400
"""Rows from which on half of them may say where the model errs more; the other half then gives the rank."""
BANDS = 10
"""Of predictions, each with as many rows, whose mean errors are the spread."""
PAYS = 3.0
"""Standard errors by which the spread must tell the errors of other rows better than one number for all does."""
LEAST_SPREAD = 0.05
"""Of the mean spread: no interval is taken for sure because a few rows agreed."""


def fewest(coverage: float = COVERAGE) -> int:
    """The least number of rows that allow an interval: 19 for 95 %."""
    return math.ceil(coverage / (1 - coverage) - 1e-9)


def fit(
    predictions: Array,
    truth: Array,
    *,
    coverage: float = COVERAGE,
    units: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> NumberInterval | None:
    """The interval by rows that learning did not see, `(n,)` each; None where there are fewer than `fewest(coverage)`.

    `units` `(n,)` say which rows belong together: one of each is used (Dunn, Wasserman and Ramdas, JASA 2022). For a
    new row the chance is at least `coverage`, and less than 1 / (n + 1) above it where no errors are equal.
    """
    if units is not None:
        rows = one_of_each(units, seed)
        predictions, truth = predictions[rows], truth[rows]
    errors = np.abs(np.asarray(truth, np.float64) - predictions)
    n = len(errors)
    if n < fewest(coverage):
        return None
    if n >= ENOUGH_FOR_SPREAD and n - n // 2 >= fewest(coverage):
        order = seeds.generator(seed, "spread").permutation(n)
        own, others = order[: n // 2], order[n // 2 :]
        if _pays(predictions[own], errors[own]):
            points = _spread(predictions[own], errors[own])
            scaled = errors[others] / spread_at(predictions[others], points)
            return NumberInterval(coverage, _rank(scaled, coverage), len(others), points)
    return NumberInterval(coverage, _rank(errors, coverage), n)


def _rank(scores: Array, coverage: float) -> float:
    """The score at the rank `(n + 1) * coverage`, rounded up."""
    place = math.ceil((len(scores) + 1) * coverage - 1e-9)
    return float(np.sort(scores)[place - 1])


def _spread(predictions: Array, errors: Array) -> tuple[tuple[float, float], ...]:
    """Mean error in bands of predictions."""
    order = np.argsort(predictions, kind="stable")
    least = LEAST_SPREAD * float(errors.mean())
    points: list[tuple[float, float]] = []
    for band in np.array_split(order, BANDS):
        x, y = float(predictions[band].mean()), max(float(errors[band].mean()), least)
        if not points or x > points[-1][0]:
            points.append((x, y))
    return tuple(points)


def _pays(predictions: Array, errors: Array) -> bool:
    """Whether the spread tells the sizes of errors, on rows that it was not fitted on: by Laplace's log likelihood."""
    half = len(errors) // 2
    points, usual = _spread(predictions[:half], errors[:half]), float(errors[:half].mean())
    if len(points) < 2 or points[0][1] <= 0:
        return False
    spread, rest = spread_at(predictions[half:], points), errors[half:]
    gain = (rest / usual + np.log(usual)) - (rest / spread + np.log(spread))
    return bool(gain.mean() > PAYS * gain.std(ddof=1) / np.sqrt(len(gain)))

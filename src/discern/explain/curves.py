"""A number as a smooth curve in a linear model, and the model fitted with whatever covariance suits the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .figures import Array
from .linear import independent, least_squares
from .logistic import logistic

KNOTS = (0.05, 0.35, 0.65, 0.95)
"""Quantiles of the data (Harrell's, for four knots): few terms, so that a bend is found in few rows."""
FINE = (0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975)
"""Harrell's seven knots: with four, a top is set aside from its place by more than its interval is wide."""
FEW_VALUES = 3
REST = -1
"""The name of the part of a model that holds everything else."""


@dataclass(frozen=True)
class Basis:
    """The curve of one column: a line, and what bends it: a restricted cubic spline, straight beyond the outer knots.

    A parabola where there are no knots. Source: F. Harrell, Regression Modeling Strategies, 2015, section 2.4.
    """

    middle: float
    scale: float
    """The column's spread: terms are computed in it."""
    knots: tuple[float, ...]
    """In units of `scale` from `middle`."""

    def __call__(self, x: Array) -> Array:
        """The terms at `x` `(n,)`, `(n, 1 + bends)`, the line first."""
        unit = (x - self.middle) / self.scale
        if not self.knots:
            return np.column_stack([unit, unit**2])
        first, last, before = self.knots[0], self.knots[-1], self.knots[-2]
        cubes = {knot: np.maximum(unit - knot, 0) ** 3 for knot in self.knots}
        bends = [
            cubes[knot]
            - cubes[before] * (last - knot) / (last - before)
            + cubes[last] * (before - knot) / (last - before)
            for knot in self.knots[:-2]
        ]
        return np.column_stack([unit, *(bend / (last - first) ** 2 for bend in bends)])

    def slope(self, x: float) -> Array:
        """What one more of the column changes in each term, at `x`."""
        step = 1e-4 * self.scale
        ends: Array = self(np.array([x - step, x + step]))
        difference: Array = (ends[1] - ends[0]) / (2 * step)
        return difference


def basis_of(values: Array, quantiles: Sequence[float] = KNOTS) -> Basis | None:
    """The curve for a column `(n,)`, NaN missing; None where it has fewer than three values."""
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    if len(distinct) < FEW_VALUES:
        return None
    scale, middle = float(known.std()), float(known.mean())
    knots = np.empty(0)
    if len(distinct) >= 2 * len(quantiles):
        knots = np.quantile(known, quantiles)
        if (np.diff(knots) <= 1e-6 * scale).any():  # many rows share one value
            knots = np.quantile(distinct, quantiles)
    return Basis(middle, scale, tuple(((knots - middle) / scale).tolist()))


@dataclass(frozen=True)
class Fit:
    """A fitted model made of named parts."""

    estimates: Array
    """Class by class (numbers have one), the constant first in each."""
    covariance: Array
    dof: float
    """Of the tests; infinite for log-odds."""
    k: int
    """Terms a class, with the constant."""
    places: Mapping[int, tuple[int, ...]]
    """Where the terms of each part are; a part whose terms are made of others is not among them."""

    def of(self, part: int, first: int = 0) -> tuple[Array, Array]:
        """Estimates and covariance of a part's terms from `first` on, over all classes."""
        starts = range(0, len(self.estimates), self.k)
        some = [start + 1 + place for start in starts for place in self.places[part][first:]]
        return self.estimates[some], self.covariance[np.ix_(some, some)]


def fitted(
    parts: Mapping[int, Array], target: NDArray[Any], classes: Sequence[str], unit: NDArray[np.int64]
) -> Fit | None:
    """Least squares for numbers, logistic regression for `classes`; covariances that allow unequal errors, or by units.

    None where it cannot be fitted: too few rows, or labels told apart without a mistake.
    """
    matrix = np.column_stack(list(parts.values()))
    kept, _ = independent(matrix)
    where = {place: i for i, place in enumerate(kept)}
    places: dict[int, tuple[int, ...]] = {}
    start = 0
    for name, part in parts.items():
        own = tuple(where[i] for i in range(start, start + part.shape[1]) if i in where)
        if len(own) == part.shape[1]:
            places[name] = own
        start += part.shape[1]
    k = len(kept) + 1
    if len(matrix) <= k * max(1, len(classes) - 1):
        return None
    if not classes:
        line = least_squares(matrix[:, kept], target.astype(np.float64))
        covariance, dof = line.robust(unit)
        return Fit(line.estimates, covariance, dof, k, places)
    codes = np.searchsorted(np.array(classes), target.astype(str)).astype(np.int64)
    odds = logistic(matrix[:, kept], codes, len(classes))
    if odds.separated:
        return None
    covariance, dof = odds.robust(unit)
    return Fit(odds.estimates.ravel(), covariance, dof, k, places)

"""Ordinary least squares with what its standard errors need, in float64 and by orthogonal factors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .figures import Array

DEPENDENT = 1e-9
"""A column of which less than this share of its length is left beside the columns before it adds nothing."""
CLEAR = 1e-6
"""Where more is left of every one, no further look is needed."""
FULL = 1e-10
"""A row with a leverage above one less this decides its own prediction: its residual says nothing."""


@dataclass(frozen=True)
class Linear:
    """A fitted linear model, its constant term first: `k` terms, `n` rows."""

    estimates: Array
    """`(k,)`."""
    bread: Array
    """The inverse of X'X, `(k, k)`."""
    residuals: Array
    """`(n,)`."""
    leverage: Array
    """Diagonal of the hat matrix, `(n,)`."""
    variance: float
    """Of the residuals, by degrees of freedom."""
    r2: float
    inflation: Array
    """How much wider the interval of each term is for the others it goes with (VIF), squared, `(k,)`; NaN: constant."""
    matrix: Array
    """X with its column of ones, `(n, k)`."""

    @property
    def dof(self) -> int:
        return len(self.residuals) - len(self.estimates)

    @property
    def covariance(self) -> Array:
        """Where every row errs by as much as any other."""
        return self.variance * self.bread

    def robust(self, units: NDArray[np.int64]) -> tuple[Array, float]:
        """Covariance that allows unequal errors, and its degrees of freedom.

        HC3 where each row stands alone (J. MacKinnon, H. White, Journal of Econometrics 29, 1985); else by whole units
        (K.-Y. Liang, S. Zeger, Biometrika 73, 1986), with the usual correction for few. `units` numbers the unit of
        each row from 0 without gaps, `(n,)`.
        """
        n, k = self.matrix.shape
        n_units = int(units.max()) + 1
        if n_units == n:
            left = 1 - self.leverage
            weight = np.where(left > FULL, self.residuals / np.where(left > FULL, left, 1), 0.0)
            half = (self.matrix * weight[:, None]) @ self.bread
            return half.T @ half, float(self.dof)
        scores = self.matrix * self.residuals[:, None]
        sums = np.zeros((n_units, k))
        np.add.at(sums, units, scores)
        half = sums @ self.bread
        correction = n_units / max(n_units - 1, 1) * (n - 1) / (n - k)
        return correction * half.T @ half, float(n_units - 1)


def least_squares(matrix: Array, target: Array) -> Linear:
    """Fit `target` `(n,)` by `matrix` `(n, q)` and a constant. The columns must be independent (see `independent`) and
    there must be more rows than terms. Columns are centred and scaled while computing, so that units do not matter."""
    n, q = matrix.shape
    middle, scale, unit = _standard(matrix)
    factor, triangle = np.linalg.qr(unit)
    mean = float(target.mean())
    beta = np.linalg.solve(triangle, factor.T @ (target - mean))
    residuals = target - mean - unit @ beta
    inverse = np.linalg.solve(triangle, np.eye(q))
    inner = inverse @ inverse.T
    back = np.zeros((q + 1, q + 1))
    back[0, 0] = 1.0
    back[0, 1:] = -middle / scale
    back[1:, 1:] = np.diag(1 / scale)
    block = np.zeros((q + 1, q + 1))
    block[0, 0] = 1 / n
    block[1:, 1:] = inner
    total = float(((target - mean) ** 2).sum())
    rss = float(residuals @ residuals)
    return Linear(
        estimates=back @ np.concatenate([[mean], beta]),
        bread=back @ block @ back.T,
        residuals=residuals,
        leverage=1 / n + (factor**2).sum(axis=1),
        variance=rss / (n - q - 1) if n > q + 1 else math.nan,
        r2=1 - rss / total if total > 0 else math.nan,
        inflation=np.concatenate([[math.nan], np.diag(inner)]),
        matrix=np.column_stack([np.ones(n), matrix]),
    )


@dataclass(frozen=True)
class Dependent:
    """A column that others make up, and which ones (positions)."""

    column: int
    others: tuple[int, ...]


def independent(matrix: Array) -> tuple[list[int], tuple[Dependent, ...]]:
    """Which columns of `matrix` `(n, q)` add something to those before them, and of which others the rest is made.

    A column that never changes counts as made of none.
    """
    _, _, unit = _standard(matrix)
    if 0 < matrix.shape[1] < len(matrix) and np.abs(np.diag(np.linalg.qr(unit, "r"))).min() > CLEAR:
        return list(range(matrix.shape[1])), ()
    basis = np.empty((len(matrix), 0))
    kept: list[int] = []
    dependent: list[Dependent] = []
    for place in range(matrix.shape[1]):
        left = unit[:, place]
        for _ in range(2):
            left = left - basis @ (basis.T @ left)
        length = float(np.linalg.norm(left))
        if length > DEPENDENT and len(kept) < len(matrix) - 1:
            basis = np.column_stack([basis, left / length])
            kept.append(place)
            continue
        shares = np.linalg.lstsq(unit[:, kept], unit[:, place], rcond=None)[0] if kept else np.empty(0)
        dependent.append(Dependent(place, tuple(_largest(kept, shares))))
    return kept, tuple(dependent)


def _largest(kept: Sequence[int], shares: NDArray[Any]) -> list[int]:
    return [kept[place] for place in np.flatnonzero(np.abs(shares) > 1e-6).tolist()]


def _standard(matrix: Array) -> tuple[Array, Array, Array]:
    """Means, lengths and the centred columns of length one; a constant column stays zero."""
    middle = matrix.mean(axis=0)
    centred = matrix - middle
    scale = np.linalg.norm(centred, axis=0)
    tiny = scale <= 1e-12 * np.sqrt(len(matrix)) * np.maximum(np.abs(matrix).max(axis=0, initial=0.0), 1e-300)
    scale = np.where(tiny, 1.0, scale)
    return middle, scale, np.where(tiny, 0.0, centred / scale)

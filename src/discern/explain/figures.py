"""Figures from an estimate and its standard error, and the tests that go with them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ..core.records import Figure

Array = NDArray[np.float64]


def without_range(value: float, n: int, method: str) -> Figure:
    """A number that describes, or whose interval stands beside it; without a value where it is not finite."""
    return Figure(float(value) if math.isfinite(value) else None, None, None, n, method)


def undefined(n: int, reason: str) -> Figure:
    """A figure that cannot be computed."""
    return Figure(None, None, None, n, reason)


def around(value: float, error: float, dof: float, n: int, method: str, *, tests: int = 1) -> Figure:
    """`value` with its 95 % interval from a standard error, by Student's t with `dof` degrees of freedom (or infinity).

    With several `tests` that are asked together the bounds lie further out (Bonferroni).
    """
    if not (math.isfinite(value) and math.isfinite(error)):
        return undefined(n, f"not defined: {method}")
    half = quantile(1 - 0.025 / tests, dof) * error
    return Figure(float(value), float(value - half), float(value + half), n, method)


def quantile(p: float, dof: float) -> float:
    """Of Student's t; of the normal distribution where `dof` is infinite."""
    return float(special.ndtri(p) if math.isinf(dof) else special.stdtrit(dof, p))


def two_sided(t: float, dof: float) -> float:
    """The p-value of `t`, two-sided."""
    if math.isnan(t):
        return math.nan
    return float(2 * (special.ndtr(-abs(t)) if math.isinf(dof) else special.stdtr(dof, -abs(t))))


def wald(estimates: Array, covariance: Array, dof: float) -> float:
    """p-value of all `estimates` `(q,)` being nothing but chance: F with `q` and `dof`, chi-square where infinite.

    NaN where the covariance `(q, q)` cannot be inverted. Source: A. Wald, Transactions of the American Mathematical
    Society 54, 1943.
    """
    q = len(estimates)
    scale = np.sqrt(np.diag(covariance))
    if q == 0 or not np.isfinite(scale).all() or (scale <= 0).any():
        return math.nan
    try:
        form = float((estimates / scale) @ np.linalg.solve(covariance / np.outer(scale, scale), estimates / scale))
    except np.linalg.LinAlgError:
        return math.nan
    if not math.isfinite(form) or form < 0:
        return math.nan
    return float(special.chdtrc(q, form) if math.isinf(dof) else special.fdtrc(q, dof, form / q))

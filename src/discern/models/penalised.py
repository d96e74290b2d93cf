"""Least squares with a penalty on large weights, whose strength is chosen on rows that were not learned from."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import lasso_path

from ..core.events import Listener, note, silent
from ..core.options import Interval
from .base import Labelled
from .choosing import best
from .regression import Regressor

Array = NDArray[np.float64]
RIDGE = tuple(float(f"{10.0**power:.3g}") for power in np.arange(-6, 2.01, 0.25))
LASSO = tuple(float(f"{10.0**power:.3g}") for power in np.arange(-4, 0.01, 0.1))
"""Strengths that are tried, weakest first; of numbers and a target with a standard deviation of 1."""


class Penalised(Regressor):
    """What both have in common.

    Parameters
    ----------
    alpha : strength of the penalty, for each row; None: the one with the least squared error on the validation rows,
        or else by five folds. Then all rows are learned from.

    After `fit`: `coef_` `(n_features,)`, `intercept_`, `alpha_`.
    """

    limits: ClassVar[Mapping[str, Interval]] = {"alpha": Interval(1e-12, 1e12, or_none=True)}
    strengths: ClassVar[tuple[float, ...]]

    coef_: Array
    intercept_: float
    alpha_: float

    def __init__(self, alpha: float | None = None) -> None:
        self.alpha = alpha

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Choose the penalty and solve. Raises OptionError for a parameter, ValueError for data of another form."""
        rows, targets, n_items = self._learn_from(X, y, validation)

        def answers(some: Array, theirs: Array, asked: Array) -> Array:
            weights, intercepts = self._weights(some, theirs, self.strengths)
            found: Array = weights @ asked.T + intercepts[:, None]
            return found

        given = None if self.alpha is None else float(self.alpha)
        self.alpha_ = best(self.strengths, rows, targets, n_items, answers) if given is None else given
        weights, intercepts = self._weights(rows, targets, (self.alpha_,))
        self.coef_, self.intercept_ = weights[0], float(intercepts[0])
        if given is None:
            note(on_event, f"penalty {self.alpha_:g}, of {len(self.strengths)} from {self.strengths[0]:g} up")
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The height of the plane, `(n_samples,)`."""
        found: Array = self._rows(X) @ self.coef_ + self.intercept_
        return found

    def _weights(self, rows: Array, targets: Array, strengths: tuple[float, ...]) -> tuple[Array, Array]:
        """Weights `(n_strengths, n_features)` and intercepts, which bear no penalty."""
        mean, height = rows.mean(axis=0), float(targets.mean())
        centred = rows - mean
        weights = self._solve(centred, targets - height, strengths)
        return weights, height - weights @ mean

    def _solve(self, rows: Array, targets: Array, strengths: tuple[float, ...]) -> Array:
        raise NotImplementedError


class Ridge(Penalised):
    """Least squares with a penalty on the squares of the weights: `mean squared error + alpha * sum of squares`.

    Parameters and what is there after `fit`: see `Penalised`. Source: Hoerl and Kennard, Technometrics 12, 1970.
    """

    strengths: ClassVar[tuple[float, ...]] = RIDGE

    def _solve(self, rows: Array, targets: Array, strengths: tuple[float, ...]) -> Array:
        n = len(rows)
        lengths, turned = np.linalg.eigh(rows.T @ rows / n)
        along = turned.T @ (rows.T @ targets / n)
        scaled = along / (np.maximum(lengths, 0) + np.array(strengths)[:, None])
        found: Array = scaled @ turned.T
        return found


class Lasso(Penalised):
    """Least squares with a penalty on the sizes of the weights, many of which become 0.

    `mean squared error / 2 + alpha * sum of sizes`, by coordinate descent. Parameters and what is there after `fit`:
    see `Penalised`. Source: Tibshirani, JRSS B 58, 1996; Friedman, Hastie and Tibshirani, J. Stat. Softw. 33, 2010.
    """

    strengths: ClassVar[tuple[float, ...]] = LASSO

    def _solve(self, rows: Array, targets: Array, strengths: tuple[float, ...]) -> Array:
        gram = np.ascontiguousarray(rows.T @ rows)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the weakest penalties; the path stays usable
            alphas, found, _ = lasso_path(
                np.asfortranarray(rows), targets, alphas=sorted(strengths, reverse=True), precompute=gram, max_iter=2000
            )
        weights: Array = found.T[np.argsort(alphas)]
        return weights

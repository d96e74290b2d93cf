"""Logistic regression on standardised values: the straight line that a more complicated model has to beat."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from ..core.events import Listener, note, silent
from ..core.options import Interval
from .base import Classifier, Labelled
from .features import standard
from .scorer import softmax

TOLERANCE = 1e-3
"""Largest slope of the mean loss at the end. On MNIST 56 steps reach it; 1e-4 takes over 300 and gains nothing."""


class Logistic(Classifier):
    """Multinomial logistic regression with an L2 penalty, solved by L-BFGS (scikit-learn's `LogisticRegression`).

    Features are centred and divided by their standard deviation; pixels, which share one unit, by the standard
    deviation of all pixels, so that one that is hardly ever lit does not count for hundreds. A constant feature
    counts for nothing. What is fitted on are the items and the validation items together.

    After `fit`: `coef_` `(n_classes, n_features)` and `intercept_` `(n_classes,)` on standardised values, `mean_`
    and `scale_` `(n_features,)`, all float64; `n_iter_`, `converged_`, `refit_`.
    """

    limits: ClassVar[Mapping[str, Interval]] = {
        "C": Interval(1e-10, 1e10),
        "max_iter": Interval(1, 1_000_000, whole=True),
    }

    coef_: NDArray[np.float64]
    intercept_: NDArray[np.float64]
    mean_: NDArray[np.float64]
    scale_: NDArray[np.float64]
    n_iter_: int
    converged_: bool
    refit_: bool

    def __init__(self, C: float = 1.0, *, max_iter: int = 200) -> None:
        self.C = C
        self.max_iter = max_iter

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Standardise and fit; a fit that stops at `max_iter` is told as a note.

        Raises OptionError for a parameter out of its limits, and ValueError for data of another form.
        """
        items, positions = self._begin_fit(X, y)
        if validation is not None:
            items = np.concatenate([items, self._check_items(validation[0])])
            positions = np.concatenate([positions, self._positions(validation[1])])
        self.refit_ = validation is not None
        flat = items.reshape(len(items), -1)
        self.mean_, self.scale_ = standard(flat, alike=self.input_.kind == "pictures")
        self._solve(((flat - self.mean_) / self.scale_).astype(np.float32), positions)
        if not self.converged_:
            note(on_event, f"logistic regression stopped at its limit of {self.max_iter} steps; max_iter raises it")
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities, `(n_samples, n_classes)`, worked out in float64."""
        items = self._check_items(X)
        scaled = (items.reshape(len(items), -1) - self.mean_) / self.scale_
        return softmax(scaled @ self.coef_.T + self.intercept_)

    def _solve(self, scaled: NDArray[np.float32], positions: NDArray[np.int64]) -> None:
        n_classes = len(self.classes_)
        self.coef_, self.intercept_ = np.zeros((n_classes, scaled.shape[1])), np.zeros(n_classes)
        self.n_iter_, self.converged_ = 0, True
        if n_classes == 1:
            return  # one label only: it is certain
        solver = LogisticRegression(C=self.C, max_iter=self.max_iter, tol=TOLERANCE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # told as a note instead
            solver.fit(scaled, positions)
        rows = slice(1, 2) if n_classes == 2 else slice(None)  # of two classes the first one's score is 0
        self.coef_[rows], self.intercept_[rows] = solver.coef_, solver.intercept_
        self.n_iter_ = int(np.max(solver.n_iter_))
        self.converged_ = self.n_iter_ < self.max_iter

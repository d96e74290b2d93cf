"""The linear support vector machine: for each class the plane with the widest margin to the items of the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from ..core.events import Listener, note, silent
from ..core.options import Interval
from .base import Labelled
from .calibrate import out_of_fold, steepness
from .features import FeatureClassifier, standard
from .scorer import softmax

TOLERANCE = 1e-4
"""Largest slope, as a share of C times the number of items, at the end."""


class LinearSVM(FeatureClassifier):
    """One plane for each class against the others (for two classes: one), squared hinge loss, L2 penalty.

    Parameters
    ----------
    C : inverse strength of the penalty on large weights, for each item, as in scikit-learn's `LinearSVC`.
    max_iter : most steps of L-BFGS, which works on all planes at once.
    features : `pixels`, or `hog` for pictures.

    Features are standardised as for logistic regression. Margins are turned into probabilities by `calibrate` on the
    validation items, or else on three folds of the items; the planes are then fitted on all of them. Sources: Cortes
    and Vapnik, Machine Learning 20, 1995; the calibration: Platt 1999.

    After `fit`: `coef_` `(n_classes, n_features)` and `intercept_` `(n_classes,)`, whose softmax are the probabilities,
    on standardised values; `mean_`, `scale_` `(n_features,)`, all float64; `n_iter_`, `converged_`, `refit_`.
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

    def __init__(self, C: float = 0.01, *, max_iter: int = 300, features: str = "pixels") -> None:
        self.C = C
        self.max_iter = max_iter
        self.features = features

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Standardise, calibrate, fit; a fit that stops at `max_iter` is told as a note.

        Raises OptionError for a parameter out of its limits, and ValueError for data of another form.
        """
        rows, positions, n_items = self._learn_from(X, y, validation)
        self.mean_, self.scale_ = standard(rows, alike=self.input_.kind == "pictures")
        scaled = ((rows - self.mean_) / self.scale_).astype(np.float32)
        n_classes = len(self.classes_)
        weights, self.n_iter_, self.converged_ = np.zeros((n_classes, scaled.shape[1] + 1)), 0, True
        steep, shift = 1.0, np.zeros(n_classes)
        if n_classes > 1:
            steep, shift = steepness(*out_of_fold(scaled, positions, n_items, self._scores))
            weights, self.n_iter_, self.converged_ = self._planes(scaled, positions)
        self.coef_, self.intercept_ = steep * weights[:, 1:], steep * weights[:, 0] + shift
        if not self.converged_:
            note(on_event, f"the support vector machine stopped at its limit of {self.max_iter} steps")
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities, `(n_samples, n_classes)`, worked out in float64."""
        scaled = (self._to_answer(X) - self.mean_) / self.scale_
        return softmax(scaled @ self.coef_.T + self.intercept_)

    def _scores(
        self, rows: NDArray[np.float32], positions: NDArray[np.int64], asked: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        weights, _, _ = self._planes(rows, positions)
        scores: NDArray[np.float64] = asked @ weights[:, 1:].T + weights[:, 0]
        return scores

    def _planes(self, rows: NDArray[np.float32], positions: NDArray[np.int64]) -> tuple[NDArray[np.float64], int, bool]:
        """Weights `(n_classes, 1 + n_features)` that minimise the penalty and the loss; steps taken; whether it ended.

        Of two classes the first one's weights are 0, so that it scores 0.
        """
        n_classes = len(self.classes_)
        which = np.arange(n_classes) if n_classes > 2 else np.array([1])
        sides = np.where(positions[:, None] == which, np.float32(1), np.float32(-1))
        shape = (len(which), rows.shape[1] + 1)
        bound = float(self.C) * len(rows)

        def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            point = flat.reshape(shape)
            short = np.maximum(1 - sides * (rows @ point[:, 1:].T.astype(np.float32) + point[:, 0]), 0)
            pull = -2 * self.C * (sides * short)
            slope = np.concatenate([pull.sum(axis=0)[:, None], pull.T.astype(np.float32) @ rows], axis=1) + point
            value = float(flat @ flat) / 2 + self.C * float(np.square(short, dtype=np.float64).sum())
            return value / bound, slope.ravel() / bound

        options: dict[str, Any] = {"maxiter": int(self.max_iter), "gtol": TOLERANCE, "ftol": 1e-9}
        found = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options=options)
        weights = np.zeros((n_classes, shape[1]))
        weights[which] = found.x.reshape(shape)
        return weights, int(found.nit), int(found.nit) < self.max_iter

"""Gaussian naive Bayes: each class is a normal distribution of each feature, taken as independent of the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.events import Listener, silent
from ..core.options import Interval
from .base import Labelled
from .features import FeatureClassifier
from .scorer import softmax

FLOOR = 1e-50
"""The least variance: below it numbers no longer hold the squares."""
VALUES_A_STEP = 2**21


class NaiveBayes(FeatureClassifier):
    """The most probable class under normal distributions of the features, each independent of the others.

    Parameters
    ----------
    var_smoothing : share of the largest variance of a feature that is added to every variance. Pixels that are hardly
        ever lit within a class have almost none, and one lit pixel would then decide alone.
    features : `pixels`, or `hog` for pictures.

    Its labels are better than its probabilities, which are near 0 and 1: pixels are not independent. What is learned
    from are the items and the validation items together. Source: Maron, J. ACM 8, 1961; as in scikit-learn's
    `GaussianNB`.

    After `fit`: `mean_` and `variance_` `(n_classes, n_features)`, `prior_` `(n_classes,)`, all float64; `refit_`.
    """

    limits: ClassVar[Mapping[str, Interval]] = {"var_smoothing": Interval(0, 1000, open_low=True)}

    mean_: NDArray[np.float64]
    variance_: NDArray[np.float64]
    prior_: NDArray[np.float64]

    def __init__(self, var_smoothing: float = 0.05, *, features: str = "pixels") -> None:
        self.var_smoothing = var_smoothing
        self.features = features

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Mean and variance of each feature in each class. Raises OptionError, or ValueError for another form."""
        rows, positions, _ = self._learn_from(X, y, validation)
        largest = float(rows.var(axis=0, dtype=np.float64).max())
        shape = (len(self.classes_), rows.shape[1])
        self.mean_, self.variance_ = np.empty(shape), np.empty(shape)
        for position in range(len(self.classes_)):
            own = rows[positions == position]
            self.mean_[position] = own.mean(axis=0, dtype=np.float64)
            self.variance_[position] = own.var(axis=0, dtype=np.float64)
        self.variance_ = np.maximum(self.variance_ + self.var_smoothing * largest, FLOOR if largest else 1.0)
        self.prior_ = np.bincount(positions) / len(positions)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities, `(n_samples, n_classes)`, worked out in float64."""
        rows = self._to_answer(X)
        at_once = max(1, VALUES_A_STEP // self.mean_.size)
        parts = [self._scores(rows[start : start + at_once]) for start in range(0, len(rows), at_once)]
        return softmax(np.concatenate(parts))

    def _scores(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logarithm of prior times likelihood, up to a constant, `(n, n_classes)`."""
        apart = (rows[:, None] - self.mean_) ** 2 / self.variance_
        same = np.log(self.prior_) - np.log(self.variance_).sum(axis=1) / 2
        scores: NDArray[np.float64] = same - apart.sum(axis=2) / 2
        return scores

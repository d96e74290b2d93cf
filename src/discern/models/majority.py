"""The baseline that every result is compared with: how often each class occurs, whatever the item."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.events import Listener, silent
from .base import Classifier, Labelled


class Majority(Classifier):
    """Answers every item with the share of each class among the items learned from.

    After `fit`: `prior_`, the shares, `(n_classes,)` in the order of `classes_`; `refit_`, whether the validation
    items were counted too.
    """

    prior_: NDArray[np.float64]
    refit_: bool

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Count the labels of the items and of the `validation` items. Raises ValueError for data of another form."""
        _, positions = self._begin_fit(X, y)
        if validation is not None:
            self._check_items(validation[0])
            positions = np.concatenate([positions, self._positions(validation[1])])
        self.refit_ = validation is not None
        self.prior_ = np.bincount(positions, minlength=len(self.classes_)) / len(positions)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """The shares of the classes for each item, `(n_samples, n_classes)`."""
        n_samples = len(self._check_items(X))
        return np.tile(self.prior_, (n_samples, 1))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True  # it looks at no feature
        return tags

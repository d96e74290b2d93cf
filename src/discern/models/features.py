"""What the common algorithms share: the numbers that they look at, and learning from both parts in the end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import OptionError
from ..core.options import FEATURES, one_of, raise_all
from ..images.hog import hog
from .base import Classifier, Labelled


class FeatureClassifier(Classifier):
    """A classifier of numbers in a row; its parameter `features` says which numbers those are.

    `pixels`: the values as they are, also of a table; `hog`: histograms of oriented gradients, of pictures only.

    After `fit`: `refit_`, whether the validation items were learned from too.
    """

    features: str
    refit_: bool

    def _learn_from(
        self, X: ArrayLike, y: ArrayLike, validation: Labelled | None
    ) -> tuple[NDArray[Any], NDArray[np.int64], int]:
        """Check everything; the items and then the validation items as rows of features.

        Returns the features `(n, n_features)` as uint8 or float32, positions in `classes_` `(n,)`, and how many rows
        belong to the items. Raises OptionError or ValueError.
        """
        raise_all([one_of("features", self.features, FEATURES)])
        items, positions = self._begin_fit(X, y)
        if self.features == "hog" and self.input_.kind == "table":
            raise OptionError("features is hog; a table has none, expected pixels")
        n_items = len(items)
        if validation is not None:
            items = np.concatenate([items, self._check_items(validation[0])])
            positions = np.concatenate([positions, self._positions(validation[1])])
        self.refit_ = validation is not None
        return self._rows(items), positions, n_items

    def _to_answer(self, X: ArrayLike) -> NDArray[Any]:
        """The features of items to predict, `(n_samples, n_features)`."""
        return self._rows(self._check_items(X))

    def _rows(self, items: NDArray[Any]) -> NDArray[Any]:
        return hog(items) if self.features == "hog" else items.reshape(len(items), -1)


def standard(flat: NDArray[Any], *, alike: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and scale of each feature, `(n_features,)`; the scale of a constant feature is 1.

    `alike`: the features share one unit, as pixels do, and so one scale; one that is hardly ever lit does then not
    count for hundreds.
    """
    mean = flat.mean(axis=0, dtype=np.float64)
    variance = flat.var(axis=0, dtype=np.float64)
    constant = flat.min(axis=0) == flat.max(axis=0)
    mean[constant], variance[constant] = flat[0, constant], 0.0
    if alike:
        variance[:] = variance.mean()
    return mean, np.sqrt(np.where(variance > 0, variance, 1.0))

"""What every classifier shares: checked parameters, the two forms of input, labels as `classes_`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_y, check_is_fitted, validate_data

from ..core.errors import DataError
from ..core.events import Listener, silent
from ..core.options import Interval, raise_all
from ..core.records import InputSpec
from ..core.rows import Rows

Labelled = tuple[ArrayLike, ArrayLike]
P = TypeVar("P", NDArray[Any], Rows)


class Classifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier over pictures `(n_samples, H, W[, C])` or tables `(n_samples, n_features)`.

    After `fit`: `classes_` (sorted labels), `input_` (an InputSpec), `n_features_in_` (values an item).
    `fit` takes `validation=(X, y)`: items that learning may look at to choose, never to learn from. Where a
    choice is made and none is given, a seeded share of the items is set aside for it.
    """

    limits: ClassVar[Mapping[str, Interval]] = {}
    """The numbers that a parameter may be; checked at `fit`."""

    classes_: NDArray[Any]
    input_: InputSpec
    n_features_in_: int

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        raise NotImplementedError

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Probabilities, `(n_samples, n_classes)`, columns in the order of `classes_`."""
        raise NotImplementedError

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable label of each item, `(n_samples,)`; of equals the first in `classes_`."""
        probabilities = self.predict_proba(X)
        labels: NDArray[Any] = self.classes_[np.argmax(probabilities, axis=1)]
        return labels

    def _begin_fit(self, X: ArrayLike, y: ArrayLike) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Check parameters and data; set `classes_`, `input_`, `n_features_in_`.

        Returns the items, `(n, H, W, C)` or `(n, n_features)`, as uint8 (pictures only) or float32, and each item's
        position in `classes_`. Raises OptionError or ValueError.
        """
        raise_all(limit.problem(name, getattr(self, name)) for name, limit in self.limits.items())
        if is_texts(X):
            self.input_, self.n_features_in_ = InputSpec("texts", (), "text"), 1
            return np.asarray(X), self._begin_classes(y)
        items = _as_pictures(X)
        if items is None:
            items, y = validate_data(self, X, y, dtype=np.float32)
            self.input_ = InputSpec("table", (items.shape[1],), "float32")
        else:
            y = self._begin_pictures(items, y)
        return items, self._begin_classes(y)

    def _begin_pictures(self, pictures: NDArray[Any] | Rows, y: ArrayLike) -> NDArray[Any]:
        """Check labels; set `input_`, `n_features_in_`. Raises DataError or ValueError."""
        labels: NDArray[Any] = _check_y(y, estimator=self)
        if len(labels) != len(pictures):
            raise DataError(f"{len(pictures)} pictures but {len(labels)} labels; expected one label a picture")
        self.input_ = _spec_of(pictures)
        self.n_features_in_ = self.input_.n_values
        return labels

    def _begin_classes(self, y: ArrayLike) -> NDArray[np.int64]:
        """Set `classes_`; the position of each label in it. Raises ValueError."""
        if np.asarray(y).dtype.kind not in "USiub":  # text and whole numbers are labels, however many differ
            check_classification_targets(y)
        self.classes_, positions = np.unique(np.asarray(y), return_inverse=True)
        return positions.astype(np.int64)

    def _positions(self, y: ArrayLike) -> NDArray[np.int64]:
        """Positions of known labels in `classes_`. Raises DataError for a label that was not learned."""
        labels = np.asarray(y)
        unknown = sorted({str(label) for label in labels[~np.isin(labels, self.classes_)]})
        if unknown:
            raise DataError(f"label {unknown[0]!r} is not among the classes that are learned ({len(self.classes_)})")
        return np.searchsorted(self.classes_, labels).astype(np.int64)

    def _check_items(self, X: ArrayLike) -> NDArray[Any]:
        """Items to predict, in the form that `fit` saw. Raises NotFittedError or ValueError."""
        check_is_fitted(self)
        if is_texts(X) and self.input_.kind == "texts":
            return np.asarray(X)
        items = _as_pictures(X)
        if items is None:
            if self.input_.kind == "pictures":
                raise DataError(f"found {np.ndim(X)} dimensions; this model takes {self.input_}")
            return validate_data(self, X, dtype=np.float32, reset=False)  # type: ignore[no-any-return]
        return self._check_pictures(items)

    def _check_pictures(self, pictures: P) -> P:
        """The pictures, if they have the form that `fit` saw. Raises DataError."""
        found = _spec_of(pictures)
        if found != self.input_:
            raise DataError(f"found {found}, {found.dtype}; this model takes {self.input_}, {self.input_.dtype}")
        return pictures


def is_texts(X: ArrayLike) -> bool:
    """Whether these are texts, `(n,)`, and not numbers."""
    return isinstance(X, np.ndarray) and X.ndim == 1 and X.dtype == object and all(isinstance(x, str) for x in X)


def _spec_of(pictures: NDArray[Any] | Rows) -> InputSpec:
    return InputSpec("pictures", pictures.shape[1:], "uint8" if pictures.dtype == np.uint8 else "float32")


def _as_pictures(X: ArrayLike) -> NDArray[Any] | None:
    """`(n, H, W, C)` in uint8 or float32 when X has three or four dimensions, else None."""
    if isinstance(X, Rows):
        X = X[:]
    if not isinstance(X, np.ndarray) or X.ndim not in (3, 4):
        return None
    items = X[..., None] if X.ndim == 3 else X
    if items.dtype != np.uint8:
        items = items.astype(np.float32)
        if not np.isfinite(items).all():
            raise DataError("pictures hold NaN or infinity; expected finite numbers")
    if 0 in items.shape:
        raise DataError(f"pictures of shape {items.shape}; expected at least one picture with at least one value")
    return np.ascontiguousarray(items)

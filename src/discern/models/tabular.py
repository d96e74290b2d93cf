"""Models of tables as they are: an encoder that knows columns, gaps and categories before a model of plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted, validate_data

from ..core.errors import DataError
from ..core.events import Listener, silent
from ..core.records import Column, InputSpec
from . import table_encoding
from .base import Labelled
from .table_encoding import Form, TableEncoder

Array = NDArray[np.float64]


class Tabular(BaseEstimator):  # type: ignore[misc]
    """What both kinds share.

    Parameters
    ----------
    estimator : the unfitted model of plain numbers.
    columns : what each column is (`dataset.input.columns`); empty where all are numbers.

    After `fit`: `encoder_` (a TableEncoder), `inner_` (the model, fitted on encoded rows), `input_`, `n_features_in_`
    (columns of the table).
    """

    encoder_: TableEncoder
    inner_: Any
    input_: InputSpec
    n_features_in_: int

    def __init__(self, estimator: Any, columns: Sequence[Column] = ()) -> None:
        self.estimator = estimator
        self.columns = columns

    @property
    def refit_(self) -> bool:
        """Whether the validation items were learned from too."""
        return bool(self.inner_.refit_)

    def encoded(self, X: ArrayLike) -> Array:
        """What the inner model looks at, `(n_samples, encoder_.n_features)`, from `(n_samples, n_columns)`.

        Raises NotFittedError or ValueError.
        """
        check_is_fitted(self)
        values = validate_data(self, X, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan", reset=False)
        return self.encoder_.transform(values)

    def _fit_on(
        self, X: ArrayLike, y: NDArray[Any], validation: tuple[ArrayLike, NDArray[Any]] | None, more: dict[str, Any]
    ) -> None:
        """Learn the encoding from the items, and the model from encoded items."""
        values = validate_data(self, X, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan")
        columns = tuple(self.columns) or table_encoding.numbered(values.shape[1])
        if len(columns) != values.shape[1]:
            raise DataError(f"found {values.shape[1]} columns of values; expected {len(columns)}, as described")
        if len(y) != len(values):
            raise DataError(f"{len(values)} rows but {len(y)} labels; expected one label a row")
        form: Form = getattr(self.estimator, "encoding", "standard")
        self.encoder_ = table_encoding.fit(values, columns, form)
        dtype: Literal["float32", "float64"] = "float64" if values.dtype == np.float64 else "float32"
        self.input_ = InputSpec("table", (values.shape[1],), dtype, columns=tuple(self.columns))
        held = None if validation is None else (self.encoder_.transform(self._values(validation[0])), validation[1])
        if form == "raw":
            more = {**more, "categorical": self.encoder_.categorical}
        self.inner_ = clone(self.estimator).fit(self.encoder_.transform(values), y, validation=held, **more)

    def _values(self, X: ArrayLike) -> NDArray[Any]:
        return validate_data(self, X, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan", reset=False)  # type: ignore[no-any-return]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class TableClassifier(ClassifierMixin, Tabular):  # type: ignore[misc]
    """A classifier of the catalogue for tables with gaps and categories. After `fit` also `classes_`."""

    @property
    def classes_(self) -> NDArray[Any]:
        """The labels, sorted."""
        found: NDArray[Any] = self.inner_.classes_
        return found

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        validation: Labelled | None = None,
        on_event: Listener = silent,
        **more: Any,
    ) -> Self:
        """Encode and learn. Raises OptionError, DataError or ValueError."""
        held = None if validation is None else (validation[0], np.asarray(validation[1]))
        self._fit_on(X, np.asarray(y), held, {"on_event": on_event, **more})
        return self

    def predict_proba(self, X: ArrayLike) -> Array:
        """Probabilities, `(n_samples, n_classes)`, columns in the order of `classes_`."""
        found: Array = self.inner_.predict_proba(self.encoded(X))
        return found

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The most probable label of each row, `(n_samples,)`; of equals the first in `classes_`."""
        found: NDArray[Any] = self.inner_.predict(self.encoded(X))
        return found


class TableRegressor(RegressorMixin, Tabular):  # type: ignore[misc]
    """A regressor of the catalogue for tables with gaps and categories.

    The model learns `(y - target_mean_) / target_scale_`. A bundle of it has no classes, which tells that it answers
    with numbers; its graph gives `prediction`, float64 `(n,)`.
    """

    target_mean_: float
    target_scale_: float

    @property
    def classes_(self) -> NDArray[Any]:
        """None: `(0,)`."""
        return np.zeros(0, dtype="<U1")

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        validation: Labelled | None = None,
        on_event: Listener = silent,
        **more: Any,
    ) -> Self:
        """Encode and learn. Raises OptionError, DataError (for targets that are no finite numbers) or ValueError."""
        targets = _numbers(y)
        self.target_mean_, self.target_scale_ = float(targets.mean()), float(targets.std())
        if not (self.target_scale_ > 0 and targets.min() < targets.max()):
            self.target_scale_ = 1.0
        held = None if validation is None else (validation[0], self._scaled(_numbers(validation[1])))
        self._fit_on(X, self._scaled(targets), held, {"on_event": on_event, **more})
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The answers, float64 `(n_samples,)`."""
        found: Array = self.inner_.predict(self.encoded(X)) * self.target_scale_ + self.target_mean_
        return found

    def _scaled(self, targets: Array) -> Array:
        return (targets - self.target_mean_) / self.target_scale_


def _numbers(y: ArrayLike) -> Array:
    targets = np.asarray(y, np.float64)
    if targets.ndim != 1 or not np.isfinite(targets).all() or not len(targets):
        raise DataError("what is to be learned holds gaps or is no list of numbers; expected a finite number a row")
    if np.abs(targets).max() > table_encoding.LARGEST:
        raise DataError(f"what is to be learned holds numbers above {table_encoding.LARGEST:g} in size")
    return targets

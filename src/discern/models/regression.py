"""Models that answer with a number: what they share, the baseline, and ordinary least squares.

They look at finite numbers in a row; `tabular.TableRegressor` makes a table into such.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..core.events import Listener, silent
from ..core.options import Interval, raise_all
from ..core.records import InputSpec
from .base import Labelled
from .table_encoding import Form

Array = NDArray[np.float64]


class Regressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A model of a number by the numbers of a row `(n_samples, n_features)`.

    After `fit`: `input_` (an InputSpec), `n_features_in_`, `refit_` (whether the validation items were learned from
    too). `fit` takes `validation=(X, y)` as classifiers do.
    """

    limits: ClassVar[Mapping[str, Interval]] = {}
    """The numbers that a parameter may be; checked at `fit`."""
    encoding: ClassVar[Form] = "standard"
    """The form in which a table is looked at."""

    input_: InputSpec
    n_features_in_: int
    refit_: bool

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        raise NotImplementedError

    def predict(self, X: ArrayLike) -> Array:
        """The answers, float64 `(n_samples,)`."""
        raise NotImplementedError

    def _begin_fit(self, X: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Check everything; rows `(n, n_features)` and targets `(n,)`. Raises OptionError or ValueError."""
        raise_all(limit.problem(name, getattr(self, name)) for name, limit in self.limits.items())
        rows, targets = validate_data(self, X, y, dtype=np.float64, y_numeric=True, ensure_all_finite=self._finite)
        self.input_ = InputSpec("table", (rows.shape[1],), "float64")
        return rows, np.asarray(targets, np.float64)

    def _learn_from(self, X: ArrayLike, y: ArrayLike, validation: Labelled | None) -> tuple[Array, Array, int]:
        """Rows and targets, those of validation behind the others, and how many the others are."""
        rows, targets = self._begin_fit(X, y)
        n_items = len(rows)
        self.refit_ = validation is not None
        if validation is not None:
            rows = np.concatenate([rows, self._rows(validation[0])])
            targets = np.concatenate([targets, np.asarray(validation[1], np.float64)])
        return rows, targets, n_items

    def _rows(self, X: ArrayLike) -> Array:
        """Rows to predict. Raises NotFittedError or ValueError."""
        check_is_fitted(self)
        return validate_data(self, X, dtype=np.float64, reset=False, ensure_all_finite=self._finite)  # type: ignore[no-any-return]

    @property
    def _finite(self) -> bool | str:
        """What scikit-learn calls it: models that take a table raw take its gaps too."""
        return "allow-nan" if self.encoding == "raw" else True


class Mean(Regressor):
    """Answers with the mean of what it learned from, whatever the row: the baseline.

    After `fit`: `coef_` (zeros, `(n_features,)`) and `intercept_`, the mean.
    """

    coef_: Array
    intercept_: float

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Take the mean. Raises ValueError for data of another form."""
        rows, targets, _ = self._learn_from(X, y, validation)
        self.coef_, self.intercept_ = np.zeros(rows.shape[1]), float(targets.mean())
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The mean, `(n_samples,)`."""
        return np.full(len(self._rows(X)), self.intercept_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True  # it looks at no feature
        return tags


class LeastSquares(Regressor):
    """Ordinary least squares, in float64 by singular values.

    Where columns are sums of others, the shortest of the solutions is taken. Learned from the items and the validation
    items together.

    After `fit`: `coef_` `(n_features,)`, `intercept_`; for standard errors `inverse_`, the pseudo-inverse of X'X with
    the intercept first, `(1 + n_features, 1 + n_features)`, `residual_variance_` (sum of squared residuals over `dof_`;
    0 without degrees of freedom), `dof_` (rows less `rank_`), `rank_`.
    """

    encoding: ClassVar[Form] = "dropped"

    coef_: Array
    intercept_: float
    inverse_: Array
    residual_variance_: float
    dof_: int
    rank_: int

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Solve. Raises ValueError for data of another form."""
        rows, targets, _ = self._learn_from(X, y, validation)
        n, n_features = rows.shape
        with_one = np.empty((n, 1 + n_features))
        with_one[:, 0], with_one[:, 1:] = 1.0, rows
        # Of many rows Q is not needed: R has the same singular values and right vectors (Golub and Van Loan, 5.4.5).
        triangle, turned = _triangle(with_one, targets)
        left, lengths, right = np.linalg.svd(triangle, full_matrices=False)
        kept = lengths > lengths[0] * max(n, n_features + 1) * np.finfo(np.float64).eps
        self.rank_ = int(kept.sum())
        inverted = np.where(kept, 1 / np.where(kept, lengths, 1.0), 0.0)
        solution = right.T @ (inverted * (left.T @ turned))
        self.intercept_, self.coef_ = float(solution[0]), solution[1:]
        self.inverse_ = (right.T * inverted**2) @ right
        self.dof_ = n - self.rank_
        left_over = targets - with_one @ solution
        self.residual_variance_ = float(left_over @ left_over) / self.dof_ if self.dof_ > 0 else 0.0
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The height of the plane, `(n_samples,)`."""
        found: Array = self._rows(X) @ self.coef_ + self.intercept_
        return found


ROWS_A_STEP = 65_536


def _triangle(rows: Array, targets: Array) -> tuple[Array, Array]:
    """R and Q'y of a QR decomposition, block after block, so that Q is never held."""
    triangle, turned = np.zeros((0, rows.shape[1])), np.zeros(0)
    for start in range(0, len(rows), ROWS_A_STEP):
        part = slice(start, start + ROWS_A_STEP)
        both, of_both = np.concatenate([triangle, rows[part]]), np.concatenate([turned, targets[part]])
        q, triangle = np.linalg.qr(both)
        turned = q.T @ of_both
    return triangle, turned

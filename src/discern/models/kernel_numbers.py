"""Support vector regression with a Gaussian kernel: a sum of bumps over some of the rows."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.svm import SVR

from ..core import seeds
from ..core.events import Listener, note, silent
from ..core.options import Interval
from .base import Labelled
from .choosing import best
from .regression import Regressor

Array = NDArray[np.float64]
MOST_ROWS = 10_000
"""What is learned from; time grows with the square of the rows."""
MOST_TRIED = 2000
"""Rows by which C and the width are chosen."""
STRENGTHS = (0.3, 1.0, 3.0, 10.0)
WIDTHS = (0.1, 0.3, 1.0)
"""Of gamma times the number of features."""
WITHIN = 0.1
"""Errors up to this, in standard deviations of the target, do not count."""
SCORES_A_STEP = 2**22


class KernelNumbers(Regressor):
    """Epsilon-insensitive support vector regression; the kernel is `exp(-gamma * squared distance)`.

    Parameters
    ----------
    C : inverse strength of the penalty; None: chosen.
    width : gamma times the number of features; None: chosen.

    What is chosen has the least squared error on the validation rows, or else by five folds, tried on 2,000 rows. Then
    all rows are learned from, and at most 10,000 that the seed draws. Solved by scikit-learn's `SVR` (libsvm). Sources:
    Drucker et al., NIPS 1996; Smola and Schoelkopf, Statistics and Computing 14, 2004.

    After `fit`: `support_` `(n_support, n_features)` float32, `dual_` `(n_support,)`, `intercept_`, `gamma_`, `C_`.
    """

    limits: ClassVar[Mapping[str, Interval]] = {
        "C": Interval(1e-6, 1e6, or_none=True),
        "width": Interval(1e-6, 1e6, or_none=True),
    }

    support_: NDArray[np.float32]
    dual_: Array
    intercept_: float
    gamma_: float
    C_: float

    def __init__(self, C: float | None = None, *, width: float | None = None) -> None:
        self.C = C
        self.width = width

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Choose and solve. Raises OptionError for a parameter out of its limits, ValueError for other data."""
        rows, targets, n_items = self._learn_from(X, y, validation)
        rows = rows.astype(np.float32).astype(np.float64)  # as the support vectors are kept
        strengths = STRENGTHS if self.C is None else (float(self.C),)
        widths = WIDTHS if self.width is None else (float(self.width),)
        settings = list(itertools.product(strengths, widths))

        def answers(some: Array, theirs: Array, asked: Array) -> Array:
            return np.array([_svr(*setting, some, theirs).predict(asked) for setting in settings])

        drawn = _drawn(len(rows), MOST_TRIED)
        n_drawn = int((drawn < n_items).sum()) if n_items < len(rows) else len(drawn)
        self.C_, width = best(settings, rows[drawn], targets[drawn], n_drawn, answers)
        learned = _drawn(len(rows), MOST_ROWS)
        if len(learned) < len(rows):
            note(on_event, f"support vectors: learned from {len(learned):,} of {len(rows):,} rows, drawn by the seed")
        solved = _svr(self.C_, width, rows[learned], targets[learned])
        self.support_ = np.ascontiguousarray(solved.support_vectors_, dtype=np.float32)
        self.dual_, self.intercept_ = solved.dual_coef_[0].copy(), float(solved.intercept_[0])
        if not len(self.dual_):  # all targets are alike within the margin
            self.support_, self.dual_ = rows[:1].astype(np.float32), np.zeros(1)
        self.gamma_ = width / rows.shape[1]
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The sum of the bumps, `(n_samples,)`."""
        rows = self._rows(X).astype(np.float32).astype(np.float64)
        support = self.support_.astype(np.float64)
        squares = np.einsum("ij,ij->i", support, support)
        out = np.empty(len(rows))
        at_once = max(1, SCORES_A_STEP // len(support))
        for start in range(0, len(rows), at_once):
            part = rows[start : start + at_once]
            apart = np.einsum("ij,ij->i", part, part)[:, None] - 2 * (part @ support.T) + squares
            out[start : start + at_once] = np.exp(-self.gamma_ * np.maximum(apart, 0)) @ self.dual_
        return out + self.intercept_


def _svr(strength: float, width: float, rows: Array, targets: Array) -> SVR:
    return SVR(C=strength, gamma=width / rows.shape[1], epsilon=WITHIN, cache_size=500).fit(rows, targets)


def _drawn(n: int, most: int) -> NDArray[np.int64]:
    """Up to `most` of `n` rows, in their order."""
    return np.arange(n) if n <= most else np.sort(seeds.generator(0, "support").permutation(n)[:most])

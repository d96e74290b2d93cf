"""k nearest neighbours: an item is what most of the items most like it are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest

from ..core.events import Listener, silent, steps
from ..core.options import Interval
from ..core.records import Figure
from .base import Classifier, Labelled
from .nearest import frame_of, nearest

LARGEST_K = 25
TRIED_WITHOUT_VALIDATION = 5000
QUERIES_A_STEP = 2048


class KNeighbors(Classifier):
    """Each item's `n_neighbors` nearest items by Euclidean distance vote with equal weight.

    Where `n_neighbors` is None, each odd number from 1 to 25 is tried on the validation items (without them: on up
    to 5,000 of the items, each left out in turn) and the smallest number with the fewest errors is taken. What is
    searched afterwards are the items and the validation items together.

    Distances between bytes are exact; between float32 they are formed in float64 and rounded to about 2^-32 of the
    spread (see `nearest`). Of equal distances the item learned earlier is the nearer one, of equal votes the first
    class wins. Source: Fix and Hodges 1951; Cover and Hart, IEEE Trans. Inf. Theory 13, 1967.

    After `fit`: `items_` `(n_items, n_features)` uint8 or float32, `positions_` `(n_items,)` in `classes_`,
    `n_neighbors_`, `k_curve_` (a dict for each number tried: k, errors, n, and error as a Figure's JSON), `refit_`.
    """

    limits: ClassVar[Mapping[str, Interval]] = {"n_neighbors": Interval(1, 100_000, whole=True, or_none=True)}

    items_: NDArray[Any]
    positions_: NDArray[np.int64]
    frame_: tuple[NDArray[np.float64], int] | None
    n_neighbors_: int
    k_curve_: tuple[dict[str, Any], ...]
    refit_: bool

    def __init__(self, n_neighbors: int | None = None) -> None:
        self.n_neighbors = n_neighbors

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Keep the items; choose the number of neighbours when none is given.

        Raises OptionError for a number below 1, and ValueError for data of another form.
        """
        items, positions = self._begin_fit(X, y)
        items = _flat(items)
        held: tuple[NDArray[Any], NDArray[np.int64]] | None = None
        if validation is not None:
            held = _flat(self._check_items(validation[0])), self._positions(validation[1])
        self.k_curve_ = () if self.n_neighbors is not None else self._curve(items, positions, held, on_event)
        chosen = min(self.k_curve_, key=lambda point: (point["errors"], point["k"]), default={"k": 1})["k"]
        if held is not None:
            items, positions = np.concatenate([items, held[0]]), np.concatenate([positions, held[1]])
        wanted = chosen if self.n_neighbors is None else int(self.n_neighbors)
        self.n_neighbors_ = min(wanted, len(items))
        self.refit_ = held is not None
        self._remember(items, positions)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """The share of the neighbours in each class, `(n_samples, n_classes)`."""
        queries = _flat(self._check_items(X))
        found = nearest(queries, self.items_, self.n_neighbors_, self.frame_)
        votes = np.zeros((len(queries), len(self.classes_)))
        rows = np.arange(len(queries))
        for column in range(self.n_neighbors_):
            votes[rows, self.positions_[found[:, column]]] += 1
        return votes / self.n_neighbors_

    def _remember(self, items: NDArray[Any], positions: NDArray[np.int64]) -> None:
        self.items_, self.positions_ = items, positions
        self.frame_ = None if items.dtype == np.uint8 else frame_of(items)

    def _curve(
        self,
        items: NDArray[Any],
        positions: NDArray[np.int64],
        held: tuple[NDArray[Any], NDArray[np.int64]] | None,
        on_event: Listener,
    ) -> tuple[dict[str, Any], ...]:
        """Errors for each odd number of neighbours, with all distances worked out once."""
        frame = None if items.dtype == np.uint8 else frame_of(items)
        if held is None:
            tried: NDArray[np.int64] | None = _spread(len(items), TRIED_WITHOUT_VALIDATION)
            held = items[tried], positions[tried]
        else:
            tried = None
        queries, truth = held
        numbers = range(1, min(LARGEST_K, len(items) - (tried is not None)) + 1, 2)
        if not numbers:
            return ()  # a single item
        errors = np.zeros(len(numbers), np.int64)
        for start in range(0, len(queries), QUERIES_A_STEP):
            part = slice(start, start + QUERIES_A_STEP)
            left = None if tried is None else tried[part]
            found = nearest(queries[part], items, numbers[-1], frame, leave_out=left)
            errors += _errors(positions[found], truth[part], len(self.classes_), numbers)
            steps(on_event, "neighbours", min(start + QUERIES_A_STEP, len(queries)), len(queries))
        return tuple(_point(k, int(wrong), len(queries)) for k, wrong in zip(numbers, errors, strict=True))


def _flat(items: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(items.reshape(len(items), -1))


def _spread(n: int, most: int) -> NDArray[np.int64]:
    """Up to `most` positions, spread evenly over `n`."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).astype(np.int64))


def _errors(
    labels: NDArray[np.int64], truth: NDArray[np.int64], n_classes: int, numbers: Sequence[int]
) -> NDArray[np.int64]:
    """Wrong answers for each number of neighbours from `labels`, nearest first, `(n_queries, largest number)`."""
    rows = np.arange(len(truth))
    votes = np.zeros((len(truth), n_classes), np.int32)
    errors = []
    for k in range(1, numbers[-1] + 1):
        votes[rows, labels[:, k - 1]] += 1
        if k in numbers:
            errors.append(int(np.count_nonzero(votes.argmax(axis=1) != truth)))
    return np.array(errors, np.int64)


def _point(k: int, errors: int, n: int) -> dict[str, Any]:
    interval = binomtest(errors, n).proportion_ci(0.95, method="wilson")
    figure = Figure(errors / n, float(interval.low), float(interval.high), n, "Wilson interval over items")
    return {"k": k, "errors": errors, "n": n, "error": figure.to_json()}

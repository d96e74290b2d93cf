"""k nearest neighbours for numbers: the mean of what the most similar rows have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core import seeds
from ..core.events import Listener, note, silent
from ..core.options import Interval
from .base import Labelled
from .choosing import best
from .nearest import frame_of, nearest
from .regression import Regressor

Array = NDArray[np.float64]
NUMBERS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50)
MOST_TRIED = 5000
"""Rows by which the number of neighbours is chosen, where there are more."""


class NeighborNumbers(Regressor):
    """The mean of the `n_neighbors` nearest rows by Euclidean distance.

    Where `n_neighbors` is None, that of 1 to 50 with the least squared error on the validation rows, or else by five
    folds, is taken. Distances are those of `nearest`, between float32 rows. Source: Cover, IEEE Trans. Inf. Theory 14,
    1968.

    After `fit`: `items_` `(n_items, n_features)` float32, `targets_` `(n_items,)`, `n_neighbors_`.
    """

    limits: ClassVar[Mapping[str, Interval]] = {"n_neighbors": Interval(1, 10_000, whole=True, or_none=True)}

    items_: NDArray[np.float32]
    targets_: Array
    frame_: tuple[Array, int]
    n_neighbors_: int

    def __init__(self, n_neighbors: int | None = None) -> None:
        self.n_neighbors = n_neighbors

    def fit(
        self, X: ArrayLike, y: ArrayLike, *, validation: Labelled | None = None, on_event: Listener = silent
    ) -> Self:
        """Keep the rows; choose the number of neighbours. Raises OptionError, or ValueError for another form."""
        rows, targets, n_items = self._learn_from(X, y, validation)
        numbers = [number for number in NUMBERS if number <= max(1, n_items * 4 // 5)]

        def answers(some: Array, theirs: Array, asked: Array) -> Array:
            items = some.astype(np.float32)
            found = theirs[nearest(asked.astype(np.float32), items, numbers[-1], frame_of(items))]
            return np.array([found[:, :number].mean(axis=1) for number in numbers])

        if self.n_neighbors is None:
            few, of_few, n_few = _some(rows, targets, n_items)
            self.n_neighbors_ = best(numbers, few, of_few, n_few, answers)
            note(on_event, f"{self.n_neighbors_} nearest neighbours, of 1 to {numbers[-1]}")
        else:
            self.n_neighbors_ = min(int(self.n_neighbors), len(rows))
        self.items_, self.targets_ = rows.astype(np.float32), targets
        self.frame_ = frame_of(self.items_)
        return self

    def predict(self, X: ArrayLike) -> Array:
        """The mean of the neighbours, `(n_samples,)`."""
        rows = self._rows(X).astype(np.float32)
        found: Array = self.targets_[nearest(rows, self.items_, self.n_neighbors_, self.frame_)].mean(axis=1)
        return found


def _some(rows: Array, targets: Array, n_items: int) -> tuple[Array, Array, int]:
    """All rows to learn from and a seeded choice of those to look at; without these, a choice of all."""
    n = len(rows)
    held = n - n_items or n
    if held <= MOST_TRIED:
        return rows, targets, n_items
    drawn = np.sort(seeds.generator(0, "tried").permutation(held)[:MOST_TRIED])
    if n_items < n:
        drawn = np.concatenate([np.arange(n_items), n_items + drawn])
    return rows[drawn], targets[drawn], min(n_items, len(drawn))

"""Refitting within what may be learned from: folds of whole units, and any estimator answering for what it was not
shown. The test part never comes here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.records import Figure
from ..core.seeds import generator
from . import metrics
from .intervals import RESAMPLES, Intervals, resample

Rows = NDArray[np.int64]
Codes = NDArray[np.int64]
Parts = Sequence[tuple[Rows, Rows]]
"""Rows to learn from and rows to answer, of each fold."""


class Learner(Protocol):
    """What can be refitted on some rows of a fixed set of items, with labels given as positions of classes."""

    title: str
    """In words, for people."""

    def answers(self, labels: Codes, parts: Parts) -> Codes:
        """The class answered for the held rows of all parts, `(n_sets, n_held)`, for `labels` `(n_sets, n)`."""
        ...

    def probabilities(self, labels: Codes, parts: Parts) -> NDArray[np.float64]:
        """Probabilities `(n_held, n_classes)` for the held rows of all parts, for one set of labels `(n,)`."""
        ...


class Refit:
    """Any estimator with scikit-learn's contract as a Learner; `make` gives a new, unfitted one for each fold."""

    def __init__(
        self,
        make: Callable[[], Any],
        values: ArrayLike,
        n_classes: int,
        title: str,
        *,
        tell: Callable[[], None],
        more: Callable[[Codes], dict[str, Any]] = lambda known: {},
    ) -> None:
        """`values` hold an item a row; `tell` is called after each fit; `more` gives what `fit` takes besides, for
        those classes that stand in a fold."""
        self.title = title
        self._make, self._values, self._n_classes, self._tell, self._more = (
            make,
            np.asarray(values),
            n_classes,
            tell,
            more,
        )

    def answers(self, labels: Codes, parts: Parts) -> Codes:
        return np.stack([self.probabilities(one, parts).argmax(axis=1) for one in labels]).astype(np.int64)

    def probabilities(self, labels: Codes, parts: Parts) -> NDArray[np.float64]:
        return np.concatenate([self._part(labels, *part) for part in parts])

    def _part(self, labels: Codes, train: Rows, held: Rows) -> NDArray[np.float64]:
        columns = np.zeros((len(held), self._n_classes))
        known = np.unique(labels[train])
        if len(known) == 1:  # nothing can be learned from one class
            columns[:, known] = 1.0
        elif len(held):
            model = self._make().fit(self._values[train], labels[train], **self._more(known))
            columns[:, np.asarray(model.classes_, dtype=np.int64)] = model.predict_proba(self._values[held])
        self._tell()
        return columns


def folds(units: ArrayLike, labels: NDArray[Any], n_folds: int, *, seed: int, purpose: str = "folds") -> Parts:
    """Folds of whole units, evenly by the label (or the number) of each unit's first item; positions of both.

    Fewer units than `n_folds` give a fold each; fewer than two give none.
    """
    _, first, unit = np.unique(np.asarray(units), return_index=True, return_inverse=True)
    number = min(n_folds, len(first))
    if number < 2:
        return ()
    order = generator(seed, purpose).permutation(len(first))
    order = order[np.argsort(labels[first][order], kind="stable")]
    fold = np.empty(len(first), np.int64)
    fold[order] = np.arange(len(first)) % number
    return tuple((np.flatnonzero(fold[unit] != one), np.flatnonzero(fold[unit] == one)) for one in range(number))


def held_of(parts: Parts) -> Rows:
    """The held rows of all parts, one part after the other."""
    return np.concatenate([held for _, held in parts]) if parts else np.zeros(0, np.int64)


def some_units(units: ArrayLike, most: int, *, seed: int, purpose: str = "some") -> Rows:
    """Rows of whole units drawn at random, at most `most` of them, ascending; one unit at least."""
    unit = np.unique(np.asarray(units), return_inverse=True)[1]
    sizes = np.bincount(unit)
    if len(unit) <= most:
        return np.arange(len(unit))
    order = generator(seed, purpose).permutation(len(sizes))
    taken = order[np.cumsum(sizes[order]) <= most]
    return np.flatnonzero(np.isin(unit, taken if len(taken) else order[:1]))


def chunks(units: ArrayLike, most: int, *, seed: int) -> list[Rows]:
    """All rows, whole units, in pieces of at most `most` rows; drawn at random where it takes more than one."""
    unit = np.unique(np.asarray(units), return_inverse=True)[1]
    if len(unit) <= most:
        return [np.arange(len(unit))]
    sizes = np.bincount(unit)
    order = generator(seed, "chunks").permutation(len(sizes))
    piece = np.empty(len(sizes), np.int64)
    piece[order] = (np.cumsum(sizes[order]) - 1) // max(1, most - int(sizes.max()))
    return [np.flatnonzero(piece[unit] == number) for number in np.unique(piece)]


def balanced(answers: Codes, truth: Codes, units: ArrayLike, *, seed: int = 0) -> Figure:
    """The share found of each class, averaged, with an interval over units; all `(n,)`."""
    n_classes = int(max(truth.max(), answers.max())) + 1
    unit = np.unique(np.asarray(units), return_inverse=True)[1].astype(np.int64)
    draws = resample(truth, answers, np.zeros(len(truth)), unit, n_classes, seed=seed)
    counts = np.bincount(truth * n_classes + answers, minlength=n_classes**2).reshape(n_classes, n_classes)
    value = float(metrics.balanced_accuracy(metrics.tally(counts)))
    make = Intervals(int(unit.max()) + 1, len(truth))
    return make.bootstrap(value, len(truth), metrics.balanced_accuracy(draws.tallies), "no items")


class Paired:
    """Shares of the same items, and differences between them, with intervals by one bootstrap over units."""

    def __init__(self, units: ArrayLike, *, seed: int = 0, n_resamples: int = RESAMPLES) -> None:
        self._unit = np.unique(np.asarray(units), return_inverse=True)[1]
        n_units = int(self._unit.max()) + 1
        self._make = Intervals(n_units, len(self._unit))
        draws = generator(seed, "paired").multinomial(n_units, np.full(n_units, 1 / n_units), size=n_resamples)
        self.draws = draws.astype(np.float64)
        """How often each unit is drawn, `(n_resamples, n_units)`."""
        self._n = self.draws @ np.bincount(self._unit).astype(np.float64)

    def share(self, right: NDArray[Any]) -> Figure:
        """The mean of `right` `(n,)` (of 0 and 1)."""
        n = len(self._unit)
        return self._make.share(float(right.sum()), n, self._make.n_units, self._again(right), "no items")

    def difference(self, a: NDArray[Any], b: NDArray[Any], *, tests: int = 1) -> Figure:
        """The mean of `a - b`, both `(n,)`, over the same resamples; the range is made wider for several `tests` that
        are asked together (Bonferroni)."""
        apart = a.astype(np.float64) - b.astype(np.float64)
        return self._make.bootstrap(float(apart.mean()), len(apart), self._again(apart), "no items", tests=tests)

    def _again(self, values: NDArray[Any]) -> NDArray[np.float64]:
        sums = np.bincount(self._unit, values.astype(np.float64), minlength=self.draws.shape[1])
        found: NDArray[np.float64] = (self.draws @ sums) / self._n
        return found

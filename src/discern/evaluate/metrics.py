"""The figures of a classification, computed from three counts a class: right answers, true items, answers given.

Every function takes `Tally` arrays of shape `(..., n_classes)` and works along the last axis, so that one call
serves a single result as well as thousands of resamples. A figure that is not defined is NaN.
Definitions agree with scikit-learn's; a class without items or answers is left out of means rather than counted as 0.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SMALLEST = float(np.finfo(np.float64).eps)
"""In the logarithm a probability is taken as at least this, and at most 1 minus this, as scikit-learn does."""


class Tally(NamedTuple):
    """Counts a class, `(..., n_classes)` each: everything that the figures below need of a confusion matrix."""

    right: Array
    """Items of the class that were given its label."""
    actual: Array
    """Items of the class."""
    given: Array
    """Items that were given the label of the class."""


def tally(confusion: NDArray[np.int64]) -> Tally:
    """From confusion counts `(n_classes, n_classes)`, rows the truth, columns the answers."""
    counts = confusion.astype(np.float64)
    return Tally(np.diagonal(counts).copy(), counts.sum(axis=1), counts.sum(axis=0))


def accuracy(t: Tally) -> Array:
    """Share of the items that were answered rightly."""
    return ratio(t.right.sum(-1), t.actual.sum(-1))


def recall(t: Tally) -> Array:
    """Of the items of a class, the share that was found; `(..., n_classes)`."""
    return ratio(t.right, t.actual)


def precision(t: Tally) -> Array:
    """Of the items that were given a label, the share that deserved it; `(..., n_classes)`."""
    return ratio(t.right, t.given)


def f1(t: Tally) -> Array:
    """The harmonic mean of precision and recall; `(..., n_classes)`. NaN for a class with neither items nor answers."""
    return ratio(2 * t.right, t.actual + t.given)


def balanced_accuracy(t: Tally) -> Array:
    """The mean recall over the classes that have items."""
    return _mean_of_defined(recall(t))


def macro_f1(t: Tally) -> Array:
    """The mean F1 over the classes that have items or answers."""
    return _mean_of_defined(f1(t))


def kappa(t: Tally) -> Array:
    """Agreement beyond what equal shares would give by chance (Cohen, 1960); 0 is chance, 1 is perfect.

    NaN where chance alone would agree always: one class only, in truth and answers.
    """
    n = t.actual.sum(-1)
    chance = ratio((t.actual * t.given).sum(-1), n * n)
    return ratio(accuracy(t) - chance, 1 - chance)


def item_losses(of_truth: NDArray[np.floating]) -> Array:
    """The loss of each item in nats: minus the logarithm of the probability that the model gave to the truth."""
    return np.asarray(-np.log(np.clip(of_truth.astype(np.float64), SMALLEST, 1 - SMALLEST)))


def ratio(part: Array, whole: Array) -> Array:
    """`part / whole`, NaN where `whole` is 0."""
    out = np.full(np.broadcast_shapes(np.shape(part), np.shape(whole)), np.nan)
    np.divide(part, whole, out=out, where=np.asarray(whole) != 0)
    return out


def _mean_of_defined(values: Array) -> Array:
    defined = ~np.isnan(values)
    return ratio(np.where(defined, values, 0.0).sum(-1), defined.sum(-1).astype(np.float64))

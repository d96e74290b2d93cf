"""A quick model for questions that ask for hundreds of refits: kernel ridge regression on one table of likenesses.

The likeness of all pairs of items is worked out once. Learning from some of them is then one system of equations, and
labels that are exchanged are only other right-hand sides of it: a thousand sets of labels cost little more than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from ..core.errors import DataError
from ..images.alignment import thumbnails
from ..images.hog import hog

Rows = NDArray[np.int64]
Codes = NDArray[np.int64]
Parts = Sequence[tuple[Rows, Rows]]
"""Rows to learn from and rows to answer, of each fold."""

TITLE = "a quick model (kernel ridge regression on small pictures and their edges, or on a table's columns)"
MOST = 2000
"""Items that it takes at most: memory and time grow with the square."""
RIDGE = 0.1
"""Added to the diagonal, whose entries are 1: how much of an item's own label is taken for noise."""
SIDE, EDGES = 16, 32
"""Sides that pictures are shrunk to, for their colours and for their edges."""


class Quick:
    """Kernel ridge regression of one-hot labels (Saunders, Gammerman and Vovk, ICML 1998), classes in proportion.

    The likeness of two items is `exp(-d^2 / m)`, d their distance and m the median of d^2 over pairs. Nothing is
    tuned to the labels, so that a test by exchanged labels stays exact.
    """

    title = TITLE

    def __init__(self, values: NDArray[Any], n_classes: int) -> None:
        """`values` `(n, H, W, C)` uint8 or `(n, n_features)`. Raises DataError for more than 2,000 items."""
        if len(values) > MOST:
            raise DataError(f"{len(values):,} items; the quick model takes at most {MOST:,}")
        self.n_classes = n_classes
        self.likeness = likeness(features(values))

    def scores(self, labels: Codes, parts: Parts) -> NDArray[np.float64]:
        """What is answered for the held rows of all parts, one after the other: `(n_sets, n_held, n_classes)`.

        `labels` `(n_sets, n)` are positions of classes; a score above 0 speaks for the class.
        """
        return np.concatenate([self._part(labels, *part) for part in parts], axis=1)

    def answers(self, labels: Codes, parts: Parts) -> Codes:
        """The class of the highest score, `(n_sets, n_held)`."""
        found = [self._part(some, *part).argmax(axis=2) for some in _blocks(labels) for part in parts]
        n = len(parts)
        rows = [np.concatenate(found[at : at + n], axis=1) for at in range(0, len(found), n)]
        return np.concatenate(rows).astype(np.int64)

    def probabilities(self, labels: Codes, parts: Parts) -> NDArray[np.float64]:
        """Rough probabilities of one set of labels `(n,)`: shares of the scores, `(n_held, n_classes)`."""
        scores = np.concatenate([self._raw(labels[None], *part)[0] for part in parts])
        shares = np.clip(scores, 1e-3, None)
        found: NDArray[np.float64] = shares / shares.sum(axis=1, keepdims=True)
        return found

    def _part(self, labels: Codes, train: Rows, held: Rows) -> NDArray[np.float64]:
        """Scores, each class scaled by the spread of its labels, so that rare classes are answered too."""
        prior = self._priors(labels[:, train])
        return (self._raw(labels, train, held) - prior[:, None]) / np.sqrt(np.maximum(prior, 1e-9))[:, None]

    def _raw(self, labels: Codes, train: Rows, held: Rows) -> NDArray[np.float64]:
        """Regressed one-hot labels, `(n_sets, n_held, n_classes)`."""
        prior = self._priors(labels[:, train])
        hot = (labels[:, train, None] == np.arange(self.n_classes)) - prior[:, None]
        right = hot.transpose(1, 0, 2).reshape(len(train), -1)
        ridged = self.likeness[np.ix_(train, train)] + RIDGE * np.eye(len(train))
        weights = cho_solve(cho_factor(ridged, check_finite=False), right, check_finite=False)
        raw = self.likeness[np.ix_(held, train)] @ weights
        shaped: NDArray[np.float64] = raw.reshape(len(held), len(labels), -1).transpose(1, 0, 2) + prior[:, None]
        return shaped

    def _priors(self, labels: Codes) -> NDArray[np.float64]:
        return np.stack([(labels == code).mean(axis=1) for code in range(self.n_classes)], axis=1)


def features(values: NDArray[Any]) -> NDArray[np.float32]:
    """What the quick model looks at, `(n, n_features)`: a table's columns at one scale, or small pictures and edges."""
    if values.ndim == 2:
        table = np.asarray(values, dtype=np.float32)
        spread = table.std(axis=0)
        return np.asarray((table - table.mean(axis=0)) / np.where(spread > 0, spread, 1), dtype=np.float32)
    channels = [_small(values[..., [channel]], SIDE) for channel in range(values.shape[3])]
    colours = np.concatenate(channels, axis=1)
    if min(values.shape[1:3]) < SIDE:
        return colours / _size(colours)
    grey = thumbnails(values, min(EDGES, *values.shape[1:3])).round().astype(np.uint8)[..., None]
    edges = hog(grey)
    return np.concatenate([colours / _size(colours), edges / _size(edges)], axis=1)


def likeness(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """`exp(-d^2 / median d^2)` of all pairs, `(n, n)`; 1 where all items are the same."""
    centred = rows.astype(np.float64) - rows.mean(axis=0)
    norms = np.einsum("ij,ij->i", centred, centred)
    squares = np.maximum(norms[:, None] + norms - 2 * (centred @ centred.T), 0)
    middle = float(np.median(squares[np.triu_indices(len(rows), 1)])) if len(rows) > 1 else 0.0
    middle = middle if middle > 0 else float(squares.max(initial=0.0))
    found: NDArray[np.float64] = np.exp(-squares / middle) if middle > 0 else np.ones_like(squares)
    return found


def _small(values: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    if min(values.shape[1:3]) <= side:
        return values.reshape(len(values), -1).astype(np.float32)
    return thumbnails(values, side).reshape(len(values), -1)


def _size(rows: NDArray[np.float32]) -> np.float32:
    """The typical distance of a row from the mean, so that two kinds of features count alike."""
    return np.float32(max(float(np.sqrt(rows.var(axis=0).sum())), 1e-6))


def _blocks(labels: Codes, at_once: int = 64) -> list[Codes]:
    return [labels[start : start + at_once] for start in range(0, len(labels), at_once)]

"""A quick model for questions that ask for hundreds of refits: kernel ridge regression on one table of likenesses.

The likeness of all pairs of items is worked out once. Learning from some of them is then one system of equations, and
labels that are exchanged are only other right-hand sides of it: a thousand sets of labels cost little more than one.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from ..core.errors import DataError
from ..images.alignment import thumbnails
from ..images.hog import hog
from ..text import terms

Rows = NDArray[np.int64]
Codes = NDArray[np.int64]
Parts = Sequence[tuple[Rows, Rows]]
"""Rows to learn from and rows to answer, of each fold."""

TITLE = "a quick model (kernel ridge regression on small pictures and their edges, a table's columns or words)"
MOST = 2000
"""Items that it takes at most: memory and time grow with the square."""
RIDGE = 0.1
"""Added to the diagonal, whose entries are 1: how much of an item's own label is taken for noise."""
AT_ONCE = 64
"""Sets of labels that are answered together."""
WORDS = 3000
"""Of texts, the most frequent, are looked at."""
SIDE, EDGES = 16, 32
"""Sides that pictures are shrunk to, for their colours and for their edges."""


class Quick:
    """Kernel ridge regression of one-hot labels (Saunders, Gammerman and Vovk, ICML 1998), classes in proportion.

    The likeness of two items is `exp(-d^2 / m)`, d their distance and m the median of d^2 over pairs. Nothing is
    tuned to the labels, so that a test by exchanged labels stays exact.
    """

    title = TITLE

    def __init__(self, values: NDArray[Any], n_classes: int) -> None:
        """`values` `(n, H, W, C)` uint8, `(n, n_features)` or texts `(n,)`. Raises DataError above 2,000 items."""
        if len(values) > MOST:
            raise DataError(f"{len(values):,} items; the quick model takes at most {MOST:,}")
        self.n_classes = n_classes
        self.likeness = likeness(features(values))
        self.ridge = RIDGE

    def ridged(self, ridge: float) -> Quick:
        """The same model with more or less taken for noise; what was worked out already is shared."""
        other = copy.copy(self)
        other.ridge = ridge
        return other

    def scores(self, labels: Codes, parts: Parts) -> NDArray[np.float64]:
        """What is answered for the held rows of all parts, one after the other: `(n_sets, n_held, n_classes)`.

        `labels` `(n_sets, n)` are positions of classes; a score above 0 speaks for the class.
        """
        return np.concatenate([self._scaled(labels[:, train], self._weights(train, held)) for train, held in parts], 1)

    def answers(self, labels: Codes, parts: Parts) -> Codes:
        """The class of the highest score, `(n_sets, n_held)`."""
        found = []
        for train, held in parts:
            weights = self._weights(train, held)
            blocks = (labels[start : start + AT_ONCE, train] for start in range(0, len(labels), AT_ONCE))
            found.append(np.concatenate([self._scaled(some, weights).argmax(axis=2) for some in blocks]))
        return np.concatenate(found, axis=1).astype(np.int64)

    def probabilities(self, labels: Codes, parts: Parts) -> NDArray[np.float64]:
        """Rough probabilities of one set of labels `(n,)`: shares of the scores, `(n_held, n_classes)`."""
        raw = [self._raw(labels[None, train], self._weights(train, held))[0] for train, held in parts]
        shares = np.clip(np.concatenate(raw), 1e-3, None)
        found: NDArray[np.float64] = shares / shares.sum(axis=1, keepdims=True)
        return found

    def _weights(self, train: Rows, held: Rows) -> NDArray[np.float64]:
        """What each label that is learned from counts for each row that is asked for, `(n_held, n_train)`."""
        ridged = self.likeness[np.ix_(train, train)] + self.ridge * np.eye(len(train))
        solved = cho_solve(
            cho_factor(ridged, check_finite=False), self.likeness[np.ix_(train, held)], check_finite=False
        )
        return np.ascontiguousarray(solved.T)

    def _scaled(self, labels: Codes, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores, each class scaled by the spread of its labels, so that rare classes are answered too."""
        prior = self._priors(labels)
        return (self._raw(labels, weights) - prior[:, None]) / np.sqrt(np.maximum(prior, 1e-9))[:, None]

    def _raw(self, labels: Codes, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Regressed one-hot labels, `(n_sets, n_held, n_classes)`; `labels` are those of the rows learned from."""
        prior = self._priors(labels)
        hot = (labels[:, :, None] == np.arange(self.n_classes)) - prior[:, None]
        raw = weights @ hot.transpose(1, 0, 2).reshape(labels.shape[1], -1)
        shaped: NDArray[np.float64] = raw.reshape(len(weights), len(labels), -1).transpose(1, 0, 2) + prior[:, None]
        return shaped

    def _priors(self, labels: Codes) -> NDArray[np.float64]:
        return np.stack([(labels == code).mean(axis=1) for code in range(self.n_classes)], axis=1)


def features(values: NDArray[Any]) -> NDArray[np.float32]:
    """What the quick model looks at, `(n, n_features)`: a table's columns at one scale, small pictures and edges, or
    words weighed by tf-idf."""
    if values.ndim == 1:
        return _words(values)
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


def _words(texts: NDArray[Any]) -> NDArray[np.float32]:
    cut = terms.in_words(texts)
    every = cut.distinct()
    if not len(every):
        return np.zeros((len(texts), 1), np.float32)
    counts = cut.counts(every)
    counts = counts[:, terms.frequent(counts, every, fewest=2, most=WORDS)]
    found: NDArray[np.float32] = terms.weighed(counts, terms.inverse_document_frequency(counts)).toarray()
    return found.astype(np.float32)


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

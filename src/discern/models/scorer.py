"""How a fitted model of texts answers: terms are looked up and their weights added. The one path that learning,
evaluation and prediction share; it needs NumPy, SciPy and Polars alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts load when they are first used
from numpy.typing import NDArray

from ..text import terms
from ..text.terms import Matrix, Texts, Vocabulary

PRESENCE, WORDS, BOTH = "presence", "words", "both"
LOOKS = (PRESENCE, WORDS, BOTH)
"""What is looked at: which words there are; their weights; the weights of words and of runs of letters."""


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of scores `(n, n_classes)`, without overflow."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    probabilities: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


@dataclass(frozen=True, eq=False)
class Looking:
    """From texts to numbers, as learning fixed it."""

    looks: str
    """One of `LOOKS`."""
    words: Vocabulary
    runs: Vocabulary
    """Empty unless `looks` is `both`."""
    idf: NDArray[np.float64]
    """Of words, then of runs, `(n_terms,)`; 1 for `presence`."""

    @property
    def n_terms(self) -> int:
        return len(self.words) + len(self.runs)

    def matrix(self, texts: Texts) -> tuple[Matrix, NDArray[np.float64]]:
        """The numbers `(n, n_terms)`, and of each text how many of its words are known and how many are not."""
        cut = terms.in_words(texts)
        counts = cut.counts(self.words)
        known = np.asarray(counts.sum(axis=1)).ravel()
        seen = np.stack([known, cut.sizes - known], axis=1)
        if self.looks == PRESENCE:
            counts.data[:] = 1.0
            return counts, seen
        found = terms.weighed(counts, self.idf[: len(self.words)])
        if self.looks == BOTH:
            of_runs, _ = terms.run_counts(terms.in_chunks(texts), self.runs)
            of_runs = terms.weighed(of_runs, self.idf[len(self.words) :])
            found = scipy.sparse.csr_matrix(scipy.sparse.hstack([found, of_runs], format="csr"))
        return found, seen


@dataclass(frozen=True, eq=False)
class Scorer:
    """A linear model of texts."""

    looking: Looking
    weights: NDArray[np.float32]
    """`(n_classes, n_terms)`"""
    intercept: NDArray[np.float64]
    """`(n_classes,)`"""

    def telling(self, n: int) -> tuple[tuple[tuple[str, float], ...], ...]:
        """For each class the `n` words that speak most for it, and by how much beside the mean of all classes.

        The weight is what one text of that word alone would score.
        """
        n_words = len(self.looking.words)
        weights = self.weights[:, :n_words].astype(np.float64)
        if self.looking.looks != PRESENCE:
            weights = weights * self.looking.idf[:n_words]
        weights = weights - weights.mean(axis=0)
        found = []
        for row in weights:
            best = np.argsort(-row, kind="stable")[:n]
            found.append(tuple((self.looking.words.terms[i], float(row[i])) for i in best if row[i] > 0))
        return tuple(found)

    def answer(self, texts: Texts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Scores `(n, n_classes)`, whose softmax are the probabilities, and features `(n, n_classes + 2)`.

        The features say what a text is like: the scores, the logarithm of how many words it has that are known, and
        the share of its words that are not (1 for a text without words).
        """
        found, seen = self.looking.matrix(texts)
        scores = np.asarray(found @ self.weights.T.astype(np.float64)) + self.intercept
        return scores, np.concatenate([scores, np.log1p(seen[:, :1]), unknown(seen)[:, None]], axis=1)


def unknown(seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of words that are not known, `(n,)`, from counts of both `(n, 2)`; 1 for a text without words."""
    total = seen.sum(axis=1)
    shares: NDArray[np.float64] = np.where(total > 0, seen[:, 1] / np.maximum(total, 1), 1.0)
    return shares

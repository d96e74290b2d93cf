"""How well topics foresee the rest of texts that they were not made from: document completion.

Wallach, Murray, Salakhutdinov, Mimno, "Evaluation methods for topic models", ICML 2009.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure
from ..models.bags import Bag
from ..models.topics import TopicModel, fold_in
from .matching import mean_of

PART = 10
"""Every so many-th text is held out."""
METHOD = "log2 likelihood a word of every other word of texts held out, given the words between; Student's t over texts"
Array = NDArray[np.float64]


def divide(n_texts: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the texts to learn from, and of those held out."""
    numbers = np.arange(n_texts)
    return numbers[numbers % PART != PART - 1], numbers[numbers % PART == PART - 1]


def completion(model: TopicModel, bag: Bag) -> Array:
    """Log2 likelihood a word of the second half (every other word) of each text, given the first `(n_texts,)`.

    NaN for texts of fewer than two words.
    """
    inner = np.arange(len(bag.ids)) - np.repeat(bag.offsets[:-1], bag.lengths)
    shares = fold_in(model, _half(bag, inner % 2 == 0))
    rest = _half(bag, inner % 2 == 1)
    texts, words, times = rest.counts()
    likelihood = np.log2(np.einsum("ij,ij->i", shares[texts], model.topic_word[:, words].T))
    sums = np.bincount(texts, weights=likelihood * times, minlength=bag.n_texts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / rest.lengths)


def figures(results: list[Array]) -> list[tuple[Figure, Figure]]:
    """For each of several models the mean over texts, and the gain on the one before, text by text."""
    found = []
    for number, result in enumerate(results):
        kept = np.isfinite(result)
        value = mean_of(result[kept], METHOD, low=-np.inf, high=0.0)
        if number:
            gain = mean_of((result - results[number - 1])[kept], METHOD, low=-np.inf, high=np.inf)
        else:
            gain = Figure(None, None, None, 0, "the first has nothing before it")
        found.append((value, gain))
    return found


def _half(bag: Bag, kept: NDArray[np.bool_]) -> Bag:
    counts = np.bincount(bag.owners[kept], minlength=bag.n_texts)
    return Bag(bag.vocabulary, bag.ids[kept], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))

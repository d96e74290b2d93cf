"""Which topic of one fit is which topic of another, and whether topics come again: stability, permanent ids, flows.

Matching is the assignment that makes the cosines of the word shares largest in sum (Kuhn, 1955). That topics should
come again is from Greene, O'Callaghan, Cunningham, "How many topics? Stability analysis for topic models", ECML 2014.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.stats import t as student

from ..core.records import Figure
from ..models.bags import Bag
from ..models.topics import TopicModel, fold_in
from .coherence import TOP_WORDS

SAME = 0.5
"""Topics whose word shares have a lower cosine are different topics."""
METHOD = "share of the ten likeliest words that the best matching topic of another fit has too; Student's t over fits"
Array = NDArray[np.float64]


def top_words(model: TopicModel, n: int = TOP_WORDS) -> NDArray[np.int64]:
    """The likeliest words of each topic `(n_topics, at most n)`, as places in the vocabulary."""
    return np.argsort(-model.topic_word, axis=1, kind="stable")[:, :n]


def cosines(ours: TopicModel, theirs: TopicModel) -> Array:
    """`(n_topics, n_topics of theirs)`, over the words of both; a word that one lacks counts as 0 there."""
    known = {word: place for place, word in enumerate(theirs.vocabulary)}
    pairs = [(i, known[word]) for i, word in enumerate(ours.vocabulary) if word in known]
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    products = ours.topic_word[:, ends[:, 0]] @ theirs.topic_word[:, ends[:, 1]].T
    lengths = np.outer(np.linalg.norm(ours.topic_word, axis=1), np.linalg.norm(theirs.topic_word, axis=1))
    return np.asarray(products / lengths)


def match(ours: TopicModel, theirs: TopicModel, *, least: float = SAME) -> dict[int, int]:
    """Our topic -> their topic, one to one, for pairs that are alike at all."""
    alike = cosines(ours, theirs)
    rows, columns = linear_sum_assignment(-alike)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if alike[i, j] >= least}


def found_again(ours: TopicModel, theirs: TopicModel) -> Array:
    """For each of our topics, the share of its likeliest words that its match has among its own `(n_topics,)`.

    A topic that has no match, because the other fit has fewer topics, gets 0.
    """
    top, other = top_words(ours), top_words(theirs)
    shared = np.zeros(ours.n_topics)
    for i, j in match(ours, theirs, least=0.0).items():
        words = {theirs.vocabulary[place] for place in other[j]}
        shared[i] = np.mean([ours.vocabulary[place] in words for place in top[i]])
    return shared


def stability(ours: TopicModel, others: Sequence[TopicModel]) -> tuple[list[Figure], Figure]:
    """How much of each topic, and of all on average, comes again in other fits."""
    if not others:
        nothing = Figure(None, None, None, 0, "no other fit was made")
        return [nothing] * ours.n_topics, nothing
    again = np.array([found_again(ours, other) for other in others])
    return [mean_of(column, METHOD) for column in again.T], mean_of(again.mean(axis=1), METHOD)


def mean_of(values: Array, method: str, *, low: float = 0.0, high: float = 1.0) -> Figure:
    """The mean of independent values with Student's interval, kept within `low` and `high`."""
    n, mean = len(values), float(np.mean(values)) if len(values) else 0.0
    if n < 2:
        return Figure(mean if n else None, None, None, n, f"{method}; {n} of them, too few for an interval")
    half = float(student.ppf(0.975, n - 1)) * float(np.std(values, ddof=1)) / math.sqrt(n)
    return Figure(mean, max(low, mean - half), min(high, mean + half), n, method)


def flow(ours: TopicModel, theirs: TopicModel, bag: Bag) -> Array:
    """The share of all words in one topic of ours and one of theirs `(n_topics, n_topics of theirs)`; sums to 1.

    Each word goes to the topics of either model in the shares that the model gives it, in the text it stands in.
    Both models have the vocabulary of `bag`.
    """
    texts, words, times = bag.counts()
    first, second = fold_in(ours, bag), fold_in(theirs, bag)
    total = np.zeros((ours.n_topics, theirs.n_topics))
    for at in range(0, len(texts), 100_000):
        rows, columns = texts[at : at + 100_000], words[at : at + 100_000]
        a = _shared_out(ours, rows, columns, first)
        total += (a * times[at : at + 100_000, None]).T @ _shared_out(theirs, rows, columns, second)
    return np.asarray(total / max(total.sum(), 1e-300))


def _shared_out(model: TopicModel, texts: NDArray[np.int64], words: NDArray[np.int64], shares: Array) -> Array:
    weights = model.topic_word[:, words].T * shares[texts]
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))

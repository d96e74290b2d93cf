"""Topics by latent Dirichlet allocation: fitted by Gibbs sampling, applied to any text from the arrays alone.

Blei, Ng, Jordan, "Latent Dirichlet allocation", JMLR 3 (2003); the sampler is tomotopy's (Griffiths, Steyvers, "Finding
scientific topics", PNAS 101 (2004)), with one worker, so that one seed gives one result.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.seeds import derive
from ..core.views import Record
from .bags import Bag

ITERATIONS = 300
BURN_IN = 100
"""Passes before the parameters of the prior are fitted to the texts."""
SAMPLES, APART = 10, 5
"""The topics are the mean of so many samples at the end of the chain, so many passes apart."""
ALPHA_SUM, ETA = 1.0, 0.1
"""Where the prior begins: the sum over the topics of a text, and a word of a topic."""
MOST_TOPICS = 500
ROUNDS = 100
CHECKED = 8
"""Texts that stand still are let go every so many rounds."""
CLOSE = 1e-4
CELLS = 4_000_000
"""Numbers held at once while texts are folded in."""


@dataclass(frozen=True)
class TopicModel(Record):
    """Topics over a vocabulary: all that is needed to find them in a text."""

    vocabulary: tuple[str, ...]
    topic_word: NDArray[np.float64]
    """`(n_topics, n_words)`: the share of each word in each topic; rows sum to 1."""
    alpha: NDArray[np.float64]
    """`(n_topics,)`: the prior of a text's topics, in words."""
    word_share: NDArray[np.float64]
    """`(n_words,)`: the share of each word in all texts."""

    @property
    def n_topics(self) -> int:
        return len(self.alpha)

    def only(self, order: NDArray[np.int64]) -> TopicModel:
        """The same with its topics in another order."""
        return TopicModel(self.vocabulary, self.topic_word[order], self.alpha[order], self.word_share)


@dataclass(frozen=True)
class Fit:
    """A model and how well its chain came to explain the texts."""

    model: TopicModel
    log_likelihood: float
    """A word, mean over the last samples: how restarts are compared."""
    seed: int


def fit(bag: Bag, n_topics: int, *, seed: int = 0, iterations: int = ITERATIONS) -> Fit:
    """One chain of the sampler. The same bag, number and seed give the same numbers.

    Raises DataError when there are fewer different words, or fewer texts with words, than topics.
    """
    tomotopy = sampler_library()
    filled = np.flatnonzero(bag.lengths)
    refuse_too_many(bag, n_topics)
    sampler = tomotopy.LDAModel(k=n_topics, alpha=ALPHA_SUM / n_topics, eta=ETA, seed=derive(seed, "topics") % 2**31)
    sampler.burn_in = min(BURN_IN, iterations // 3)
    names = np.arange(len(bag.vocabulary)).astype(str)[bag.ids].tolist()
    for text in filled:
        sampler.add_doc(names[bag.offsets[text] : bag.offsets[text + 1]])
    samples = min(SAMPLES, max(1, iterations // 20))
    sampler.train(iterations - (samples - 1) * APART, workers=1)
    likelihood, topics = [], np.zeros((n_topics, sampler.num_vocabs))
    for sample in range(samples):
        if sample:
            sampler.train(APART, workers=1)
        likelihood.append(sampler.ll_per_word)
        topics += [sampler.get_topic_word_dist(topic) for topic in range(n_topics)]
    columns = np.array(list(sampler.used_vocabs), dtype=np.int64)
    topic_word = np.full((n_topics, len(bag.vocabulary)), 0.0)
    topic_word[:, columns] = topics
    topic_word = np.maximum(topic_word, 1e-12)
    topic_word /= topic_word.sum(axis=1, keepdims=True)
    shares = np.bincount(bag.ids, minlength=len(bag.vocabulary)) / max(1, len(bag.ids))
    model = TopicModel(bag.vocabulary, topic_word, np.array(sampler.alpha, dtype=np.float64), shares)
    return Fit(model, float(np.mean(likelihood)), seed)


def sampler_library() -> Any:
    """tomotopy, which takes a while to load and fails to where its warnings are errors; folding in does without."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tomotopy
    return tomotopy


def refuse_too_many(bag: Bag, n_topics: int) -> None:
    """Raises DataError when so many topics cannot be told apart in so few words or texts."""
    different, filled = len(np.unique(bag.ids)), int(np.count_nonzero(bag.lengths))
    if different < 2 or filled < 2:
        raise DataError(
            f"the texts leave {different} different word{'s' * (different != 1)} in {filled} text{'s' * (filled != 1)} "
            "once stop words, rare and too frequent words are left out; topics need 2 words and 2 texts or more"
        )
    for found, what in ((different, "different words"), (filled, "texts with words")):
        if n_topics > found:
            raise DataError(f"--topics {n_topics} is more than the {found:,} {what} there are; choose fewer topics")


def restarts(
    bag: Bag,
    n_topics: int,
    *,
    seed: int,
    n: int,
    iterations: int = ITERATIONS,
    tell: Callable[[int], None] = lambda _: None,
) -> list[Fit]:
    """Several chains, the one first that explains the texts best; labels are never looked at."""
    found = []
    for number in range(n):
        found.append(fit(bag, n_topics, seed=derive(seed, "restart", number), iterations=iterations))
        tell(number + 1)
    return sorted(found, key=lambda one: -one.log_likelihood)


def fold_in(model: TopicModel, bag: Bag) -> NDArray[np.float64]:
    """The share of each topic in each text `(n_texts, n_topics)`; rows sum to 1.

    Zero-order collapsed variational inference with the topics held fixed (Asuncion, Welling, Smyth, Teh, "On smoothing
    and inference for topic models", UAI 2009): no draws, so a text gets the same answer in any company. A text without
    a word of the vocabulary gets the prior.
    """
    shares = np.tile(model.alpha / model.alpha.sum(), (bag.n_texts, 1))
    for rows in _blocks(bag.lengths, max(1, CELLS // model.n_topics)):
        part = bag.take(np.arange(rows.start, rows.stop))
        if len(part.ids):
            shares[rows] = _fold(model, part)
    return shares


def word_topics(model: TopicModel, words: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The topic of each word of one text `(n_words, n_topics)`, given the text's shares `(n_topics,)`."""
    weights = model.topic_word[:, words].T * shares
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _fold(model: TopicModel, bag: Bag) -> NDArray[np.float64]:
    """Each text stops by itself when its sums no longer move, whatever the others do."""
    texts, words, times = bag.counts()
    sums = np.zeros((bag.n_texts, model.n_topics))
    weights = np.tile(model.alpha, (len(texts), 1)) * model.topic_word[:, words].T
    weights /= weights.sum(axis=1, keepdims=True)
    for number in range(ROUNDS):
        begins = np.flatnonzero(np.diff(texts, prepend=-1))
        present = texts[begins]
        local = np.repeat(np.arange(len(present)), np.diff(begins, append=len(texts)))
        found = np.add.reduceat(weights * times[:, None], begins)
        moved = np.abs(found - sums[present]).max(axis=1) > CLOSE
        sums[present] = found
        if number % CHECKED == CHECKED - 1 and not moved.all():
            going = moved[local]
            if not going.any():
                break
            texts, words, times, weights = texts[going], words[going], times[going], weights[going]
        weights = model.topic_word[:, words].T * (model.alpha + sums[texts] - weights)
        weights /= weights.sum(axis=1, keepdims=True)
    shares = model.alpha + sums
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def _blocks(lengths: NDArray[np.int64], most: int) -> Iterator[slice]:
    """Neighbouring texts with at most `most` words together; a longer text stands alone."""
    ends, start = np.cumsum(lengths), 0
    while start < len(lengths):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + most, side="right")))
        yield slice(start, stop)
        start = stop

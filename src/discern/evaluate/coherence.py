"""Whether the words of a topic go together: normalised pointwise mutual information in sliding windows, and chance.

Bouma, "Normalized (pointwise) mutual information in collocation extraction", GSCL 2009; windows and averaging as in
Röder, Both, Hinneburg, "Exploring the space of topic coherence measures", WSDM 2015 (there C_NPMI).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..core.records import Figure
from ..core.seeds import generator
from ..models.bags import Bag

WINDOW = 10
TOP_WORDS = 10
EPSILON = 1e-12
BLOCKS = 100
"""Texts are drawn again in so many blocks for the intervals."""
DRAWS = 1000
CHANCE, POOL = 999, 200
"""Sets of words drawn to see what chance gives, among so many of the most frequent words."""
METHOD = "NPMI of the ten likeliest words in windows of ten words; bootstrap over 100 blocks of texts"
Topics = NDArray[np.int64]


@dataclass(frozen=True)
class Windows:
    """How many windows hold each word of some topics, and both of two of their words, block by block."""

    topics: Topics
    """`(n_topics, n_top)`: the likeliest words of each topic, as places in the vocabulary."""
    single: NDArray[np.float64]
    """`(n_blocks, n_topics, n_top)`."""
    pairs: NDArray[np.float64]
    """`(n_blocks, n_topics, n_top * (n_top - 1) / 2)`, in the order of `np.triu_indices`."""
    total: NDArray[np.float64]
    """`(n_blocks,)`: windows."""
    n_texts: int

    def npmi(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """The mean over the pairs of each topic's words `(n_topics,)`; `weights` `(n_blocks,)` count blocks anew."""
        first, second = np.triu_indices(self.topics.shape[1], 1)
        w = np.ones(len(self.total)) if weights is None else weights
        total = max(float(w @ self.total), 1.0)
        single = np.tensordot(w, self.single, 1) / total
        both = np.tensordot(w, self.pairs, 1) / total + EPSILON
        alone = np.maximum(single[:, first] * single[:, second], EPSILON**2)
        return np.asarray((np.log(both / alone) / -np.log(np.minimum(both, 1 - EPSILON))).mean(axis=1))

    def only(self, rows: slice) -> Windows:
        """Of some of the topics alone."""
        return Windows(self.topics[rows], self.single[:, rows], self.pairs[:, rows], self.total, self.n_texts)


def count_windows(bag: Bag, topics: Topics, *, window: int = WINDOW, n_blocks: int = BLOCKS) -> Windows:
    """Count in every window of `window` words; a shorter text is one window. Texts without words have none."""
    words = np.unique(topics)
    places = np.searchsorted(words, topics)
    first, second = np.triu_indices(topics.shape[1], 1)
    filled = np.flatnonzero(bag.lengths)
    blocks = [block for block in np.array_split(filled, min(n_blocks, max(1, len(filled)))) if len(block)]
    column = np.full(len(bag.vocabulary), -1, dtype=np.int64)
    column[words] = np.arange(len(words))
    single, pairs, total = [], [], []
    for block in blocks:
        holds = _holds(bag.take(block), column, window)
        both = (holds.T @ holds).toarray()
        single.append(np.diag(both)[places])
        pairs.append(both[places[:, first], places[:, second]])
        total.append(holds.shape[0])
    counts = (np.array(part, dtype=np.float64) for part in (single, pairs, total))
    return Windows(topics, next(counts), next(counts), next(counts), len(filled))


def coherence(windows: Windows, *, seed: int = 0) -> tuple[list[Figure], Figure]:
    """The coherence of each topic, and their mean, each with an interval."""
    drawn = _draws(windows, seed)
    values, again = windows.npmi(), np.array([windows.npmi(w) for w in drawn])
    each = [_figure(float(value), again[:, i], windows) for i, value in enumerate(values)]
    return each, _figure(float(values.mean()), again.mean(axis=1), windows)


def by_chance(shares: NDArray[np.float64], n_top: int, *, n: int = CHANCE, seed: int = 0) -> Topics:
    """`n` sets of `n_top` words, drawn by how frequent they are among the most frequent: topics that mean nothing."""
    pool = np.argsort(-shares, kind="stable")[: max(POOL, n_top)]
    draw = generator(seed, "words by chance")
    # The first of exponential races are a draw without replacement (Efraimidis, Spirakis, 2006).
    races = draw.exponential(size=(n, len(pool))) / np.maximum(shares[pool], 1e-15)
    return np.asarray(pool[np.argsort(races, axis=1)[:, :n_top]])


def _figure(value: float, again: NDArray[np.float64], windows: Windows) -> Figure:
    low, high = np.quantile(again, (0.025, 0.975))
    return Figure(value, min(float(low), value), max(float(high), value), windows.n_texts, METHOD)


def _draws(windows: Windows, seed: int) -> NDArray[np.float64]:
    n = len(windows.total)
    draw = generator(seed, "blocks of texts")
    return draw.multinomial(n, np.full(n, 1 / n), size=DRAWS).astype(np.float64)


def _holds(bag: Bag, column: NDArray[np.int64], window: int) -> sparse.csr_matrix:
    """Which windows hold which of the wanted words `(n_windows, m)`."""
    lengths = bag.lengths
    per_text = np.maximum(lengths - window + 1, 1)
    first = np.concatenate([[0], np.cumsum(per_text)])
    found = np.flatnonzero(column[bag.ids] >= 0)
    owner = bag.owners[found]
    place = found - bag.offsets[owner]
    begin = np.maximum(place - window + 1, 0)
    end = np.minimum(place, per_text[owner] - 1)
    reach = end - begin + 1
    inner = np.arange(int(reach.sum())) - np.repeat(np.cumsum(reach) - reach, reach)
    rows = np.repeat(first[owner] + begin, reach) + inner
    made = sparse.csr_matrix(
        (np.ones(len(rows), dtype=np.float32), (rows, np.repeat(column[bag.ids[found]], reach))),
        shape=(int(first[-1]), int(column.max()) + 1),
    )
    made.sum_duplicates()
    made.data[:] = 1
    return made

"""Extractive summaries: the sentences of a text, or of many, that are most like all the others.

Source: LexRank (G. Erkan and D. Radev, JAIR 2004): sentences are the nodes of a graph, cosines of their weighed words
its edges, and a random walk says which are central. The sentences stand as they were written; nothing is made up, and
what no other sentence speaks of is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.views import Record
from .split import sentences, words
from .stems import STEMMERS, stem
from .stops import LISTS, stop_words

MOST = 3_000
"""Sentences that are compared with each other; of more, evenly spread ones."""
DAMPING = 0.85
SAME = 0.6
"""A sentence this like one that was chosen is not chosen too."""
FEWEST_WORDS = 4
"""Shorter sentences are headings and cries."""


@dataclass(frozen=True)
class Sentence(Record):
    """A sentence of the summary: which text it stands in, where among its sentences, and how central it is (0 to 1)."""

    row: int
    number: int
    text: str
    weight: float


def summary(texts: Sequence[str], n: int = 3, language: str = "en") -> list[Sentence]:
    """The `n` most central sentences of texts taken together, in the order in which they stand.

    Fewer where there are fewer that differ. Texts without a sentence of four words give their first sentences.
    """
    every = [
        (row, number, sentence)
        for row, text in enumerate(texts)
        for number, sentence in enumerate(sentences(text, language))
    ]
    long = [one for one in every if len(one[2].split()) >= FEWEST_WORDS]
    if not long:
        return [Sentence(*one, weight=0.0) for one in every[:n]]
    if len(long) > MOST:
        long = [long[at] for at in np.linspace(0, len(long) - 1, MOST).astype(int)]
    cosines = _cosines([one[2] for one in long], language)
    weights = _central(cosines)
    chosen: list[int] = []
    for at in np.argsort(-weights, kind="stable").tolist():
        if len(chosen) == n:
            break
        if all(cosines[at, other] < SAME for other in chosen):
            chosen.append(at)
    most = float(weights.max())
    return [Sentence(*long[at], weight=float(weights[at]) / most) for at in sorted(chosen)]


def _cosines(found: list[str], language: str) -> NDArray[np.float64]:
    """Cosines of the sentences' stems, weighed by how rare they are, `(m, m)`."""
    cut = words(pl.Series(found, dtype=pl.String))
    cut = cut.list.eval(pl.element().str.to_lowercase())
    stops = stop_words(language) if language in LISTS else frozenset()
    cut = cut.list.eval(pl.element().filter(~pl.element().is_in(list(stops)))) if stops else cut
    cut = stem(cut, language) if language in STEMMERS else cut
    frame = pl.DataFrame({"row": np.arange(len(found)), "word": cut}).explode("word").drop_nulls()
    counts = frame.group_by("row", "word", maintain_order=True).len()
    counts = counts.with_columns(pl.col("word").rank("dense").cast(pl.Int64) - 1, of=pl.len().over("word"))
    idf = np.log(len(found) / counts["of"].to_numpy()) + 1
    from scipy.sparse import csr_matrix

    places = counts["row"].to_numpy(), counts["word"].to_numpy()
    matrix = csr_matrix(
        (counts["len"].to_numpy() * idf, places), shape=(len(found), int(max(places[1], default=0)) + 1)
    )
    cosines = np.asarray((matrix @ matrix.T).todense(), dtype=np.float64)
    lengths = np.sqrt(np.maximum(np.diag(cosines), 1e-12))
    scaled: NDArray[np.float64] = cosines / lengths[:, None] / lengths[None, :]
    return scaled


def _central(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    """How often a random walk over like sentences is at each, `(m,)`; they add up to 1."""
    n = len(cosines)
    steps = cosines + np.eye(n) * (cosines.sum(axis=1) == 0)[:, None]
    steps = steps / steps.sum(axis=1, keepdims=True)
    weights = np.full(n, 1 / n)
    for _ in range(200):
        new = (1 - DAMPING) / n + DAMPING * (weights @ steps)
        if np.abs(new - weights).sum() < 1e-10:
            break
        weights = new
    return weights

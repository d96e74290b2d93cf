"""How alike texts are by the words they share, rare words counting most; nothing here knows of files or figures.

A word counts `(1 + log times in the text) * log((1 + n) / texts that hold it)` (G. Salton and C. Buckley,
"Term-weighting approaches in automatic text retrieval", 1988); two texts are as alike as the cosine of the angle
between the weights of their words: 1 for the same words, 0 for none in common.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from .near import AT_ONCE, plain

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class WordWeights:
    """The words of `n` texts and what each counts."""

    words: pl.Series
    """Every word once, in lower case, in the order in which they first stand, `(n_words,)`."""
    rarity: Array
    """`(n_words,)`: the weight of each."""
    rows: sparse.csr_array
    """`(n, n_words)`: the weights of the words of each text, of length 1 together; a text without words is zero."""

    @property
    def n(self) -> int:
        return int(self.rows.shape[0])

    def query(self, text: str) -> tuple[Array, list[str]]:
        """Weights of a new text `(n_words,)`, and its words that no text holds, which count nothing."""
        own = Counter(plain(pl.Series([text], dtype=pl.String))[0].split(" "))
        at = self.words.is_in(list(own)).arg_true().to_numpy()
        found = self.words.gather(at).to_list()
        weights = np.zeros(len(self.words))
        weights[at] = [1 + math.log(own[word]) for word in found] * self.rarity[at]
        length = np.linalg.norm(weights)
        return weights / (length or 1.0), [word for word in own if word and word not in found]

    def of(self, row: int) -> Array:
        """Weights of one of the texts, `(n_words,)`."""
        return np.asarray(self.rows[[row]].toarray()[0], np.float64)

    def alike(self, weights: Array) -> Array:
        """How alike each text is, `(n,)`, to one with these weights."""
        return np.asarray(self.rows @ weights, np.float64)

    def shared(self, weights: Array, row: int) -> list[tuple[str, float]]:
        """Words that a text and one with these weights share, with the part of the likeness that each makes up, most
        first."""
        start, end = self.rows.indptr[row], self.rows.indptr[row + 1]
        columns = self.rows.indices[start:end]
        parts = self.rows.data[start:end] * weights[columns]
        order = np.argsort(-parts, kind="stable")[: np.count_nonzero(parts)]
        return list(zip(self.words.gather(columns[order]).to_list(), parts[order].tolist(), strict=True))

    def pairs(self, first: Rows, second: Rows) -> Array:
        """How alike the texts of each pair are, `(m,)`."""
        return np.asarray(self.rows[first].multiply(self.rows[second]).sum(axis=1), np.float64).ravel()


def weigh(texts: pl.Series) -> WordWeights:
    """Weigh the words of texts `(n,)`, strings without nulls."""
    n = len(texts)
    pieces = []
    for start in range(0, n, AT_ONCE):
        words = plain(texts.slice(start, AT_ONCE)).str.split(" ")
        row = np.repeat(np.arange(start, start + len(words)), words.list.len().to_numpy())
        piece = pl.DataFrame({"row": row, "word": words.explode()})
        pieces.append(piece.filter(pl.col("word") != "").group_by("row", "word", maintain_order=True).len("times"))
    found = pl.concat([pl.DataFrame(schema={"row": pl.Int64, "word": pl.String, "times": pl.UInt32}), *pieces])
    held = found.group_by("word", maintain_order=True).len("texts").with_row_index("code")
    codes = found.join(held, on="word", how="left", maintain_order="left")
    rarity = np.log((1 + n) / held["texts"].to_numpy().astype(np.float64))
    column = codes["code"].to_numpy().astype(np.int32)
    starts = np.append(0, np.cumsum(np.bincount(codes["row"].to_numpy(), minlength=n)))
    often = 1 + np.log(codes["times"].to_numpy().astype(np.float64))
    rows = sparse.csr_array((often * rarity[column], column, starts), shape=(n, held.height))
    rows.sort_indices()
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(np.where(length > 0, length, 1.0), np.diff(rows.indptr))
    return WordWeights(held["word"], rarity, rows)


def best(alike: Array, n: int, *, without: Rows | None = None) -> Rows:
    """The `n` rows that are most alike, the most alike first and equal ones by row; none that is not alike at all."""
    alike = alike.copy()
    if without is not None:
        alike[without] = 0
    order = np.argsort(-alike, kind="stable")[:n]
    return order[alike[order] > 0].astype(np.int64)

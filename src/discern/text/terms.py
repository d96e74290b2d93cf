"""Texts as numbers for a model: which words, and which runs of letters within words, are in each of them.

Words are lower case; runs of letters are those of 2 to 5 characters within what stands between spaces, whose ends
count as a space (so that beginnings and ends of words are told apart, and punctuation is seen). Every digit is a 0:
what tells is that a number stands there and how long it is, and no telephone number gets into a model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import polars as pl
import scipy  # its parts load when they are first used
from numpy.typing import NDArray

from .split import words

SHORTEST, LONGEST = 2, 5
"""Letters of a run."""
LETTERS_A_CHUNK = 64
"""So many characters of what stands between two spaces are looked at: an address is not read to its end."""
CHUNK = r"\S+"

Matrix: TypeAlias = "scipy.sparse.csr_matrix"
Texts: TypeAlias = pl.Series | NDArray[Any] | Sequence[str]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Distinct terms in rising order; a term's place is its column."""

    terms: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.terms)

    @cached_property
    def places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.terms)}

    @cached_property
    def kind(self) -> pl.Enum:
        """Its codes are the places: Polars looks terms up on all processors."""
        return pl.Enum(self.terms)


def series(texts: Texts) -> pl.Series:
    """Texts in lower case, with every digit as 0, `(n,)`."""
    given = texts if isinstance(texts, pl.Series) else pl.Series("text", list(texts), dtype=pl.String)
    return given.str.to_lowercase().str.replace_all(r"\p{Nd}", "0")


@dataclass(frozen=True, eq=False)
class Cut:
    """Pieces of texts: piece `i` is in text `rows[i]`."""

    pieces: pl.Series
    rows: NDArray[np.int64]
    n: int
    """Texts."""

    def counts(self, known: Vocabulary) -> Matrix:
        """How often each known term is in each text, `(n, len(known))`, float64."""
        codes = self.pieces.cast(known.kind, strict=False).to_physical()
        there = codes.is_not_null().to_numpy()
        columns = codes.drop_nulls().to_numpy().astype(np.int64)
        return _counted(self.rows[there], columns, (self.n, len(known)))

    def distinct(self) -> Vocabulary:
        return Vocabulary(tuple(sorted(self.pieces.unique().to_list())))

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Pieces of each text, `(n,)`."""
        return np.bincount(self.rows, minlength=self.n).astype(np.int64)


def in_words(texts: Texts) -> Cut:
    """The words of texts, in lower case."""
    return _cut(words(series(texts)))


def in_chunks(texts: Texts) -> Cut:
    """What stands between spaces, in lower case."""
    return _cut(series(texts).str.extract_all(CHUNK))


def run_counts(chunks: Cut, known: Vocabulary | None = None) -> tuple[Matrix, Vocabulary]:
    """How often each run of letters is in each text, `(n, n_runs)`, and the runs (those known, or all there are)."""
    distinct = chunks.distinct()
    places: dict[str, int] = {} if known is None else known.places
    of_chunk = [Counter(runs(chunk)) for chunk in distinct.terms]
    if known is None:
        known = Vocabulary(tuple(sorted(set(chain.from_iterable(of_chunk)))))
        places = known.places
    columns, counts, ends = [], [], [0]
    for found in of_chunk:
        for run, count in found.items():
            place = places.get(run)
            if place is not None:
                columns.append(place)
                counts.append(count)
        ends.append(len(columns))
    data = np.array(counts, np.float64), np.array(columns, np.int64), np.array(ends, np.int64)
    runs_of_chunks = scipy.sparse.csr_matrix(data, shape=(len(distinct), len(known)))
    runs_of_chunks.sort_indices()
    found = chunks.counts(distinct) @ runs_of_chunks
    found.sort_indices()
    return found, known


def runs(chunk: str) -> Iterable[str]:
    """The runs of letters of one chunk, with repeats."""
    padded = f" {chunk[:LETTERS_A_CHUNK]} "
    last = len(padded)
    for length in range(SHORTEST, min(LONGEST, last) + 1):
        for start in range(last - length + 1):
            yield padded[start : start + length]


def frequent(counts: Matrix, vocabulary: Vocabulary, *, fewest: int, most: int) -> NDArray[np.int64]:
    """Columns of terms that at least `fewest` texts hold (at least 1, where none does), at most `most`, the frequent
    first; in rising order."""
    texts = np.bincount(counts.indices, minlength=len(vocabulary))
    kept = np.flatnonzero(texts >= fewest)
    if not len(kept):
        kept = np.flatnonzero(texts >= 1)
    if len(kept) > most:
        kept = np.sort(kept[np.argsort(-texts[kept], kind="stable")[:most]])
    return kept


def chosen(vocabulary: Vocabulary, columns: NDArray[np.int64]) -> Vocabulary:
    """The terms of some columns."""
    return Vocabulary(tuple(vocabulary.terms[column] for column in columns.tolist()))


def inverse_document_frequency(counts: Matrix) -> NDArray[np.float64]:
    """`log((1 + n) / (1 + texts that hold the term)) + 1`, `(n_terms,)`, as in scikit-learn's `TfidfTransformer`."""
    texts = np.bincount(counts.indices, minlength=counts.shape[1])
    found: NDArray[np.float64] = np.log((1 + counts.shape[0]) / (1 + texts)) + 1
    return found


def weighed(counts: Matrix, idf: NDArray[np.float64]) -> Matrix:
    """Counts as `(1 + log count) * idf`, each text scaled to length 1."""
    found = counts.copy()
    found.data = (1 + np.log(found.data)) * idf[found.indices]
    lengths = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
    return scipy.sparse.csr_matrix(scipy.sparse.diags(1 / np.where(lengths > 0, lengths, 1.0)) @ found)


def _cut(lists: pl.Series) -> Cut:
    sizes = lists.list.len().to_numpy().astype(np.int64)
    rows = np.repeat(np.arange(len(lists)), sizes)
    return Cut(lists.filter(lists.list.len() > 0).explode(), rows, len(lists))


def _counted(rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]) -> Matrix:
    keys, counts = np.unique(rows * max(shape[1], 1) + columns, return_counts=True)
    ends = np.searchsorted(keys, np.arange(shape[0] + 1) * max(shape[1], 1))
    return scipy.sparse.csr_matrix((counts.astype(np.float64), keys % max(shape[1], 1), ends), shape=shape)

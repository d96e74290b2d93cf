"""Words that are used alike: those that stand among the same other words.

Each word is a row of its associations with the words around it, those to the left and to the right apart; two words are
as alike as the cosine of their rows. An association is the logarithm of its log-likelihood, 0 below chance (Evert,
"Corpora and collocations", 2008): unlike pointwise mutual information it does not follow what was seen once (decision
0073).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from ..core.errors import DataError
from ..core.options import suggest
from ..core.records import Figure
from ..core.views import Record
from .corpus import Corpus, Forms
from .ngrams import pairs

MOST_CONTEXTS = 5_000
"""The most frequent words that serve as surroundings."""
MOST_WORDS = 50_000
"""The most frequent words that are compared."""
SHARED = 5


@dataclass(frozen=True, eq=False)
class Alike(Record):
    """Words used like `word`, the most alike first: `table` has `word`, `count`, `likeness` (0 to 1) and `shared`, the
    words around both that make them alike (`_ a` stands after, `a _` before)."""

    word: str
    count: int
    window: int
    min_count: int
    n_compared: int
    table: pl.DataFrame

    def to_json(self, rows: int | None = None) -> dict[str, Any]:
        note = "cosine over all places of both words in these texts; no range is due"
        return {
            "schema": 1,
            "word": self.word,
            "count": self.count,
            "window": self.window,
            "min_count": self.min_count,
            "n_compared": self.n_compared,
            "words": [
                {
                    "word": row["word"],
                    "count": row["count"],
                    "likeness": Figure(row["likeness"], None, None, row["count"], note).to_json(),
                    "shared": row["shared"].split(", "),
                }
                for row in self.table.head(len(self.table) if rows is None else rows).iter_rows(named=True)
            ],
        }


def alike(
    corpus: Corpus,
    forms: Forms,
    word: str,
    *,
    window: int = 2,
    min_count: int = 10,
    shown_without: frozenset[str] = frozenset(),
) -> Alike:
    """Words that stand among the same words as `word`, of those that occur at least `min_count` times; surroundings are
    the words up to `window` places to the left and right. Words of `shown_without` serve as surroundings alone.

    Raises DataError when `word` is not there, too rare, or no other word shares its surroundings.
    """
    ids = forms.of[corpus.tokens]
    counts = np.bincount(ids[ids >= 0], minlength=len(forms))
    known = forms.names.index_of(word)
    if known is None:
        frequent = forms.names.gather(np.argsort(-counts, kind="stable")[:MOST_WORDS])
        raise DataError(f"{word!r} does not occur in {corpus.name}{suggest(word, frequent)}")
    if counts[known] < min_count:
        raise DataError(f"{word!r} occurs {counts[known]} times; expected {min_count} or more to see how it is used")
    order = np.argsort(-counts, kind="stable")
    around = np.zeros(len(forms) + 1, np.bool_)
    around[order[:MOST_CONTEXTS]] = True
    compared = np.zeros(len(forms) + 1, np.bool_)
    compared[order[:MOST_WORDS]] = True
    compared[:-1] &= (counts >= min_count) & ~forms.names.is_in(sorted(shown_without)).to_numpy()
    compared[known] = True
    ids[ids < 0] = len(forms)
    around[-1] = compared[-1] = False
    distances = range(1, window + 1)
    one, after, n_after = pairs(ids, corpus.starts, distances, compared, around)
    before, two, n_before = pairs(ids, corpus.starts, distances, around, compared)
    row = np.concatenate([one, two]).astype(np.int64)
    column = np.concatenate([after, before + np.int64(len(forms))])
    n = np.concatenate([n_after, n_before]).astype(np.float64)
    return _nearest(forms, counts, known, row, column, n, window, min_count)


def _nearest(
    forms: Forms, counts: Any, known: int, row: Any, column: Any, n: Any, window: int, min_count: int
) -> Alike:
    """The words whose rows point the same way; entries of the matrix are given as row, column, count."""
    expected = np.bincount(row, n)[row] * np.bincount(column, n)[column] / n.sum()
    keep = n > expected
    row, column, n, expected = row[keep], column[keep], n[keep], expected[keep]
    value = np.log1p(2 * (n * np.log(n / expected) - (n - expected)))
    norm = np.sqrt(np.bincount(row, value**2, minlength=len(forms)))
    own = np.zeros(2 * len(forms))
    own[column[row == known]] = value[row == known]
    parts = value * own[column]
    dot = np.bincount(row, parts, minlength=len(forms))
    with np.errstate(divide="ignore", invalid="ignore"):
        likeness = np.where(dot > 0, dot / (norm * norm[known]), 0.0)
    likeness[known] = 0.0
    found = np.flatnonzero(likeness)
    if not len(found):
        raise DataError(f"no other word stands among the same words as {forms.names[known]!r}; expected more text")
    found = found[np.lexsort([found, -counts[found], -np.round(likeness[found], 9)])]
    table = pl.DataFrame(
        {
            "word": forms.names.gather(found),
            "count": counts[found],
            "likeness": np.minimum(1.0, likeness[found]),
            "shared": _shared(forms, found, row, column, parts),
        }
    )
    return Alike(forms.names[known], int(counts[known]), window, min_count, int(np.count_nonzero(norm)) - 1, table)


def _shared(forms: Forms, found: Any, row: Any, column: Any, parts: Any) -> list[str]:
    """For each word found, the surroundings that weigh most."""
    weighty = np.flatnonzero(parts > 0)
    weighty = weighty[np.lexsort([column[weighty], -parts[weighty], row[weighty]])]
    first = np.searchsorted(row[weighty], found)
    last = np.searchsorted(row[weighty], found, side="right")
    names = forms.names
    return [
        ", ".join(
            f"_ {names[int(c)]}" if c < len(forms) else f"{names[int(c) - len(forms)]} _"
            for c in column[weighty[begin : min(end, begin + SHARED)]]
        )
        for begin, end in zip(first, last, strict=True)
    ]

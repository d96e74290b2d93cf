"""Words that stand together more often than by chance: measures of association over counts of sequences.

Each measure gives NLTK's figure for the same words: Manning and Schütze, *Foundations of Statistical NLP*, 1999,
chapter 5; log-likelihood by Dunning (1993); NPMI by Bouma (2009). With a window the count of a pair is divided by the
places that its second word can have (Church and Hanks, 1990). For three and more words chance means that all are
independent. Five words follow the same rule as four.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError
from ..core.records import Figure
from ..core.views import Record
from .corpus import Corpus, Forms
from .ngrams import Counts, count_sequences, texts_with

Floats = NDArray[np.float64]
SMALL = 1e-20
"""Keeps logarithms and divisions finite, as in NLTK."""


@dataclass(frozen=True, eq=False)
class Collocations(Record):
    """Sequences of words, the most strongly associated first.

    `table` has `collocation`, `count`, `texts` (in how many it stands), `word1`, `word2`, ..., and one column a
    measure.
    """

    table: pl.DataFrame
    measure: str
    """The column that it is ordered by."""
    n_words: int
    window: int
    min_count: int
    n_tokens: int
    n_texts: int

    def to_json(self, rows: int | None = None) -> dict[str, Any]:
        note = "of all words of these texts; no range is due"
        return {
            "schema": 1,
            "measure": self.measure,
            "n_words": self.n_words,
            "window": self.window,
            "min_count": self.min_count,
            "n_tokens": self.n_tokens,
            "n_texts": self.n_texts,
            "collocations": [
                {
                    "collocation": row["collocation"],
                    "count": row["count"],
                    "texts": row["texts"],
                    **{name: Figure(row[name], None, None, self.n_tokens, note).to_json() for name in MEASURES},
                }
                for row in self.table.head(len(self.table) if rows is None else rows).iter_rows(named=True)
            ],
        }


def collocations(
    corpus: Corpus,
    forms: Forms,
    *,
    n_words: int = 2,
    window: int | None = None,
    measure: str | None = None,
    min_count: int = 5,
    without: frozenset[str] = frozenset(),
    word: str | None = None,
) -> Collocations:
    """Collocations of `n_words` words (2 to 5) within `window` words (default: side by side) of one text.

    Words without a form and those in `without` keep their places and are counted among all words, but no collocation
    holds them. Those that stand together no more often than chance would put their two halves together, however
    divided, are left out, whatever the measure, and so are those without `word`. `measure` is one of `MEASURES` or
    `count` (default: log-likelihood, of more than two words weakest-link). Raises DataError when none is left.
    """
    window = n_words if window is None else window
    measure = ("log-likelihood" if n_words == 2 else "weakest-link") if measure is None else measure
    tokens = forms.of[corpus.tokens]
    tokens[tokens < 0] = len(forms)
    allowed = np.append(~forms.names.is_in(sorted(without)).to_numpy(), False)
    found = count_sequences(tokens, corpus.starts, n_words, window, allowed=allowed, min_count=min_count)
    keep = found.observed > _chance(found)
    if word is not None:
        keep &= np.any(found.sequences == (forms.names.index_of(word) if word in forms.names else -1), axis=1)
    if not keep.any():
        holding = "" if word is None else f" with {word!r} among them"
        raise DataError(
            f"no {n_words} words{holding} stand together {min_count} times or more, and more often than by chance;"
            " expected more text, or a lower --min-count"
        )
    sequences = found.sequences[keep]
    spelt = [forms.names.gather(sequences[:, place]) for place in range(n_words)]
    table = pl.DataFrame({f"word{place + 1}": words for place, words in enumerate(spelt)})
    table = table.select(
        pl.concat_str(pl.all(), separator=" ").alias("collocation"),
        pl.Series("count", found.parts[tuple(range(n_words))][keep]),
        pl.Series("texts", texts_with(sequences, tokens, corpus.starts, window, len(allowed))),
        *(pl.Series(name, score(found)[keep]).fill_nan(None) for name, score in MEASURES.items()),
        pl.all(),
    )
    table = table.sort([measure, "count", "collocation"], descending=[True, True, False], nulls_last=True)
    n_texts = int(np.count_nonzero(corpus.lengths))
    return Collocations(table, measure, n_words, window, min_count, corpus.n_tokens, n_texts)


def log_likelihood(found: Counts) -> Floats:
    """Dunning's G² over all cells: how surely the words do not meet by chance."""
    g2 = np.zeros(len(found.sequences))
    for seen, expected in _cells(found):
        there = (seen > 0) & (expected > 0)  # at the ends of texts less than nothing can be left for a cell
        g2[there] += seen[there] * np.log(seen[there] / expected[there])
    return 2 * g2


def chi_square(found: Counts) -> Floats:
    """Pearson's chi-square over all cells."""
    if found.sequences.shape[1] == 2:
        return found.total * phi_square(found)
    chi = np.zeros(len(found.sequences))
    for seen, expected in _cells(found):
        chi += (seen - expected) ** 2 / (expected + SMALL)
    return chi


def phi_square(found: Counts) -> Floats:
    """Chi-square by the size of the corpus; of two words it is their squared correlation."""
    if found.sequences.shape[1] > 2:
        return chi_square(found) / found.total
    (both, _), (second, _), (first, _), (neither, _) = _cells(found)
    sides = (both + first) * (both + second) * (first + neither) * (second + neither)
    with np.errstate(divide="ignore", invalid="ignore"):
        phi: Floats = (both * neither - second * first) ** 2 / sides
    return phi


def pmi(found: Counts) -> Floats:
    """Pointwise mutual information in bits: how many times more often than by chance, as a power of two."""
    bits: Floats = np.log2(found.observed / _expected(found))
    return bits


def npmi(found: Counts) -> Floats:
    """PMI by its largest value: 1 for words that never stand apart, 0 for chance."""
    most = (1 - found.sequences.shape[1]) * np.log2(found.observed / found.total)
    with np.errstate(divide="ignore", invalid="ignore"):
        share: Floats = pmi(found) / most
    return share


def student_t(found: Counts) -> Floats:
    """The t score: how far the count lies above chance, in its standard deviations."""
    t: Floats = (found.observed - _expected(found)) / np.sqrt(found.observed)
    return t


def weakest_link(found: Counts) -> Floats:
    """Log-likelihood of the two parts of a sequence at the place where they hold together least; of two words it is
    their log-likelihood. Unlike that of three words it is not large because two of them are a strong pair."""
    whole = tuple(range(found.sequences.shape[1]))
    weakest = np.full(len(found.sequences), np.inf)
    both, total = found.observed, float(found.total)
    for cut in range(1, len(whole)):
        left, right = (np.asarray(found.parts[part], np.float64) for part in (whole[:cut], whole[cut:]))
        cells = (
            (both, left, right),
            (left - both, left, total - right),
            (right - both, total - left, right),
            (total - left - right + both, total - left, total - right),
        )
        g2 = np.zeros(len(both))
        for seen, of_row, of_column in cells:
            there = (seen > 0) & (of_row > 0) & (of_column > 0)
            g2[there] += seen[there] * np.log(seen[there] * total / (of_row * of_column)[there])
        weakest = np.minimum(weakest, np.where(both * total > left * right, 2 * g2, 0.0))
    return weakest


MEASURES: Mapping[str, Callable[[Counts], Floats]] = {
    "log-likelihood": log_likelihood,
    "pmi": pmi,
    "npmi": npmi,
    "t": student_t,
    "chi-square": chi_square,
    "phi-square": phi_square,
    "weakest-link": weakest_link,
}
"""Every measure beside the count itself; each gives `(n,)` figures for the sequences of `Counts`."""


def _chance(found: Counts) -> Floats:
    """The count that chance would give to the two parts that a sequence falls into, for the best place to divide it."""
    whole = tuple(range(found.sequences.shape[1]))
    chances = [found.parts[whole[:cut]] * found.parts[whole[cut:]] for cut in range(1, len(whole))]
    return np.maximum.reduce(chances) / float(found.total)  # type: ignore[no-any-return]


def _expected(found: Counts) -> Floats:
    """The count that chance would give."""
    n_words = found.sequences.shape[1]
    product = np.ones(len(found.sequences))
    for place in range(n_words):
        product *= found.parts[(place,)]
    product /= float(found.total) ** (n_words - 1)
    return product


def _cells(found: Counts) -> Iterator[tuple[Floats, Floats]]:
    """Every cell of the table of `2 ** n_words`: what was seen and what chance would give. Bit `k` of a cell's number
    says that another word stands at place `k`."""
    n_words = found.sequences.shape[1]
    whole = tuple(range(n_words))
    seen: list[Floats] = []
    for cell in range(2**n_words):
        kept = tuple(place for place in whole if not cell >> place & 1)
        count: Any = found.total if not kept else found.observed if kept == whole else found.parts[kept]
        inside = (other for other in range(cell) if other & cell == other)
        seen.append(count - sum(seen[other] for other in inside))
    total = sum(seen)
    for cell, value in enumerate(seen):
        product = np.ones(len(value))
        for place in whole:
            product *= sum(one for other, one in enumerate(seen) if not (other ^ cell) >> place & 1)
        yield value, product / total ** (n_words - 1)

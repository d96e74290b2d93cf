"""Which words stand together how often: sequences of two to five words, also with others between them.

Words are ids. A sequence of `n` words is counted at every first word with every choice of later places within a window;
it never crosses the end of a text. The counts are those of NLTK's finders of collocations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from .corpus import Ids, Places

Pattern = tuple[int, ...]
"""Places within a sequence: `(0, 2)` is the first and the third word with any word between them."""
Usable = NDArray[np.bool_]
LARGEST_KEY = 2**63 - 1
"""With larger ones, texts are counted by the places of sequences in their table, which takes longer."""


@dataclass(frozen=True, eq=False)
class Counts:
    """Sequences with their counts, and the counts of every part of them."""

    sequences: Ids
    """`(n, n_words)`, ordered by their ids."""
    parts: dict[Pattern, Places]
    """For each set of places in a sequence, how often those words stand so far apart, whatever the others are `(n,)`.
    The second and third word, under `(1, 2)`, are counted wherever such a pair occurs. The whole sequence is there
    too."""
    total: int
    """First words times the ways to lay the others into the window; for pairs the first words alone, see `observed`."""
    observed: NDArray[np.float64]
    """The count of each sequence; that of a pair is divided by the places that its second word can have."""


@dataclass(frozen=True, eq=False)
class _Words:
    """Words in their order, and for each how many words of its text come after it."""

    ids: Ids
    room: Ids
    base: int
    """Above every id."""

    def keys(self, at: Pattern, tables: Sequence[Places], usable: Sequence[Usable]) -> tuple[Places, Places]:
        """The places where usable words stand at the distances `at` and every shorter beginning is in its table, and a
        key for each: the place of that beginning in its table, and the last word."""
        where, rank = self.found(at[:-1], tables, usable, at[-1])
        last = self.ids[where + at[-1]]
        keep = usable[len(at) - 1][last]
        keys = rank[keep]
        keys *= self.base
        keys += last[keep]
        return where[keep], keys

    def found(
        self, at: Pattern, tables: Sequence[Places], usable: Sequence[Usable], reach: int
    ) -> tuple[Places, Places]:
        """Places where words at the distances `at` are in the tables and `reach` words follow, and where in the
        last."""
        where = np.flatnonzero(usable[0][self.ids] & (self.room >= reach))
        rank = self.ids[where].astype(np.int64)
        for distance, table, some in zip(at[1:], tables, usable[1:], strict=False):
            word = self.ids[where + distance]
            keep = some[word]
            where, keys = where[keep], rank[keep] * self.base + word[keep]
            rank = np.searchsorted(table, keys)
            rank[rank == len(table)] = 0
            hit = table[rank] == keys if len(table) else np.zeros(len(keys), np.bool_)
            where, rank = where[hit], rank[hit]
        return where, rank


def count_sequences(
    tokens: Ids, starts: Places, n_words: int, window: int, *, allowed: Usable, min_count: int = 1
) -> Counts:
    """Count sequences of `n_words` (2 to 5) within `window` words whose words are all `allowed` `(n_forms,)`.

    `tokens` `(n_tokens,)` are ids of forms. A form that is not allowed keeps its place between the others, and counts
    among all words. `min_count` is the floor of a sequence's count.
    """
    words = _Words(tokens, _room(starts), len(allowed))
    singles = np.bincount(tokens, minlength=len(allowed)).astype(np.int64)
    ways = comb(window - 1, n_words - 1)
    usable = (allowed & (singles * ways >= min_count),) * n_words
    tables: list[Places] = []
    counts = np.empty(0, np.int64)
    for size in range(2, n_words + 1):  # a sequence is no more frequent than its beginning
        keys, counts = _tally(
            (words.keys(at, tables, usable)[1], n) for at, n in _laid(tuple(range(size)), window, n_words)
        )
        keep = counts >= min_count
        counts = counts[keep]
        tables.append(keys[keep])
    sequences = _spelt(tables, words.base)
    whole = tuple(range(n_words))
    parts = {whole: counts}
    for places in (some for size in range(1, n_words) for some in combinations(whole, size)):
        if len(places) == 1:
            parts[places] = singles[sequences[:, places[0]]] * (ways if n_words > 2 else 1)
    shapes: dict[Pattern, list[Pattern]] = {}
    for places in (some for size in range(2, n_words) for some in combinations(whole, size)):
        shapes.setdefault(tuple(place - places[0] for place in places), []).append(places)
    for shape, same in shapes.items():
        asked = np.concatenate([sequences[:, places] for places in same])
        answer = _count_asked(words, asked, shape, window, n_words)
        parts |= dict(zip(same, np.split(answer, len(same)), strict=True))
    if n_words == 2:
        return Counts(sequences, parts, len(tokens), counts / (window - 1))
    return Counts(sequences, parts, len(tokens) * ways, counts.astype(np.float64))


def pairs(
    ids: Ids, starts: Places, distances: Sequence[int], firsts: Usable, seconds: Usable
) -> tuple[Ids, Ids, Places]:
    """Pairs of a first and a second word that follows it at any of the distances: both ids, and the count of each."""
    words = _Words(ids, _room(starts), len(firsts))
    keys, counts = _tally((words.keys((0, distance), (), (firsts, seconds))[1], 1) for distance in distances)
    first, second = np.divmod(keys, words.base)
    return first.astype(np.int32), second.astype(np.int32), counts


def texts_with(sequences: Ids, tokens: Ids, starts: Places, window: int, n_forms: int) -> Places:
    """In how many texts each sequence stands `(n,)`, counted as `count_sequences` counts."""
    words = _Words(tokens, _room(starts), n_forms)
    tables, usable, rank = _tables(sequences, words.base)
    n_texts = len(starts) - 1
    text_of = np.repeat(np.arange(n_texts), np.diff(starts))
    beginnings = len(tables[-2]) if len(tables) > 1 else n_forms
    large = beginnings * n_forms * n_texts > LARGEST_KEY
    seen = []
    for at, _ in _laid(tuple(range(sequences.shape[1])), window, sequences.shape[1]):
        where, keys = words.found(at, tables, usable, at[-1]) if large else words.keys(at, tables[:-1], usable)
        keys *= n_texts
        keys += text_of[where]
        seen.append(_tally([(keys, 1)])[0])
    together = seen[0] if len(seen) == 1 else _tally([(some, 1) for some in seen])[0]
    found, counts = _tally([(together // n_texts, 1)])
    own = np.arange(len(tables[-1])) if large else tables[-1]
    return counts[np.searchsorted(found, own)][rank]


def _count_asked(words: _Words, asked: Ids, shape: Pattern, window: int, n_words: int) -> Places:
    """How often each of the sequences `asked` `(n, len(shape))` stands in the text in that shape `(n,)`."""
    tables, usable, rank = _tables(asked, words.base)
    counts = np.zeros(len(tables[-1]), np.int64)
    for at, ways in _laid(shape, window, n_words):
        counts += ways * np.bincount(words.found(at, tables, usable, at[-1])[1], minlength=len(counts))
    return counts[rank]


def _tables(sequences: Ids, base: int) -> tuple[list[Places], list[Usable], Places]:
    """The tables of some sequences `(n, size)`, the words at each place of them, and each one's place in the last
    table."""
    tables, usable = [], []
    rank = sequences[:, 0].astype(np.int64)
    for place in range(sequences.shape[1]):
        some = np.zeros(base, np.bool_)
        some[sequences[:, place]] = True
        usable.append(some)
        if place:
            table, rank = np.unique(rank * base + sequences[:, place], return_inverse=True)
            tables.append(table)
    return tables, usable, rank


def _spelt(tables: Sequence[Places], base: int) -> Ids:
    """The words of every sequence in the last table `(n, len(tables) + 1)`."""
    columns = []
    rank = np.arange(len(tables[-1]))
    for table in reversed(tables):
        rank, last = np.divmod(table[rank], base)
        columns.append(last)
    return np.stack([rank, *reversed(columns)], axis=1).astype(np.int32)


def _laid(shape: Pattern, window: int, n_words: int) -> Iterator[tuple[Pattern, int]]:
    """Every way to lay some places of a sequence into a window: their distances from the first, and in how many ways
    the places that are left out can be laid between and after them."""
    for distances in combinations(range(1, window), len(shape) - 1):
        at = (0, *distances)
        ways = comb(window - 1 - at[-1], n_words - 1 - shape[-1])
        for here in range(len(at) - 1):
            ways *= comb(at[here + 1] - at[here] - 1, shape[here + 1] - shape[here] - 1)
        if ways:
            yield at, ways


def _tally(found: Iterable[tuple[Places, int]]) -> tuple[Places, Places]:
    """Distinct keys in their order, and their counts: each key counts as often as is said beside its array."""
    by_ways: dict[int, list[Places]] = {}
    for keys, ways in found:
        by_ways.setdefault(ways, []).append(keys)
    counted = []
    for ways, some in by_ways.items():
        keys = some[0] if len(some) == 1 else np.concatenate(some)
        keys.sort()
        new = np.flatnonzero(np.concatenate([np.ones(min(1, len(keys)), np.bool_), keys[1:] != keys[:-1]]))
        counted.append((keys[new], np.diff(np.append(new, len(keys))) * ways))
    if len(counted) == 1:
        return counted[0]
    keys, place = np.unique(np.concatenate([keys for keys, _ in counted]), return_inverse=True)
    weights = np.concatenate([counts for _, counts in counted])
    return keys, np.rint(np.bincount(place, weights, minlength=len(keys))).astype(np.int64)


def _room(starts: Places) -> Ids:
    """For each place how many words of its text come after it."""
    return (np.repeat(starts[1:], np.diff(starts)) - np.arange(starts[-1]) - 1).astype(np.int32)

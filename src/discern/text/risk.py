"""What may still single out a text after redaction: the kept words that it alone has, or has together.

Groups of texts with the same words are those of k-anonymity (Sweeney, 2002), with the set of kept words as the
quasi-identifier; the pairs follow the attacker who knows two details of a case (Narayanan and Shmatikov, 2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from ..core.records import Figure
from ..core.views import Record

COMPLETE = "counted over all notes, so there is no interval"
BLOCK = 512
"""Words whose pairs with all others are counted at a time."""
CAUSES = 10
FLOORS = (5, 10, 20, 50, 100, 200, 500)
"""Numbers of notes below which words are thought away, to see what stricter lists would bring."""
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Cause(Record):
    """A word that singles texts out, and what is left when it and those before it are hidden too."""

    word: str
    n_texts: int
    """Texts that hold it."""
    left: Figure
    """Share of texts still singled out by a pair."""


@dataclass(frozen=True)
class Floor(Record):
    """What a list with only words of more than `k` texts would come to."""

    k: int
    n_words: int
    kept: Figure
    """Share of all words kept."""
    pairs: Figure
    """Share of texts singled out by a pair."""


@dataclass(frozen=True)
class Risk(Record):
    """How far kept words still tell texts apart."""

    n_texts: int
    unique_texts: Figure
    """Share of redacted texts that no other equals, letter by letter."""
    unique_sets: Figure
    """Share of texts whose set of kept words no other text has."""
    pairs: Figure
    """Share of texts that hold two kept words which no other text holds together."""
    words: Figure
    """Share of texts that hold a kept word which no other text holds."""
    smallest_group: int | None
    """Texts in the smallest group with the same set of kept words; None without texts."""
    n_empty: int
    """Texts without a kept word."""
    causes: tuple[Cause, ...]
    floors: tuple[Floor, ...]
    rare_words: int
    """Kept words that at most `k` texts hold."""
    k: int

    def to_json(self) -> dict[str, Any]:
        return {
            "texts": self.n_texts,
            "unique_texts": self.unique_texts.to_json(),
            "unique_sets": self.unique_sets.to_json(),
            "pairs": self.pairs.to_json(),
            "words": self.words.to_json(),
            "smallest_group": self.smallest_group,
            "texts_without_kept_words": self.n_empty,
            "kept_words_in_few_texts": {"k": self.k, "words": self.rare_words},
            "causes": [{"word": one.word, "texts": one.n_texts, "left": one.left.to_json()} for one in self.causes],
            "stricter": [
                {"k": one.k, "words": one.n_words, "kept": one.kept.to_json(), "pairs": one.pairs.to_json()}
                for one in self.floors
            ],
        }


def remaining_risk(
    rows: NDArray[np.integer[Any]],
    codes: NDArray[np.uint32],
    vocabulary: list[str],
    hashes: NDArray[np.uint64],
    *,
    n_words: int,
    k: int = 5,
) -> Risk:
    """The risk of n redacted texts.

    `rows` and `codes`, `(n_kept,)`: the text of each kept word and its place in `vocabulary`; `hashes`, `(n,)`: one
    number for each redacted text; `n_words`: words that there were, hidden ones too. Nothing is estimated: every text
    is compared with all others.
    """
    n = len(hashes)
    uses = np.bincount(codes, minlength=len(vocabulary)).astype(np.int64)
    there = _matrix(rows, codes, (n, len(vocabulary)))
    texts = np.bincount(there.indices, minlength=len(vocabulary)).astype(np.int64)
    groups = np.unique(_set_hashes(there), return_counts=True)[1]
    alone, first, second = single_pairs(there)
    return Risk(
        n_texts=n,
        unique_texts=_share(int((np.unique(hashes, return_counts=True)[1] == 1).sum()), n),
        unique_sets=_share(int((groups == 1).sum()), n),
        pairs=_share(len(np.unique(alone)), n),
        words=_share(len(np.unique(there.tocsc()[:, texts == 1].indices)), n),
        smallest_group=int(groups.min()) if n else None,
        n_empty=int((np.diff(there.indptr) == 0).sum()),
        causes=_causes(alone, first, second, texts, vocabulary, n),
        floors=_floors(alone, np.minimum(texts[first], texts[second]), texts, uses, n, n_words),
        rare_words=int(((texts > 0) & (texts <= k)).sum()),
        k=k,
    )


def single_pairs(there: csr_matrix) -> tuple[Ints, Ints, Ints]:
    """The pairs of words that exactly one text holds together: the text, and the two words (the first one smaller).

    `there`, `(n_texts, n_words)`: which text holds which word. One product of the matrix with itself counts all pairs;
    its entries carry the number of the text as well, which can be read where the count is 1.
    """
    n, m = there.shape
    base = 1 << max(int(n).bit_length(), 1)
    numbers = np.repeat(np.arange(base, base + n, dtype=np.int64), np.diff(there.indptr))
    flipped = there.T.tocsr()
    columns = csr_matrix((numbers, there.indices, there.indptr), shape=there.shape).tocsc()
    found: list[tuple[Ints, Ints, Ints]] = []
    for start in range(0, m, BLOCK):
        pairs = (flipped[: start + BLOCK] @ columns[:, start : start + BLOCK]).tocoo()
        single = (pairs.data < 2 * base) & (pairs.row < pairs.col + start)
        found.append((pairs.data[single] - base, pairs.row[single].astype(np.int64), pairs.col[single] + start))
    if not found:
        return tuple(np.zeros(0, np.int64) for _ in range(3))  # type: ignore[return-value]
    texts, first, second = (np.concatenate(parts).astype(np.int64) for parts in zip(*found, strict=True))
    return texts, first, second


def _matrix(rows: NDArray[np.integer[Any]], codes: NDArray[np.uint32], shape: tuple[int, int]) -> csr_matrix:
    there = csr_matrix((np.ones(len(rows), np.int8), (rows, codes.astype(np.int32))), shape=shape)
    there.sum_duplicates()
    there.data[:] = 1
    return there


def _set_hashes(there: csr_matrix) -> NDArray[np.uint64]:
    """A number for the set of words of each text, `(n,)`: the sum of a random one for each word, from a fixed seed."""
    of_word = np.random.default_rng(0).integers(0, 2**63, there.shape[1], dtype=np.uint64)
    running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(of_word[there.indices], dtype=np.uint64)])
    found: NDArray[np.uint64] = running[there.indptr[1:]] - running[there.indptr[:-1]]
    return found


def _causes(alone: Ints, first: Ints, second: Ints, texts: Ints, vocabulary: list[str], n: int) -> tuple[Cause, ...]:
    """The words to hide one after another; each time the one that bears most of what singles texts out.

    A pair counts for the less the more other pairs single out the same text.
    """
    causes: list[Cause] = []
    while len(alone) and len(causes) < CAUSES:
        weight = 1 / np.bincount(alone, minlength=n)[alone]
        m = len(vocabulary)
        score = np.bincount(first, weight, m) + np.bincount(second, weight, m)
        worst = int(np.argmax(score))
        stays = (first != worst) & (second != worst)
        alone, first, second = alone[stays], first[stays], second[stays]
        causes.append(Cause(vocabulary[worst], int(texts[worst]), _share(len(np.unique(alone)), n)))
    return tuple(causes)


def _floors(alone: Ints, rarer: Ints, texts: Ints, uses: Ints, n: int, n_words: int) -> tuple[Floor, ...]:
    """What would be left with only words of more than so many texts, as long as any word is left."""
    found = []
    for floor in FLOORS:
        stays = texts > floor
        if not stays.any():
            break
        kept = Figure(int(uses[stays].sum()) / max(n_words, 1), None, None, n_words, COMPLETE)
        found.append(Floor(floor, int(stays.sum()), kept, _share(len(np.unique(alone[rarer > floor])), n)))
    return tuple(found)


def _share(count: int, n: int) -> Figure:
    return Figure(count / n if n else None, None, None, n, COMPLETE if n else "there are no notes")

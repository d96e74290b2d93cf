"""Texts that are the same, and texts that are almost the same: one message in a few variants.

Two texts are copies when `plain` makes the same of them, and near-copies when at least half of their word pairs (two
words in a row) are common to both: the Jaccard similarity of the sets (A. Broder, "On the resemblance and containment
of documents", 1997). Pairs are found without comparing all with all: two sets that are similar enough share one of
their rarest word pairs (prefix filter: S. Chaudhuri et al., "A primitive operator for similarity joins in data
cleaning", ICDE 2006; with the position filter of C. Xiao et al., "Efficient similarity joins for near-duplicate
detection", WWW 2008). Every pair that is given was compared word pair by word pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Keys = NDArray[np.uint64]

LEAST = 0.5
"""Jaccard similarity of word pairs from which two texts are near-copies."""
FEWEST_WORDS = 5
"""Texts with fewer words are copies or nothing: *ok thank you* is no variant of *thank you*."""
WINDOW = 64
"""With how many of the texts that share a word pair, and are next to it by size, a text is compared at most. More share
it in a template alone, whose texts are connected by their neighbours."""
AT_ONCE = 100_000
"""Texts that are cut into words at a time."""
KEYS = 2**22
"""Word pairs of the pairs of texts that are compared at a time; one pair at least."""
COUNTERS = 22
"""Bits of the hash, at most, by which word pairs are counted: for their order alone, which may be any."""

_ONE = r"\p{Han}|\p{Hiragana}|\p{Katakana}|\p{Thai}|\p{Lao}|\p{Khmer}|\p{Myanmar}"
WORD = rf"{_ONE}|\p{{Extended_Pictographic}}|[[\p{{L}}\p{{M}}\p{{N}}]--[{_ONE.replace('|', '')}]]+"
"""A run of letters and digits; a letter of a script without spaces, and an emoji, are words of their own."""
_PASSED_ON = r"^\s*(?:(?:rt|mt)\b:?\s*@\w+\s*:?\s*|(?:rt|fwd?|fw)\s*:\s*)+"
_LINKS = r"(?:\s*(?:https?://|www\.)\S+)+\s*$"


@dataclass(frozen=True, eq=False)
class NearPairs:
    """Pairs of texts that are almost the same, `first < second`, in the order of both; copies are not among them."""

    first: Rows
    """`(m,)`: the row of one, which is the first of its copies."""
    second: Rows
    """`(m,)`: the row of the other, which is the first of its copies."""
    similarity: NDArray[np.float64]
    """`(m,)`: the share of the word pairs of either text that both have."""


def plain(texts: pl.Series) -> pl.Series:
    """What is compared of each text: its words in lower case, without what only shows that it was passed on.

    Case, spaces, punctuation, `RT @name:`, `Fwd:` and links at the end make no difference; apostrophes vanish. A text
    without words is its signs, without spaces.
    """
    lower = texts.str.normalize("NFKC").str.to_lowercase().str.replace_all("['\u2018\u2019\u02bc]", "")
    words = _cut(lower).list.join(" ")
    whole = lower.str.replace_all(r"\s+", "")
    return words.zip_with(words != "", whole).alias("plain")


def _cut(lower: pl.Series) -> pl.Series:
    return lower.str.replace(_PASSED_ON, "").str.replace(_LINKS, "").str.extract_all(WORD)


def copies(texts: pl.Series) -> Rows:
    """A number for each text, `(n,)`: the row of the first text that is the same (see `plain`)."""
    rows = np.arange(len(texts))
    if not len(texts):
        return rows
    same = pl.concat([plain(texts.slice(start, AT_ONCE)) for start in range(0, len(texts), AT_ONCE)])
    frame = pl.DataFrame({"text": same, "row": rows})
    return frame.select(pl.col("row").first().over("text"))["row"].to_numpy().astype(np.int64)


def near_pairs(texts: pl.Series, *, least: float = LEAST, first: Rows | None = None) -> NearPairs:
    """Pairs of near-copies among different texts, `(n,)` strings without nulls.

    `first` is what `copies` gave, where it is known. Texts of fewer than five words are in no pair. Of texts made from
    one template, of which more than 64 share even their rarest word pairs, only neighbours are compared.
    """
    rows = np.unique(copies(texts) if first is None else first)
    keys, starts, n_words = _word_pairs(texts.gather(rows))
    keys, starts = _sets(_by_rarity(keys), starts, n_words >= FEWEST_WORDS)
    a, b = _nominated(keys, starts, least)
    similarity = _jaccard(keys, starts, a, b)
    sure = similarity >= least
    return NearPairs(rows[a[sure]], rows[b[sure]], similarity[sure])


def _word_pairs(texts: pl.Series) -> tuple[Keys, Rows, Rows]:
    """Hashes of the word pairs of all texts, where those of each text begin `(n + 1,)`, and its number of words."""
    hashes, counts = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for start in range(0, len(texts), AT_ONCE):
        words = plain(texts.slice(start, AT_ONCE)).str.split(" ")
        n_words = words.list.len().to_numpy().astype(np.int64)
        hashed = words.explode().hash().to_numpy()
        # the hash of a pair stands where its first word stands; the last word of a text begins none
        pairs = hashed[:-1] * np.uint64(0x9E3779B97F4A7C15) ^ (hashed[1:] << np.uint64(1))
        keep = np.ones(len(hashed), bool)
        keep[np.cumsum(n_words) - 1] = False
        hashes.append(_mixed(pairs[keep[:-1]]))
        counts.append(n_words)
    n_words = np.concatenate(counts)
    return np.concatenate(hashes), np.append(0, np.cumsum(np.maximum(n_words - 1, 0))), n_words


def _mixed(keys: Keys) -> Keys:
    """Every bit of the result hangs on every bit of the keys (the end of MurmurHash3)."""
    half = np.uint64(33)
    keys = (keys ^ (keys >> half)) * np.uint64(0xFF51AFD7ED558CCD)
    keys ^= keys >> half
    return keys


def _by_rarity(keys: Keys) -> Keys:
    """The keys with the logarithm of how often they occur as their first byte: in their order the rarest come first."""
    bits = min(COUNTERS, len(keys).bit_length() + 1)
    place = (keys >> np.uint64(64 - bits)).astype(np.int64)
    often = np.bincount(place, minlength=1)
    rank = np.minimum(8 * np.log2(np.maximum(often, 1)), 255).astype(np.uint64) << np.uint64(56)
    ordered: Keys = rank[place] | (keys >> np.uint64(8))
    return ordered


def _sets(keys: Keys, starts: Rows, wanted: NDArray[np.bool_]) -> tuple[Keys, Rows]:
    """The keys of each row sorted, each once; none for rows that are not wanted."""
    sizes = np.diff(starts)
    keep = np.repeat(wanted, sizes)
    for size in np.unique(sizes[wanted & (sizes > 1)]).tolist():
        rows = np.flatnonzero(wanted & (sizes == size))
        for part in np.array_split(rows, max(1, len(rows) * size // 2**22)):
            where = starts[part, None] + np.arange(size)
            of = np.sort(keys[where], axis=1)
            keys[where] = of
            keep[where[:, 1:]] = of[:, 1:] != of[:, :-1]
    kept = np.append(0, np.cumsum(keep))
    return keys[keep], kept[starts]


def _nominated(keys: Keys, starts: Rows, least: float) -> tuple[Rows, Rows]:
    """Pairs of rows that share one of their rarest keys and may, by their sizes and its place, be similar enough."""
    sizes = np.diff(starts)
    prefix = np.where(sizes > 0, sizes - np.ceil(least * sizes - 1e-9).astype(np.int64) + 1, 0)
    n = len(sizes)
    ends = np.append(0, np.cumsum(prefix))
    row = np.repeat(np.arange(n), prefix)
    place = np.arange(ends[-1]) - ends[row]
    key = keys[starts[row] + place]
    order = np.argsort(key, kind="stable")
    key, row, place = key[order], row[order].astype(np.int32), place[order].astype(np.int32)
    new = np.append(True, key[1:] != key[:-1]) if len(key) else np.zeros(0, bool)
    run = np.cumsum(new) - 1
    shared = np.bincount(run)[run] > 1 if len(run) else new
    row, place, run = row[shared], place[shared], run[shared].astype(np.int32)
    order = np.lexsort((keys[starts[row]], sizes[row], run))
    row, place = row[order], place[order]
    bits = _bitmaps(keys, starts)
    found = [np.zeros(0, np.int64)]
    at = np.arange(len(run))
    for step in range(1, WINDOW + 1):
        at = at[at + step < len(run)]
        at = at[run[at] == run[at + step]]
        if not len(at):
            break
        a, b = row[at], row[at + step]
        small, large = sizes[a], sizes[b]
        needed = least / (1 + least) * (small + large) - 1e-9
        left = np.minimum(small - place[at], large - place[at + step])
        good = (small >= least * large - 1e-9) & (left >= needed)
        a, b, needed, both = a[good], b[good], needed[good], (small + large)[good]
        apart = np.bitwise_count(bits[a] ^ bits[b])
        good = apart <= both - 2 * needed
        a, b = a[good].astype(np.int64), b[good].astype(np.int64)
        found.append(np.unique(np.minimum(a, b) * n + np.maximum(a, b)))
    pairs = np.unique(np.concatenate(found))
    return pairs // max(n, 1), pairs % max(n, 1)


def _bitmaps(keys: Keys, starts: Rows) -> Keys:
    """64 bits of each row, of which each key sets one: rows differ in at least as many keys as bits."""
    bits = np.zeros(len(starts) - 1, np.uint64)
    some = np.flatnonzero(np.diff(starts))
    if len(some):
        bits[some] = np.bitwise_or.reduceat(np.uint64(1) << (keys & np.uint64(63)), starts[some])
    return bits


def _jaccard(keys: Keys, starts: Rows, a: Rows, b: Rows) -> NDArray[np.float64]:
    """The share of the keys of either row that both have, for pairs of rows `(m,)`."""
    sizes = np.diff(starts)
    similarity = np.zeros(len(a))
    upto = np.append(0, np.cumsum(sizes[a] + sizes[b]))
    begin = 0
    while begin < len(a):
        last = int(np.searchsorted(upto, upto[begin] + KEYS, side="right")) - 1
        here = slice(begin, max(last, begin + 1))
        begin, one, other = here.stop, a[here], b[here]
        total = sizes[one] + sizes[other]
        common = np.zeros(len(one), np.int64)
        sides = np.stack([one, other], axis=1).ravel()
        ends = np.append(0, np.cumsum(sizes[sides]))
        where = np.arange(ends[-1]) + np.repeat(starts[sides] - ends[:-1], sizes[sides])
        both, begins = keys[where], ends[::2]
        for size in np.unique(total).tolist():
            rows = np.flatnonzero(total == size)
            of = np.sort(both[begins[rows, None] + np.arange(size)], axis=1)
            common[rows] = np.count_nonzero(of[:, 1:] == of[:, :-1], axis=1)
        similarity[here] = common / np.maximum(total - common, 1)
    return similarity

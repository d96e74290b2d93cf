"""Texts cut for hiding: into written forms, words and what stands between, so that nothing falls outside the pieces.

Coarser than `split.words` on purpose: whatever is neither a space nor plain punctuation belongs to a word, also what
cannot be seen (zero width, soft hyphens, control characters), so no part of a word can pass for another word.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .patterns import ANY, type_of

_FIRST_OF_FORMS = r"+£$€¥￡＄"
"""Punctuation that a written form may begin with: a piece of its own, so that the form is seen."""
_MARKS = r"!\x22%&'()*,\-./:;<=>?\[\\\]\^`{|}~‘’“”„‚‹›«»–—―‐‑…·•¡¿§°"
_EMOJI = r"\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}"
_LETTERS = rf"[^\s{_MARKS}{_FIRST_OF_FORMS}{_EMOJI}]+"
WORD = rf"{_LETTERS}(?:['’\-‐‑]{_LETTERS})*|[{_EMOJI}][{_EMOJI}\u200d\ufe0f]*"
BETWEEN = rf"[\s{_MARKS}]+|[{_FIRST_OF_FORMS}]"
PIECE = f"{ANY}|{WORD}|{BETWEEN}"
"""Every character of a text belongs to exactly one match of it."""

_ENDS_SENTENCE = r"[.!?:\n\r\x22“”•*|]"
BETWEEN_WORDS = "between"
PLAIN = "word"
MARKS_BETWEEN = 3
"""So many pieces that are no words are looked back over for the word before."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """Texts as pieces in their order: piece `i` is row `codes[i]` of `distinct` and belongs to text `rows[i]`."""

    codes: NDArray[np.uint32]
    rows: NDArray[np.int64]
    distinct: pl.DataFrame
    """`piece`; `kind`: `between`, `word` or the type of a form; `key`: a word as it is looked up, else null; `title`:
    Written Like This; `upper`: LIKE THIS; `small`: like this; `ends`: what may end a sentence."""
    n: int
    """Texts."""

    def are(self, column: str) -> NDArray[np.bool_]:
        """A true-or-false column of `distinct`, for every piece."""
        found: NDArray[np.bool_] = self.distinct[column].to_numpy()[self.codes]
        return found

    @property
    def is_word(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = (self.distinct["kind"] == PLAIN).to_numpy()[self.codes]
        return found

    @property
    def is_between(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = (self.distinct["kind"] == BETWEEN_WORDS).to_numpy()[self.codes]
        return found

    def inside(self, at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the pieces `at` stand inside a sentence: after a word, with no mark between that may end one."""
        found = np.zeros(len(at), dtype=bool)
        going = np.ones(len(at), dtype=bool)
        ends = self.distinct["ends"].to_numpy()
        between = (self.distinct["kind"] == BETWEEN_WORDS).to_numpy()
        for back in range(1, MARKS_BETWEEN + 2):
            before = np.maximum(at - back, 0)
            codes = self.codes[before]
            going &= (at >= back) & (self.rows[before] == self.rows[at]) & ~ends[codes]
            found |= going & ~between[codes]
            going &= between[codes]
        return found


def cut(texts: pl.Series) -> Pieces:
    """Cut texts, `(n,)` strings. A missing text has no pieces."""
    lists = texts.str.extract_all(PIECE)
    sizes = lists.list.len().fill_null(0).to_numpy().astype(np.int64)
    flat = lists.filter(pl.Series(sizes > 0)).explode().cast(pl.String)
    names = flat.unique().sort()
    codes = flat.cast(pl.Enum(names)).to_physical().to_numpy()
    return Pieces(codes, np.repeat(np.arange(len(texts)), sizes), _described(names), len(texts))


def key_of(words: pl.Expr) -> pl.Expr:
    """Words as they are looked up: lower case, composed letters (NFC), one form of the apostrophe."""
    return words.str.normalize("NFC").str.to_lowercase().str.normalize("NFC").str.replace_all("’", "'", literal=True)


def _described(names: pl.Series) -> pl.DataFrame:
    between = pl.col("piece").str.contains(f"^(?:{BETWEEN})$")

    def word_like(pattern: str) -> pl.Expr:
        return (pl.col("kind") == PLAIN) & pl.col("piece").str.contains(pattern)

    kind = pl.when(between).then(pl.lit(BETWEEN_WORDS)).otherwise(type_of(pl.col("piece")).fill_null(PLAIN))
    return (
        pl.DataFrame({"piece": names})
        .with_columns(kind=kind)
        .with_columns(
            key=pl.when(pl.col("kind") == PLAIN).then(key_of(pl.col("piece"))),
            title=word_like(r"^[#@]?\p{Lu}.*\p{Ll}"),
            upper=word_like(r"^[#@]?\p{Lu}[^\p{Ll}]*\p{Lu}[^\p{Ll}]*$"),
            small=word_like(r"^[#@]?\p{Ll}"),
            ends=(pl.col("kind") == BETWEEN_WORDS) & pl.col("piece").str.contains(_ENDS_SENTENCE),
        )
    )

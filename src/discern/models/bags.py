"""Texts as numbered words: which words of a collection a topic model learns from, and texts in terms of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.views import Record
from ..text.stems import lemma

LETTERS = r"\p{L}.*\p{L}|[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
"""What a word needs: two letters, or one of a script without spaces. Numbers, signs, single letters say little."""
ADDRESS = r"@|://|^www\."
"""What is no word of a topic: names of people's accounts, addresses."""
POSSESSIVE = r"['’]s$"
FLOORS = ((1000, 5), (50, 2))
"""From so many texts on, a word must stand in so many of them."""
FEW = 50
"""With fewer texts than this no word is too frequent."""


@dataclass(frozen=True)
class Preparation(Record):
    """Which words count. Words are lower case, without the possessive *'s*."""

    stop_words: tuple[str, ...] = ()
    """Left out; in alphabetical order."""
    floor: int | None = None
    """A word counts when it stands in at least so many texts; None: 1, 2 or 5, by the number of texts."""
    ceiling: float = 0.5
    """A word counts when it stands in at most this share of the texts."""

    lemmas: str = ""
    """The language whose dictionary makes one of *company*, *companies*; empty for words as they stand."""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "stop_words": list(self.stop_words)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Preparation:
        return cls(**{**record, "stop_words": tuple(record["stop_words"])})


@dataclass(frozen=True)
class Bag(Record):
    """Texts as word numbers, one text after the other, in the order of the words."""

    vocabulary: tuple[str, ...]
    ids: NDArray[np.int32]
    """`(n_words,)`: places in the vocabulary."""
    offsets: NDArray[np.int64]
    """`(n_texts + 1,)`: where each text begins; a text may be empty."""

    @property
    def n_texts(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """`(n_texts,)`: words of each text that count."""
        return np.diff(self.offsets)

    @property
    def owners(self) -> NDArray[np.int64]:
        """`(n_words,)`: the text that each word stands in."""
        return np.repeat(np.arange(self.n_texts), self.lengths)

    def take(self, texts: Sequence[int] | NDArray[np.int64]) -> Bag:
        """These texts, in this order; one may be taken more than once."""
        rows = np.asarray(texts, dtype=np.int64)
        lengths = self.lengths[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        inner = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
        return Bag(self.vocabulary, self.ids[np.repeat(self.offsets[rows], lengths) + inner], offsets)

    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """`(text, word, times)` of each different word of each text, ordered by text and word."""
        size = max(1, len(self.vocabulary))
        keys, times = np.unique(self.owners * size + self.ids, return_counts=True)
        return keys // size, keys % size, times.astype(np.float64)


def folded(words: pl.Series, how: Preparation) -> pl.DataFrame:
    """Columns `text` (number) and `word` (as it counts) of the words of `words`, a series of lists, in their order.

    Raises OptionError for a language without lemmas.
    """
    frame = pl.DataFrame({"text": pl.int_range(len(words), eager=True, dtype=pl.UInt32), "word": words})
    word = pl.col("word")
    as_counted = word.str.to_lowercase().str.replace(POSSESSIVE, "").str.strip_chars_start("#")
    frame = frame.explode("word").drop_nulls().with_columns(as_counted)
    frame = frame.filter(word.str.contains(LETTERS) & ~word.str.contains(ADDRESS))
    if how.stop_words:
        frame = frame.join(pl.DataFrame({"word": how.stop_words}), on="word", how="anti", maintain_order="left")
    return frame.with_columns(lemma(frame["word"], how.lemmas).alias("word")) if how.lemmas else frame


def prepare(words: pl.Series, how: Preparation) -> Bag:
    """The vocabulary of a collection and its texts in terms of it. `words`: a list of words a text."""
    n_texts = len(words)
    frame = folded(words, how)
    floor = how.floor or next((least for texts, least in FLOORS if n_texts >= texts), 1)
    most = how.ceiling * n_texts if n_texts >= FEW else n_texts
    spread = frame.group_by("word").agg(pl.col("text").n_unique())
    kept = spread.filter(pl.col("text").is_between(floor, most))["word"].sort()
    return _numbered(frame, tuple(kept.to_list()), n_texts)


def encode(words: pl.Series, vocabulary: Sequence[str], how: Preparation) -> Bag:
    """Other texts in terms of a vocabulary that was prepared in this way; words it lacks are left out."""
    return _numbered(folded(words, how), tuple(vocabulary), len(words))


def _numbered(frame: pl.DataFrame, vocabulary: tuple[str, ...], n_texts: int) -> Bag:
    """Raises nothing: without a vocabulary all texts are empty."""
    table = pl.DataFrame(
        {
            "word": pl.Series(vocabulary, dtype=pl.String),
            "id": pl.int_range(len(vocabulary), dtype=pl.Int32, eager=True),
        }
    )
    frame = frame.join(table, on="word", how="inner", maintain_order="left")
    lengths = np.bincount(frame["text"].to_numpy(), minlength=n_texts)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Bag(vocabulary, frame["id"].to_numpy().astype(np.int32), offsets)

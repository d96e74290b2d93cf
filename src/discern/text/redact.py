"""Hides every word of a text that is not on a list of words known to be safe.

What is unknown is hidden: the list says what stays, so nothing has to be recognised as a name for it to go. What is
written is made of the list, the marks, spaces and plain punctuation alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.views import Record
from .names import is_name
from .patterns import TYPES
from .pieces import BETWEEN_WORDS, PLAIN, Pieces, cut, key_of

NAME, NUMBER, OTHER = "NAME", "NUMBER", "WORD"
BY_TYPE = "types"
MARKS = (*TYPES, NAME, NUMBER, OTHER)
"""The types that stand in place of what was hidden, each in square brackets."""


@dataclass(frozen=True)
class Whitelist(Record):
    """The words that stay, in lower case as `as_keys` gives them."""

    words: frozenset[str]
    lower_only: frozenset[str] = frozenset()
    """Those of them that stay only where they have no capital: names as well as words."""

    @cached_property
    def ordered(self) -> pl.Series:
        """The words in rising order; a word's place is its code."""
        return pl.Series("key", sorted(self.words), dtype=pl.String)


@dataclass(frozen=True, eq=False)
class Redacted(Record):
    """Texts that were redacted, and what was kept and hidden in counts."""

    texts: pl.Series
    kept_rows: NDArray[np.int64]
    """The text of each kept word, in order."""
    kept_codes: NDArray[np.uint32]
    """Each kept word, as its place in `Whitelist.ordered`."""
    uses: pl.DataFrame
    """`key`, `uses`: how often each word was there, hidden or not. It holds what was hidden: never to be written."""
    hidden: dict[str, int]
    """How often each type was hidden, `MARKS` in order."""
    n_words: int
    """Words and written forms that there were."""


def as_keys(words: Iterable[str]) -> list[str]:
    """Words as they are looked up in a whitelist."""
    return (
        pl.DataFrame({"word": list(words)}, schema={"word": pl.String}).select(key_of(pl.col("word")))["word"].to_list()
    )


def whitelist(words: Iterable[str], lower_only: Iterable[str] = ()) -> Whitelist:
    """A whitelist from words in any case; raises ValueError when one is no single word as texts are cut here."""
    keys = frozenset(as_keys(words))
    wrong = not_words(sorted(keys))
    if wrong:
        raise ValueError(f"{wrong[0]!r} is no single word")
    return Whitelist(keys, frozenset(as_keys(lower_only)) & keys)


def not_words(keys: list[str]) -> list[str]:
    """Those that are not one piece that is a word: they hold a blank, a mark, or a form such as a telephone number."""
    pieces = cut(pl.Series(keys, dtype=pl.String))
    n_words = np.bincount(pieces.rows[pieces.is_word], minlength=pieces.n)
    n_pieces = np.bincount(pieces.rows, minlength=pieces.n)
    return [keys[place] for place in np.flatnonzero((n_words != 1) | (n_pieces != 1))]


def redact(texts: pl.Series, kept: Whitelist, *, mark: str = BY_TYPE, join: bool = False) -> Redacted:
    """Redact `(n,)` texts: only words of `kept` stay, in lower case, with a capital or all in capitals.

    `mark` takes the place of each hidden word or form; `types` says which kind it was, such as `[NAME]`. With `join`,
    equal marks that only blanks part become one.
    """
    pieces = cut(texts)
    table = outputs(pieces, kept)
    labels = [f"[{name}]" for name in MARKS] if mark == BY_TYPE else [mark] * len(MARKS)
    marks = table["mark"].fill_null(-1).to_numpy()
    shown = table["out"].to_list()
    for place in np.flatnonzero(marks >= 0).tolist():
        shown[place] = labels[marks[place]]
    counts = np.bincount(pieces.codes, minlength=len(shown))
    hidden = np.bincount(marks[marks >= 0], counts[marks >= 0], len(MARKS)).astype(np.int64)
    # A word with a capital inside a sentence is likely a name, though no list has it: decided place by place.
    likely = np.flatnonzero(((marks == MARKS.index(OTHER)) & table["title"].to_numpy())[pieces.codes])
    likely = likely[pieces.inside(likely)]
    hidden[MARKS.index(OTHER)] -= len(likely)
    hidden[MARKS.index(NAME)] += len(likely)
    codes = pieces.codes.copy()
    codes[likely] = len(shown)
    out = _joined(pl.Series([*shown, labels[MARKS.index(NAME)]], dtype=pl.String), codes, pieces)
    if join:
        out = _without_repeats(out, sorted(set(labels)))
    is_kept = np.flatnonzero(table["code"].is_not_null().to_numpy()[pieces.codes])
    return Redacted(
        texts=out.alias(texts.name),
        kept_rows=pieces.rows[is_kept],
        kept_codes=table["code"].fill_null(0).to_numpy()[pieces.codes[is_kept]],
        uses=_uses(pieces, counts),
        hidden=dict(zip(MARKS, hidden.tolist(), strict=True)),
        n_words=int(counts[(table["kind"] != BETWEEN_WORDS).to_numpy()].sum()),
    )


def outputs(pieces: Pieces, kept: Whitelist) -> pl.DataFrame:
    """What becomes of each distinct piece: `out` and, of a kept word, its `code`; `mark` of what is hidden."""
    known = pl.DataFrame({"key": kept.ordered}).with_row_index("code")
    table = pieces.distinct.join(known, on="key", how="left", maintain_order="left")
    words = table.filter(pl.col("code").is_not_null())
    forms = {piece: _form(piece, key, kept) for piece, key in words.select("piece", "key").iter_rows()}
    stays = pl.DataFrame(
        {"piece": list(forms), "form": list(forms.values())}, schema={"piece": pl.String, "form": pl.String}
    )
    table = table.join(stays, on="piece", how="left", maintain_order="left").with_columns(
        code=pl.when(pl.col("form").is_not_null()).then(pl.col("code")),
        out=pl.when(pl.col("kind") == BETWEEN_WORDS).then(pl.col("piece")).otherwise(pl.col("form")),
    )
    kind = (
        pl.when(pl.col("kind") != PLAIN)
        .then(pl.col("kind"))
        .when(pl.col("piece").str.contains(r"\p{N}"))
        .then(pl.lit(NUMBER))
        .when(pl.col("key").is_in(_named(table)) | pl.col("piece").str.contains("@", literal=True))
        .then(pl.lit(NAME))
        .otherwise(pl.lit(OTHER))
    )
    place = kind.replace_strict(list(MARKS), list(range(len(MARKS))), default=None, return_dtype=pl.Int64)
    return table.with_columns(mark=pl.when(pl.col("out").is_null()).then(place))


def _named(table: pl.DataFrame) -> list[str]:
    """The keys among the hidden words that are listed names."""
    hidden = table.filter(pl.col("code").is_null() & ~pl.col("piece").str.contains(r"\p{N}"))
    return [key for key in hidden["key"].drop_nulls().unique() if is_name(key)]


def _form(piece: str, key: str, kept: Whitelist) -> str | None:
    """How a kept word is written: by the list, never by the text, so that no odd letter comes through. None: hidden."""
    piece = as_key_case(piece)
    if piece == key:
        return key
    if key in kept.lower_only:
        return None
    for form in (key.capitalize(), key.upper()):
        if piece == form:
            return form
    return key


def as_key_case(piece: str) -> str:
    """A piece in the composed form and with the apostrophe of keys, in its own case."""
    return unicodedata.normalize("NFC", piece).replace("’", "'")


def _joined(shown: pl.Series, codes: NDArray[np.uint32], pieces: Pieces) -> pl.Series:
    """The pieces of each text put together again, `(n,)`."""
    frame = pl.DataFrame({"row": pieces.rows, "out": shown.gather(codes)}).with_columns(pl.col("row").set_sorted())
    texts = frame.group_by("row", maintain_order=True).agg("out").select("row", pl.col("out").list.join(""))
    found = pl.DataFrame({"row": np.arange(pieces.n)}).join(texts, on="row", how="left", maintain_order="left")
    return found["out"].fill_null("")


def _without_repeats(texts: pl.Series, labels: list[str]) -> pl.Series:
    for label in labels:
        repeated = rf"{re.escape(label)}(?:[ \t]+{re.escape(label)})+"
        texts = texts.str.replace_all(repeated, label.replace("$", "$$"))
    return texts


def _uses(pieces: Pieces, counts: NDArray[np.int64]) -> pl.DataFrame:
    table = pieces.distinct.select("key").with_columns(uses=pl.Series(counts, dtype=pl.Int64))
    return table.filter(pl.col("key").is_not_null()).group_by("key").agg(pl.col("uses").sum()).sort("key")

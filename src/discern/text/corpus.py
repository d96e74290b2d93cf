"""Texts as numbers: which word stands where. Everything that is counted or looked up works on this one record.

Words keep their case; upper and lower case, stems and lemmas are other names for the same words (`Forms`), so nothing
is cut twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.views import Record
from .split import WORD, apart, words

Ids = NDArray[np.int32]
Places = NDArray[np.int64]
MOST = 2**31 - 1
"""Words of a corpus: places are whole numbers of 32 bits."""
PIECE = 8_000_000
"""Bytes of texts that are cut at once: their words lie in memory as strings for that long."""
LONGEST = 2**32 - 1
"""Bytes of one text."""
OPEN, CLOSE = "\x01", "\x02"
"""Put around words for a moment, to see where they stand; both have one byte, as has what stands in for them."""


@dataclass(frozen=True, eq=False, repr=False)
class Strings(Record, Sequence[str]):
    """Many strings as one array of bytes, decoded when they are asked for: they may lie in a file that is mapped.

    String `i` is `blob[ends[i - 1]:ends[i]]` in UTF-8. `blob` uint8 `(n_bytes,)`, `ends` int64 `(n,)`.
    """

    blob: NDArray[np.uint8]
    ends: Places

    @classmethod
    def of(cls, values: pl.Series) -> Strings:
        """From a series of strings."""
        text = values.str.join("").item() if len(values) else ""
        blob = np.frombuffer(text.encode(), dtype=np.uint8)
        return cls(blob, values.str.len_bytes().cum_sum().to_numpy().astype(np.int64))

    def raw(self, place: int) -> bytes:
        """The bytes of one string."""
        begin = int(self.ends[place - 1]) if place else 0
        return self.blob[begin : int(self.ends[place])].tobytes()

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self.raw(int(place) % len(self)).decode("utf-8", "replace")

    def __len__(self) -> int:
        return len(self.ends)

    def series(self) -> pl.Series:
        """All of them, decoded."""
        raw, ends = self.blob.tobytes(), self.ends.tolist()
        pairs = zip([0, *ends[:-1]], ends, strict=True)
        return pl.Series([raw[begin:end].decode("utf-8", "replace") for begin, end in pairs], dtype=pl.String)


@dataclass(frozen=True, eq=False)
class Forms(Record):
    """Other names for the words of a vocabulary: `of[id]` is the place of a word's form in `names`, or -1 for none."""

    names: pl.Series
    of: Ids

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, eq=False, repr=False)
class Corpus(Record):
    """Texts cut into words: `tokens[starts[t]:starts[t + 1]]` are the words of text `t` in their order."""

    name: str
    vocabulary: pl.Series
    """The distinct words `(n_types,)`, ordered by lower case, then by themselves: a word's id is its place."""
    tokens: Ids
    """Ids of words `(n_tokens,)`."""
    starts: Places
    """`(n_texts + 1,)`."""
    begins: NDArray[np.uint32]
    """The byte of its text at which each word begins `(n_tokens,)`."""
    texts: Strings
    items: Strings
    """Names of the texts."""
    columns: Mapping[str, Strings] = field(default_factory=dict)
    """What else is known of each text."""
    positions: tuple[Ids, Places] | None = None
    """From an index; see `places`."""
    notes: tuple[str, ...] = ()
    """Sentences worth saying once."""

    @property
    def n_tokens(self) -> int:
        return len(self.tokens)

    @property
    def n_texts(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> Places:
        """Words of each text `(n_texts,)`."""
        return np.diff(self.starts)

    @cached_property
    def lower(self) -> Forms:
        """Words that differ by upper and lower case alone as one."""
        lower = plain(self.vocabulary)
        first = (lower != lower.shift()).fill_null(True)  # equal ones are neighbours
        return Forms(lower.filter(first), first.cum_sum().cast(pl.Int32).to_numpy() - 1)

    @cached_property
    def places(self) -> tuple[Ids, Places]:
        """Every place of every word, word by word: those of word `i` are `order[firsts[i]:firsts[i + 1]]`."""
        return self.positions or places(self.tokens, len(self.vocabulary))

    def text_of(self, position: Places | Ids) -> Places:
        """The number of the text that a place lies in."""
        return np.searchsorted(self.starts, position, side="right") - 1

    def column(self, name: str) -> pl.Series:
        """What a column says of each text. Raises DataError that names the columns that there are."""
        if name not in self.columns:
            known = ", ".join(self.columns) or "none; an index holds the columns that it was told to --keep"
            raise DataError(describe(self.name, found=f"no column {name!r}", expected=f"one of: {known}"))
        return self.columns[name].series()

    def __repr__(self) -> str:
        return f"<Corpus {self.name}: {self.n_tokens:,} words in {self.n_texts:,} texts>"


def plain(words: pl.Series) -> pl.Series:
    """Words in lower case, with the straight apostrophe for the curly one."""
    return words.str.to_lowercase().str.replace_all("’", "'", literal=True)


def forms(names: pl.Series, *, keep: pl.Series | None = None) -> Forms:
    """Forms from a name for each word of a vocabulary `(n_types,)`; equal names are one form, in alphabetical order.

    `keep` (bool, `(n_types,)`) says which words have a form at all.
    """
    kept = names if keep is None else names.filter(keep)
    distinct = kept.unique().sort()
    of = names.cast(pl.Enum(distinct), strict=False).to_physical().cast(pl.Int32).fill_null(-1).to_numpy().copy()
    if keep is not None:
        of[~keep.to_numpy()] = -1
    return Forms(distinct, of)


def common(one: Forms, other: Forms) -> tuple[Forms, Forms]:
    """The forms of two corpora under the same names, those of both."""
    distinct = pl.concat([one.names, other.names]).unique().sort()
    names = pl.Enum(distinct)
    both = []
    for some in (one, other):
        place = np.append(some.names.cast(names).to_physical().cast(pl.Int32).to_numpy(), np.int32(-1))
        both.append(Forms(distinct, place[some.of]))
    return both[0], both[1]


def places(tokens: Ids, n_types: int) -> tuple[Ids, Places]:
    """Every place of every word, word by word, and where each word's begin `(n_types + 1,)`."""
    keys = tokens.astype(np.int64) << 32
    keys |= np.arange(len(tokens), dtype=np.int64)
    keys.sort()
    counts = np.bincount(tokens, minlength=n_types)
    return (keys & 0xFFFFFFFF).astype(np.int32), np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def corpus(name: str, texts: pl.Series, items: pl.Series | None = None) -> Corpus:
    """A corpus of some texts. Raises DataError when there is no word in them."""
    builder = Builder(name)
    builder.add(texts, items)
    return builder.finish()


class Builder:
    """A corpus in the making: texts are added in pieces, so that their words never lie in memory as strings at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.n_tokens = self.n_texts = 0
        self._known: dict[str, int] = {}
        self._tokens: list[Ids] = []
        self._begins: list[NDArray[np.uint32]] = []
        self._counts: list[Places] = []
        self._strings: dict[str, list[Strings]] = {}

    def add(
        self, texts: pl.Series, items: pl.Series | None = None, columns: Mapping[str, pl.Series] | None = None
    ) -> None:
        """Add texts, their names (default: their numbers) and what else is known of them. Raises DataError."""
        if not len(texts):
            return
        if int(texts.str.len_bytes().max()) > LONGEST:  # type: ignore[arg-type]
            raise DataError(describe(self.name, found="a text of more than 4 GB", do="divide it into several"))
        rows = max(1, int(len(texts) * PIECE / max(1, int(texts.str.len_bytes().sum()))))
        for begin in range(0, len(texts), rows):
            self._cut(texts.slice(begin, rows))
        if items is None:
            items = pl.Series([f"text {n}" for n in range(self.n_texts + 1, self.n_texts + len(texts) + 1)])
        for kind, series in {" texts": texts, " items": items, **(columns or {})}.items():
            self._strings.setdefault(kind, []).append(Strings.of(series.fill_null("")))
        self.n_texts += len(texts)

    def _cut(self, texts: pl.Series) -> None:
        found, counts, begins = cut(texts)
        self.n_tokens += len(found)
        if self.n_tokens > MOST:
            raise DataError(describe(self.name, found="more than 2,147,483,647 words", do="divide it into several"))
        distinct = found.unique(maintain_order=True)
        known = self._known
        ids = np.fromiter((known.setdefault(word, len(known)) for word in distinct), np.int32, len(distinct))
        self._tokens.append(ids[found.cast(pl.Enum(distinct)).to_physical().to_numpy()])
        self._begins.append(begins)
        self._counts.append(counts)

    def finish(self) -> Corpus:
        """The corpus. Raises DataError when there is no word in it."""
        if not self.n_tokens:
            raise DataError(describe(self.name, found="no word", expected="texts with words"))
        frame = pl.DataFrame({"word": list(self._known)}, schema={"word": pl.String}).with_row_index("id")
        frame = frame.with_columns(lower=plain(frame["word"])).sort("lower", "word")
        rank = np.empty(len(frame), dtype=np.int32)
        rank[frame["id"].to_numpy()] = np.arange(len(frame), dtype=np.int32)
        for i, piece in enumerate(self._tokens):
            self._tokens[i] = rank[piece]
        strings = {kind: _joined(parts) for kind, parts in self._strings.items()}
        return Corpus(
            self.name,
            frame["word"],
            np.concatenate(self._tokens),
            np.concatenate([[0], np.cumsum(np.concatenate(self._counts))]).astype(np.int64),
            np.concatenate(self._begins),
            strings.pop(" texts"),
            strings.pop(" items"),
            strings,
        )


def cut(texts: pl.Series) -> tuple[pl.Series, Places, NDArray[np.uint32]]:
    """The words of all texts in one series, how many each text has, and the byte of its text at which each begins."""
    unmarked = texts.str.replace_all(f"[{OPEN}{CLOSE}]", "\x1a")
    marked = apart(unmarked).str.replace_all(WORD, OPEN + "${0}" + CLOSE)
    found = words(unmarked)
    counts = found.list.len().to_numpy().astype(np.int64)
    strings = Strings.of(marked)
    marks = np.flatnonzero(strings.blob == ord(OPEN))
    firsts = np.concatenate([[0], strings.ends[:-1]])
    within = np.arange(len(marks)) - np.repeat(np.cumsum(counts) - counts, counts)
    begins = marks - np.repeat(firsts, counts) - 2 * within
    flat = found.explode().drop_nulls()
    return flat, counts, begins.astype(np.uint32)


def _joined(parts: list[Strings]) -> Strings:
    """Many pieces as one."""
    sizes = np.cumsum([0, *(len(part.blob) for part in parts[:-1])])
    ends = [part.ends + size for part, size in zip(parts, sizes, strict=True)]
    return Strings(np.concatenate([part.blob for part in parts]), np.concatenate(ends).astype(np.int64))


def chosen(
    corpus: Corpus,
    *,
    case: bool = False,
    form: Callable[[pl.Series], pl.Series] | None = None,
    without: frozenset[str] = frozenset(),
    words_only: bool = True,
) -> Forms:
    """The forms that are to be counted: in lower case unless `case`, as `form` writes them (stems, lemmas), without
    stop words and, with `words_only`, without what has no letter in it."""
    lower = plain(corpus.vocabulary)
    keep = ~lower.is_in(sorted(without))
    if words_only:
        keep &= corpus.vocabulary.str.contains(r"\p{L}")
    names = corpus.vocabulary if case else lower
    return forms(names if form is None else form(names), keep=keep)

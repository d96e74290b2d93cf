"""What every reader of texts gives: a table in pieces, and what is worth telling about each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from .encodings import WESTERN

NAMED = 20
"""A note names so many items; the others are counted."""
SAMPLE = 1_000
"""So many records are looked at to find the column of texts."""
CELL_LIMIT = 100_000
"""Characters of a cell of a table: more are hardly ever a cell, but rows that a lost quote has swallowed."""


@dataclass
class Said:
    """What came up while reading: for each word on it, how often, and the first items."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, items: Sequence[str], count: int | None = None) -> None:
        count = len(items) if count is None else count
        if count:
            self.counts[what] = self.counts.get(what, 0) + count
            known = self.first.setdefault(what, [])
            known.extend(items[: NAMED - len(known)])

    def update(self, other: Said) -> None:
        for what, count in other.counts.items():
            self.add(what, other.first[what], count)

    def _named(self, what: str) -> str:
        more = self.counts[what] - len(self.first[what])
        return ", ".join(self.first[what]) + (f" and {more:,} more" if more > 0 else "")

    def encoding(self, known: str) -> str:
        """The encoding for people: `known`, or what the records showed."""
        if known:
            return known
        return {(0, 1): WESTERN, (1, 1): f"UTF-8 and {WESTERN}"}.get(
            (UTF8 in self.counts, OTHER in self.counts), "UTF-8"
        )

    def notes(self) -> list[str]:
        notes = []
        if OTHER in self.counts:
            rows = f"{self.counts[OTHER]:,} text{'s' if self.counts[OTHER] > 1 else ''}"
            notes.append(
                f"two encodings: {rows} read as {WESTERN}, the others as UTF-8 ({self._named(OTHER)})"
                if UTF8 in self.counts
                else f"read as {WESTERN} ({rows} with letters beyond ASCII); if they look wrong, name --encoding"
            )
        if HALVES in self.counts:
            notes.append(f"half a character (a lone surrogate) is read as \ufffd ({self._named(HALVES)})")
        if LATE in self.counts:
            notes.append(f"keys that first come after record {SAMPLE:,} are left out: {self._named(LATE)}")
        return notes


ZERO = "a zero byte (NUL)"
TOO_LONG = f"a cell of more than {CELL_LIMIT:,} characters"
UTF8, OTHER, HALVES, LATE = "utf-8", "western", "halves", "late"


@dataclass(frozen=True)
class Piece:
    """Some records in their order."""

    frame: pl.DataFrame
    """The good ones; every column is text without nulls, but for numbers that were asked for (see `Source.pieces`)."""
    items: pl.Series
    """Their names."""
    rejected: list[tuple[str, str]]
    said: Said

    @property
    def n_records(self) -> int:
        return self.frame.height + len(self.rejected)


class Source(Protocol):
    """A table that is read from its begin to its end, once."""

    name: str
    columns: list[str]
    notes: list[str]

    @property
    def only_text(self) -> str | None:
        """The column of texts, where the form of the source leaves no choice."""
        ...

    @property
    def encoding(self) -> str:
        """For people; empty where it is found out while reading."""
        ...

    def sample(self) -> pl.DataFrame:
        """The first good records, up to `SAMPLE`; they are not taken."""
        ...

    def pieces(self, rows: int, skip: int, numbers: Collection[str] = ()) -> Iterator[Piece]:
        """Pieces of `rows` records, good and bad together, after the first `skip`.

        Of the columns `numbers`, those whose cells in a piece are all blank or plainly written finite numbers may come
        as float64 with nulls, which is quicker than text.
        """
        ...


def joined(pieces: Sequence[Piece], *, rechunk: bool = True) -> Piece:
    """Pieces as one; without `rechunk` the cells are not copied."""
    if len(pieces) == 1:
        return pieces[0]
    said = Said()
    for piece in pieces:
        said.update(piece.said)
    return Piece(
        pl.concat([piece.frame for piece in pieces], rechunk=rechunk),
        pl.concat([piece.items for piece in pieces], rechunk=rechunk),
        [row for piece in pieces for row in piece.rejected],
        said,
    )


def checked(frame: pl.DataFrame, items: pl.Series, said: Said) -> Piece:
    """Records as a piece; those with a zero byte or a cell that is too long are set aside."""
    texts = frame.select(pl.col(pl.String))
    if not texts.width:
        return Piece(frame, items, [], said)
    zero = texts.select(pl.any_horizontal(pl.all().str.contains("\0", literal=True))).to_series()
    long = texts.select(pl.any_horizontal(pl.all().str.len_chars() > CELL_LIMIT)).to_series()
    bad = zero | long
    if not bad.any():
        return Piece(frame, items, [], said)
    reasons = zero.filter(bad).to_list()
    rejected = [(item, ZERO if is_zero else TOO_LONG) for item, is_zero in zip(items.filter(bad), reasons, strict=True)]
    return Piece(frame.filter(~bad), items.filter(~bad), rejected, said)


def refused_header(columns: Sequence[str]) -> str | None:
    """What is wrong with names of columns, or None."""
    counts = Counter(columns)
    twice = next((name for name, count in counts.items() if count > 1), None)
    return None if twice is None else f"{counts[twice]} columns named {twice!r}"

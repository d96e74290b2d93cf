"""A hash for each row of a table, a whole column at a time: a million rows of twenty columns in a quarter of a second.

It is 128 bits of a mixing function (splitmix64: Steele, Lea, Flood 2014), not a cryptographic one: it tells rows apart
and finds copies; nobody is kept from making two rows that collide. It does not depend on the order of the columns, nor
on what a column was taken for.
"""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .table_cells import plain, text_of

Words = NDArray[np.uint64]
BLOCK = 1 << 16


class RowHash:
    """Collects the columns of `n` rows, and of some of them apart."""

    def __init__(self, n: int) -> None:
        self._all = np.zeros((2, n), np.uint64)
        self._some = np.zeros((2, n), np.uint64)

    def add(self, name: str, words: Words, *, apart: bool) -> None:
        """Take a column (see `words_of`), `apart` too."""
        seeds = np.frombuffer(hashlib.blake2b(name.encode(), digest_size=16).digest(), "<u8")
        seed, factor = seeds[0], seeds[1] | np.uint64(1)
        for begin in range(0, len(words), BLOCK):
            rows = slice(begin, begin + BLOCK)
            mixed = _mixed(words[rows] ^ seed)
            other = mixed * factor
            for lanes in (self._all, self._some) if apart else (self._all,):
                lanes[0, rows] += mixed
                lanes[1, rows] += other

    def hex(self, *, apart: bool = False) -> pl.Series:
        """32 hexadecimal digits a row, `(n,)`: of all columns, or of those apart."""
        lanes = (self._some if apart else self._all).T
        digits = _mixed(lanes).astype(">u8").tobytes().hex().encode()
        return pl.Series(np.frombuffer(digits, "S32"), dtype=pl.Binary).cast(pl.String)


def words_of(cells: pl.Series, found: pl.Series) -> Words:
    """64 bits a cell: of the number where it plainly is one (`found`, see `table_cells.plain`), else of its text."""
    bits = (found.fill_null(0.0).to_numpy() + 0.0).view(np.uint64)  # + 0.0: there is one nought
    null = found.is_null()
    if not null.any():
        return bits
    texts = text_of(cells.filter(null)).to_frame("text")
    different = texts["text"].unique(maintain_order=True)
    hashed = (int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") for text in different)
    spaced = plain(different.str.strip_chars_start(" \t"))  # CSV as numbers is read so
    number = (spaced.fill_null(0.0) + 0.0).cast(pl.Float64).to_numpy().view(np.uint64)
    word = pl.Series(list(hashed), dtype=pl.UInt64).zip_with(spaced.is_null(), pl.Series(number))
    known = pl.DataFrame({"text": different, "word": word})
    bits[null.to_numpy()] = texts.join(known, on="text", how="left", maintain_order="left")["word"].to_numpy()
    return bits


def _mixed(words: Words) -> Words:
    """splitmix64 of each word."""
    z = words + np.uint64(0x9E3779B97F4A7C15)
    z ^= z >> np.uint64(30)
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z

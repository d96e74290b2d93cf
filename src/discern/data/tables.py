"""Reads a table whose cells are not texts to learn from: predictions, places, people. Every column as text."""

from __future__ import annotations

import contextlib
from pathlib import Path

import polars as pl

from ..core.errors import DataError, describe
from ..core.options import TextOptions, suggest
from .assemble import stop_if_too_many
from .given import refuse_address
from .text_pieces import joined
from .texts import PIECE, _source


def read_table(path: str | Path) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """A table, and sentences worth saying: CSV, TSV, Parquet, JSON lines or Excel; its bad rows are counted.

    Raises DataError, TooManyBadItems.
    """
    name = str(path)
    refuse_address(name)
    if Path(path).is_dir():
        raise DataError(describe(name, found="a folder", expected="a table"))
    with contextlib.ExitStack() as open_files:
        source = _source(name, Path(path), TextOptions(), None, open_files)
        read = joined(list(source.pieces(PIECE, 0)))
        stop_if_too_many(source.name, read.frame.height, read.rejected)
        notes = [f"{source.name}: {note}" for note in (*source.notes, *read.said.notes())]
    if not read.frame.height:
        raise DataError(describe(name, found="no row that can be read"))
    if len(read.rejected):
        item, reason = read.rejected[0]
        notes.append(f"{source.name}: {len(read.rejected):,} rows cannot be read and were left out ({item}: {reason})")
    return read.frame, tuple(notes)


def column(name: str, frame: pl.DataFrame, wanted: str) -> pl.Series:
    """A column by its name. Raises DataError that names the columns that there are."""
    if wanted not in frame.columns:
        known = frame.columns
        has = ", ".join(known[:20]) + (f" and {len(known) - 20:,} more" if len(known) > 20 else "")
        raise DataError(describe(name, found=f"no column {wanted!r} among {has}{suggest(wanted, known)}"))
    return frame[wanted]

"""`predict` for tables with columns: any number of rows, a piece at a time, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
from numpy.typing import NDArray

from ..core import events
from ..core.errors import OptionError, describe
from ..core.events import Listener
from ..core.options import suggest
from ..data.table_values import TablePiece, stream_values
from ..data.tables_out import table_writer
from ..data.texts import STDIN
from ..store.answered import frame
from ..store.numbers import ShippedNumbers
from ..store.session import Shipped
from .apply import prefix_of

AHEAD = 2
"""Pieces that are read, or answered, while another is written."""


def predict_tables(
    shipped: Shipped | ShippedNumbers,
    sources: Sequence[str],
    *,
    out: Path | None,
    keep: Sequence[str] = (),
    on_event: Listener,
    on_frame: Callable[[pl.DataFrame], None] | None = None,
) -> tuple[int, list[tuple[str, str]]]:
    """Answer for every row; how many were answered, and what was set aside as (item, reason).

    Columns that `keep` names stand beside the answers, as they are in the file. Raises DataError, OptionError,
    OutputError.
    """
    if STDIN in sources:
        raise OptionError("- is for names and texts on standard input; a table is read from a file")
    rejected: list[tuple[str, str]] = []
    tables = _answered(shipped, sources, keep, rejected, on_event)
    n_items = 0
    if out is None:
        for table in tables:
            n_items += table.height
            if on_frame is not None and table.height:
                on_frame(table)
        return n_items, rejected
    with table_writer(out) as writer:
        for table in tables:
            writer.write(table)
    return writer.n_rows, rejected


def answered_rows(
    shipped: Shipped | ShippedNumbers, items: Sequence[str] | pl.Series, values: NDArray[Any]
) -> pl.DataFrame:
    """The table of answers for rows in the form that the model takes, `(n, n_features)`."""
    if isinstance(shipped, ShippedNumbers):
        return shipped.answer(values).frame(items)
    return frame(items, shipped, shipped.answer(values))


def _answered(
    shipped: Shipped | ShippedNumbers,
    sources: Sequence[str],
    keep: Sequence[str],
    rejected: list[tuple[str, str]],
    on_event: Listener,
) -> Iterator[pl.DataFrame]:
    """A table of answers for each piece, in order; pieces are read and answered ahead of the one that is written."""
    done = 0
    for source in sources:
        prefix = prefix_of(source, sources)
        for piece, table in _ahead(shipped, stream_values(source, shipped.spec, as_text=keep)):
            rejected += [(prefix + item, reason) for item, reason in piece.rejected]
            for note in piece.notes:
                events.note(on_event, note)
            table = table.with_columns(prefix + pl.col("item")) if prefix else table
            done += table.height
            events.steps(on_event, "predicting", done, 0)
            yield _with_kept(table, piece.frame, keep)


def _ahead(
    shipped: Shipped | ShippedNumbers, pieces: Iterator[TablePiece]
) -> Iterator[tuple[TablePiece, pl.DataFrame]]:
    def read_and_answer() -> tuple[TablePiece, pl.DataFrame] | None:
        piece = next(pieces, None)
        return None if piece is None else (piece, answered_rows(shipped, piece.items, piece.values))

    with ThreadPoolExecutor(1) as pool:  # one: pieces come in their order
        waiting = [pool.submit(read_and_answer) for _ in range(AHEAD)]
        while (found := waiting.pop(0).result()) is not None:
            waiting.append(pool.submit(read_and_answer))
            yield found


def _with_kept(table: pl.DataFrame, given: pl.DataFrame, keep: Sequence[str]) -> pl.DataFrame:
    missing = [name for name in keep if name not in given.columns]
    if missing:
        known = ", ".join(given.columns[:20])
        found = f"no such column among {known}{suggest(missing[0], given.columns)}"
        raise OptionError(describe(f"--keep {missing[0]}", found=found))
    twice = [name for name in keep if name in table.columns]
    if twice:
        raise OptionError(f"--keep {twice[0]}: the answers have a column of this name; rename the one in the file")
    return table.with_columns(given[name] for name in keep)

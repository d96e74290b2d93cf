"""The one decoder of tables: cells become the numbers that a model takes, by the names of its columns.

Reading with a model's `InputSpec` and prediction both come here, so a cell means the same at every door.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.executor import Local
from ..core.options import TextOptions, suggest
from ..core.records import Column, InputSpec
from .given import refuse_address
from .scan import shown
from .table_cells import dates, float_array, is_missing, numbers, plain, text_of, typed
from .table_columns import positions
from .text_column import text_column
from .text_pieces import Piece, Source
from .texts import _source

ROWS = 100_000
"""Rows of a piece of a table that is read as a stream."""
MOST_COLUMNS = 10_000
NAMED = 10
BLOCK = 2_048
"""Rows that are put together at once."""
WRONG = 0.5
"""When more of a column's cells than this cannot be read, it is not the column that the model learned from."""


@dataclass(frozen=True, eq=False)
class TablePiece:
    """Some rows of a table as a model takes them."""

    items: pl.Series
    """Names: `line 12`, `row 12`."""
    values: NDArray[np.float64]
    """`(n, n_features)`, NaN where a value is missing."""
    frame: pl.DataFrame
    """The rows as they stand in the file, every column."""
    rejected: list[tuple[str, str]]
    """Rows that cannot be read: item, reason."""
    notes: tuple[str, ...]
    """On the columns with the first piece, on the cells with the last."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """Rows as a model takes them, and for each column what is not known of it."""

    values: NDArray[np.float64]
    """`(n, n_features)`, NaN where a value is missing."""
    bad: tuple[pl.DataFrame, ...]
    """The cells that a column does not know: `cell` and `count`."""
    known: tuple[int, ...]
    """How many cells hold anything."""


@dataclass
class Strange:
    """Cells that a model's columns do not know: for each column how often each of them was met."""

    cells: dict[str, dict[str, int]] = field(default_factory=dict)
    bad: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    """Cells that hold anything, so far."""

    def update(self, found: Decoded, spec: InputSpec, where: str) -> None:
        """Take the strange cells of all columns. Raises DataError when most of one are strange."""
        for column, bad, known in zip(spec.columns, found.bad, found.known, strict=True):
            self._add(column, bad, known, where)

    def _add(self, column: Column, found: pl.DataFrame, known: int, where: str) -> None:
        name = column.name
        self.known[name] = self.known.get(name, 0) + known
        if not found.height:
            return
        self.bad[name] = self.bad.get(name, 0) + int(found["count"].sum())
        if column.kind != "category" and self.bad[name] > WRONG * self.known[name]:
            how = f"{column.kind}s as in training" + (f" ({column.form})" if column.form else "")
            first = short(found["cell"][0])
            raise DataError(describe(f"{where}, column {name!r}", found=repr(first), expected=how))
        counts = self.cells.setdefault(name, {})
        for cell, count in found.head(1_000).iter_rows():
            counts[cell] = counts.get(cell, 0) + count

    def notes(self, where: str, columns: Sequence[Column]) -> list[str]:
        said = []
        for column in columns:
            if found := self.cells.get(column.name):
                what = "not seen in training" if column.kind == "category" else f"no {column.kind}"
                said.append(f"{where}, column {column.name!r}: {what}, taken as missing: {few_cells(found)}")
        return said


def few_cells(found: Mapping[str, int]) -> str:
    """The commonest cells with their counts: `'west' (3 times), 'wset'`."""
    ranked = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
    named = [f"{short(cell)!r}" + (f" ({count:,} times)" if count > 1 else "") for cell, count in ranked[:3]]
    return ", ".join(named) + (f" and {len(ranked) - 3:,} more" if len(ranked) > 3 else "")


def short(cell: str) -> str:
    return cell if len(cell) <= 40 else cell[:37] + "..."


def few_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(map(short, names[:NAMED])) + more


def values_of(
    frame: pl.DataFrame, spec: InputSpec, where: str, *, passed_over: Sequence[str] = ()
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """The columns of `spec` as numbers, `(n, n_features)`, NaN where a value is missing; and sentences worth saying.

    Columns are found by name, in any order. `frame` is as the file has it: text, or typed (Parquet). Other columns are
    ignored, and named, but for those `passed_over`. A category that training did not see, and a cell that is no number,
    are missing values, and named. Raises DataError that begins with `where` for columns that lack, or hold something
    else.
    """
    strange = Strange()
    found = _decoded(frame, spec, where, Local().map)
    strange.update(found, spec, where)
    return found.values, (*_extra(frame, spec, where, passed_over), *strange.notes(where, spec.columns))


def stream_values(
    source: str | Path, spec: InputSpec, *, rows: int = ROWS, as_text: Collection[str] = ()
) -> Iterator[TablePiece]:
    """A table as `values_of` gives it, in pieces of `rows`; memory does not grow with their number.

    The cells of the columns `as_text` stay in the frames of the pieces as they are written.

    `source` is CSV, TSV, Parquet, JSON lines or Excel. Raises DataError.
    """
    name = str(source)
    strange = Strange()
    with opened(name) as table:
        notes = [f"{table.name}: {note}" for note in table.notes]
        pieces = table.pieces(rows, 0, [name for name in plain_numbers(spec, table.columns) if name not in as_text])
        decode = partial(_decoded, spec=spec, where=table.name, run=map)
        held: TablePiece | None = None  # only the next one tells whether a piece is the last
        for piece, found in Local(ahead=1).map(lambda piece: (piece, decode(piece.frame)), pieces):
            if held is None:
                notes += _extra(piece.frame, spec, table.name, ())
            else:
                yield held
            strange.update(found, spec, table.name)
            held = TablePiece(piece.items, found.values, piece.frame, piece.rejected, tuple(notes))
            notes = []
        if held is not None:
            last = (*held.notes, *strange.notes(table.name, spec.columns))
            yield TablePiece(held.items, held.values, held.frame, held.rejected, last)


def plain_numbers(spec: InputSpec, columns: Collection[str]) -> list[str]:
    """Those of `columns` that may be read as numbers at once: how their cells are written tells a model nothing."""
    plainly = (one.name for one in spec.columns if one.kind == "number" and not (one.form or one.missing))
    return [name for name in plainly if name in columns]


@contextlib.contextmanager
def opened(name: str, options: TextOptions | None = None) -> Iterator[Source]:
    """A table by its name. Raises DataError; too many columns are refused before any row is read."""
    refuse_address(name)
    if Path(name).is_dir():
        raise DataError(describe(shown(name), found="a folder", expected="a table"))
    with contextlib.ExitStack() as open_files:
        source = _source(name, Path(name), options or TextOptions(), None, open_files, typed=True)
        refuse_wide(shown(name), source.columns)
        yield source


def has_texts(path: Path) -> bool:
    """Whether a table has a column of texts (see `text_column`); so it is when nothing else can be told."""
    with opened(str(path)) as source:
        sample = source.sample()
        with contextlib.suppress(DataError):
            name, _ = text_column(source.name, source.columns, source.only_text, sample)
            return len(source.columns) > 1 or plain(sample[name]).null_count() > 0
    return False


def refuse_wide(subject: str, columns: Sequence[str]) -> None:
    """Raise DataError for more columns than are read."""
    if len(columns) > MOST_COLUMNS:
        do = "leave out those that are not needed"
        expected = f"at most {MOST_COLUMNS:,}"
        raise DataError(describe(subject, found=f"{len(columns):,} columns", expected=expected, do=do))


def whole(pieces: Sequence[Piece]) -> Piece:
    """Pieces as one; the rows are not copied."""
    items = pl.concat([piece.items for piece in pieces], rechunk=False)
    frame = pl.concat([piece.frame for piece in pieces], rechunk=False, how="vertical_relaxed")
    said = pieces[0].said
    for piece in pieces[1:]:
        said.update(piece.said)
    return Piece(frame, items, [row for piece in pieces for row in piece.rejected], said)


def _extra(frame: pl.DataFrame, spec: InputSpec, where: str, passed_over: Sequence[str]) -> list[str]:
    wanted = {column.name for column in spec.columns} | set(passed_over)
    extra = [name for name in frame.columns if name not in wanted]
    return [f"{where}: columns that the model does not use: {few_names(extra)}"] if extra else []


def _decoded(frame: pl.DataFrame, spec: InputSpec, where: str, run: Callable[..., Iterable[Any]]) -> Decoded:
    """The columns of `spec`, by `run(function, columns)`. Raises DataError for those that lack."""
    lacking = [column.name for column in spec.columns if column.name not in frame.columns]
    if lacking:
        what = "columns" if len(lacking) > 1 else "column"
        found = f"no {what} {few_names(lacking)} among {few_names(frame.columns)}"
        do = "give the table the columns that the model learned from"
        raise DataError(describe(where, found=found + suggest(lacking[0], frame.columns), do=do))
    cells = (frame[column.name] for column in spec.columns)
    columns, bad, known = zip(*run(_column, zip(cells, spec.columns, strict=True)), strict=True)
    return Decoded(as_rows(columns), bad, known)


def as_rows(columns: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Columns `(n,)` as rows, `(n, n_columns)`: some at a time, which stay in the processor's cache."""
    rows = np.empty((len(columns[0]), len(columns)))
    for begin in range(0, len(rows), BLOCK):
        block = slice(begin, begin + BLOCK)
        for i, column in enumerate(columns):
            rows[block, i] = column[block]
    return rows


def _column(given: tuple[pl.Series, Column]) -> tuple[NDArray[np.float64], pl.DataFrame, int]:
    """A column's numbers, the cells (with counts) that it does not know, and how many hold anything."""
    cells, column = typed(given[0]), given[1]
    if column.kind == "category":
        found, bad = _positions(cells, column)
        return found, bad, len(cells)
    if column.kind == "date":
        parsed = dates(cells, column.missing, column.form)
    else:
        parsed = numbers(cells, plain(cells), column.missing, column.form)
    return float_array(parsed.values), parsed.bad, len(cells) - parsed.missing


def _positions(cells: pl.Series, column: Column) -> tuple[NDArray[np.float64], pl.DataFrame]:
    found = positions(cells, column)
    unknown = np.isnan(found)
    texts = text_of(cells.filter(pl.Series(unknown))).str.strip_chars().rename("cell")
    counts = texts.value_counts().sort(["count", "cell"], descending=[True, False])
    return found, counts.filter(~is_missing(pl.col("cell"), column.missing, numbers=False))

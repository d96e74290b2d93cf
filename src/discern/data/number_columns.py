"""Columns of numbers of a table, all at once or in pieces: what a line is fitted to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, OptionError, describe
from ..core.events import Listener, silent, steps
from ..core.options import suggest
from ..core.records import Column, InputSpec
from ..core.threads import budget
from .table_columns import Judged, judge
from .table_values import ROWS, few_names, opened, values_of, whole
from .text_pieces import Piece, Source

MOST_HELD = 200_000_000
"""Cells that are held at once; a larger table comes in pieces."""
Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NumberTable:
    """Rows of numbers, the target last."""

    name: str
    columns: tuple[str, ...]
    values: Values
    """`(n, k + 1)`, NaN where a value is missing."""
    notes: tuple[str, ...]


@dataclass(eq=False)
class NumberPieces:
    """The same in pieces; `columns` are told by the first rows, `notes` grow while it is read."""

    name: str
    columns: tuple[str, ...]
    pieces: Iterator[Values]
    notes: list[str]


def number_table(
    source: str | Path,
    target: str,
    columns: Sequence[str] = (),
    *,
    missing: Sequence[str] = (),
    on_event: Listener = silent,
) -> NumberTable:
    """Read the columns that are named, or all columns of numbers that are no identifiers, and the target.

    `source` is CSV, TSV, Parquet, JSON lines or Excel. Raises DataError, OptionError.
    """
    with opened(str(source)) as table:
        _refuse_unknown(table.columns, target, columns)
        pieces: list[Piece] = []
        held = 0
        for piece in table.pieces(ROWS, 0):
            pieces.append(piece)
            held += piece.frame.height * piece.frame.width
            steps(on_event, "reading", held // max(1, piece.frame.width), 0)
            if held > MOST_HELD:
                raise DataError(describe(table.name, found=f"more than {MOST_HELD:,} cells", do="add --stream"))
        frame, notes = whole(pieces).frame, list(table.notes)
        own, told = _judged(table.name, frame, target, columns, missing)
        values = np.column_stack([one.values for one in own if one.values is not None])
        return NumberTable(table.name, tuple(one.name for one in own[:-1]), values, (*notes, *told))


def number_pieces(
    source: str | Path, target: str, columns: Sequence[str] = (), *, missing: Sequence[str] = (), rows: int = ROWS
) -> NumberPieces:
    """The same, read as `pieces` are asked for; memory does not grow with the number of rows.

    What the columns are is told by the first `rows` rows; cells further on that are no numbers are missing values, and
    said. Raises DataError, OptionError.
    """
    reading = _read(str(source), target, tuple(columns), tuple(missing), rows)
    first = next(reading)
    assert isinstance(first, NumberPieces)
    first.pieces = (piece for piece in reading if not isinstance(piece, NumberPieces))
    return first


def _read(
    source: str, target: str, columns: tuple[str, ...], missing: tuple[str, ...], rows: int
) -> Iterator[NumberPieces | Values]:
    with opened(source) as table:
        _refuse_unknown(table.columns, target, columns)
        frames = _frames(table, rows)
        first = next(frames)
        own, told = _judged(table.name, first, target, columns, missing)
        kept = tuple(Column(one.name, "number", form=_form(one), missing=missing) for one in own)
        spec = InputSpec("table", (len(kept),), "float64", columns=kept)
        found = NumberPieces(table.name, tuple(one.name for one in kept[:-1]), iter(()), [*table.notes, *told])
        yield found
        yield values_of(first, spec, table.name, passed_over=first.columns)[0]
        del first
        for frame in frames:
            values, more = values_of(frame, spec, table.name, passed_over=frame.columns)
            found.notes += [note for note in more if note not in found.notes][: max(0, 20 - len(found.notes))]
            yield values


def ahead(pieces: Iterator[Values]) -> Iterator[Values]:
    """The same, the next piece read while this one is worked on, where there is a processor for it."""
    if budget() < 2:
        yield from pieces
        return
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, pieces, None)
        while (piece := coming.result()) is not None:
            coming = reader.submit(next, pieces, None)
            yield piece


def _frames(table: Source, rows: int) -> Iterator[pl.DataFrame]:
    for piece in table.pieces(rows, 0):
        if piece.frame.height:
            yield piece.frame


def _form(one: Judged) -> str:
    return "" if one.column is None else one.column.form


def _judged(
    where: str, frame: pl.DataFrame, target: str, columns: Sequence[str], missing: Sequence[str]
) -> tuple[list[Judged], list[str]]:
    """The columns and, last, the target, all of them numbers; and what is worth saying. Raises DataError."""
    if not frame.height:
        raise DataError(describe(where, found="a table without rows", expected="at least 2"))
    named = list(columns) or [name for name in frame.columns if name != target]
    judged = {name: judge(frame[name], missing, keep=bool(columns) or name == target) for name in [*named, target]}
    wrong = [one for name, one in judged.items() if not _is_number(one) and (columns or name == target)]
    if wrong:
        one = wrong[0]
        kind = "dates" if one.column is not None and one.column.kind == "date" else one.aside or "words"
        option = "--target" if one.name == target else "--with"
        raise DataError(
            describe(f"{where}, column {one.name!r}", found=kind, expected="numbers", do=f"name another {option}")
        )
    own = [judged[name] for name in named if _is_number(judged[name])]
    if not own:
        raise DataError(describe(where, found=f"no column of numbers beside {target!r}", expected="at least one"))
    left = [name for name in named if not _is_number(judged[name])]
    told = [f"Left out, since they are no numbers, or identifiers: {few_names(left)}."] if left else []
    forms = {one.column.form for one in own if one.column is not None and one.column.form}
    told += [f"Numbers were read with: {form}." for form in sorted(forms)]
    return [*own, judged[target]], told


def _is_number(one: Judged) -> bool:
    return one.column is not None and one.column.kind == "number" and one.values is not None


def _refuse_unknown(known: Sequence[str], target: str, columns: Sequence[str]) -> None:
    """Raise OptionError for names that no column has, all at once."""
    asked = [("--target", target), *(("--with", name) for name in columns)]
    problems = [
        f"{option} {name}: no such column; there is {few_names(list(known))}{suggest(name, known)}"
        for option, name in asked
        if name not in known
    ]
    if problems:
        raise OptionError(problems)

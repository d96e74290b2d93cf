"""Tables of numbers, dates and categories as a Dataset: what each column is, is found out and said."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.errors import DataError, describe
from ..core.events import note, steps
from ..core.executor import Local
from ..core.options import ReadOptions, TableOptions, raise_all, suggest
from ..core.records import InputSpec
from . import table_notes
from .assemble import Reading, group_column, stop_if_too_many
from .dataset import COLUMN, Dataset, Source, set_aside
from .table_cells import DECIMAL_COMMA, DOTTED, THOUSANDS, is_missing, plain, text_of, typed
from .table_columns import MOST, Judged, judge
from .table_hash import RowHash, Words, words_of
from .table_target import Target, target_of
from .table_values import ROWS, as_rows, few_names, opened, plain_numbers, refuse_wide, values_of, whole
from .text_pieces import Piece, Said
from .text_pieces import Source as Open

COINCIDENCE = 10
"""Rows that are equal are copies when the columns could tell so many times as many rows apart; else they are bound to
meet."""
NAMED_OUT, GROUP = "named by --drop", "the group (--keep makes it a feature, too)"


def read_rows(given: str, name: str, asked: ReadOptions, reading: Reading) -> Dataset:
    """A table as data: CSV, TSV, Parquet, JSON lines or Excel. Raises DataError, OptionError, TooManyBadItems."""
    numbers: list[str] | None = None
    spec = reading.spec
    while True:
        with opened(given, asked.texts) as source:
            _check_names(source.columns, asked, spec)
            if numbers is None:
                numbers = _surely_numbers(source.sample(), asked) if spec is None else _of_model(spec, source, asked)
            pieces: list[Piece] = []
            for piece in source.pieces(ROWS, 0, numbers):
                pieces.append(piece)
                steps(reading.on_event, "reading", sum(piece.n_records for piece in pieces), 0)
        del piece
        kinds = {name: {piece.frame.schema[name] for piece in pieces} for name in numbers}
        if max(map(len, kinds.values()), default=1) == 1:
            return from_piece(pieces, name, source.notes, Source("table", given), asked, reading)
        numbers = [name for name in numbers if kinds[name] == {pl.Float64}]  # else judged by cells as they are written


def _surely_numbers(sample: pl.DataFrame, asked: ReadOptions) -> list[str]:
    """Columns that may be read as numbers at once: nothing about them could hang on how they are written.

    Their first cells are plain numbers or blank, more than one, and one of them has a part behind its decimal point,
    which cannot part thousands. So they are no codes, and tell nothing about commas.
    """
    table = asked.table
    if table.missing:
        return []
    named = {table.target, asked.group, *table.drop, *table.keep}
    numbers = []
    for cells in sample:
        found = plain(cells)
        if cells.dtype != pl.String or cells.name in named or found.null_count() > (cells == "").sum():
            continue
        parts = cells.filter(found != found.round())
        if found.n_unique() - found.has_nulls() > 1 and not parts.str.contains(DOTTED).all():
            numbers.append(cells.name)
    return numbers


def _of_model(spec: InputSpec, source: Open, asked: ReadOptions) -> list[str]:
    """The same for columns that a model takes."""
    named = (asked.table.target, asked.group)
    return plain_numbers(spec, [name for name in source.columns if name not in named])


def is_frame(source: object) -> bool:
    """Whether this is a data frame: of Polars, pandas, or Arrow."""
    named = hasattr(source, "columns") and hasattr(source, "to_numpy")
    arrow = hasattr(source, "__arrow_c_stream__") and not isinstance(source, pl.Series)
    return isinstance(source, pl.DataFrame) or named or arrow


def _polars(source: Any) -> pl.DataFrame:
    """Any data frame as one of Polars; of pandas a column at a time, so that nothing else must be installed for it."""
    if isinstance(source, pl.DataFrame):
        return source
    if not hasattr(source, "to_numpy"):
        return pl.DataFrame(source)
    return pl.DataFrame([pl.Series(str(name), source[name].tolist(), strict=False) for name in source.columns])


def from_frame(source_frame: Any, name: str, source: Source, asked: ReadOptions, reading: Reading) -> Dataset:
    """A data frame as data; its rows are called `row 1` and so on. Raises DataError, OptionError, TooManyBadItems."""
    refuse_wide(name, list(source_frame.columns) if hasattr(source_frame, "columns") else [])
    frame = _polars(source_frame)
    if not frame.height:
        raise DataError(describe(name, found="a table without rows", expected="at least one"))
    nested = [column for column, kind in frame.schema.items() if kind.is_nested() or kind in (pl.Binary, pl.Object)]
    notes = [f"columns that hold lists or bytes are left out: {few_names(nested)}"] if nested else []
    own = pl.DataFrame(list(map(typed, frame.drop(nested))))
    _check_names(own.columns, asked, reading.spec)
    items = pl.select(item="row " + pl.int_range(1, frame.height + 1).cast(pl.String)).to_series()
    return from_piece([Piece(own, items, [], Said())], name, notes, source, asked, reading)


def from_piece(
    pieces: list[Piece], name: str, notes: Sequence[str], source: Source, asked: ReadOptions, reading: Reading
) -> Dataset:
    """All rows of a table as data; `pieces` is emptied."""
    options, spec = asked.table, reading.spec
    piece = whole(pieces)
    pieces.clear()
    frame, items, rejected = piece.frame, piece.items, list(piece.rejected)
    said = [*notes, *piece.said.notes()]
    n_bad, n_read = len(rejected), frame.height
    del piece
    labels = None
    skipped: list[tuple[str, str]] = []
    if options.target is not None and options.target in frame.columns:
        target = target_of(frame[options.target], options.missing, options.task, name)
        said.append(target.note)
        labels, frame, items = _with_target(target, options.target, frame, items, rejected, skipped)
    stop_if_too_many(name, n_read - len(rejected) + n_bad, rejected, reading.max_bad)
    said += _on_rows(name, frame.height, rejected, skipped, options.target, reading)
    columns = _columns(frame, options, asked.group, spec)
    if spec is None:
        raise_all(
            f"--keep {column}: {columns.aside[column]}; expected numbers, or at most {MOST:,} different values"
            for column in options.keep
            if column in columns.aside
        )
        said += table_notes.on_columns(columns.judged, columns.aside, frame.height, options)
        spec, values = _assembled(name, columns)
    else:
        values, more = values_of(frame, spec, name, passed_over=frame.columns)
        said += more
    frame = frame.drop({column.name for column in spec.columns} - {asked.group}, strict=False)
    own: dict[str, pl.Series] = {"item": items.rename("item"), "sha256": columns.rows}
    own["pixels"] = columns.same
    if columns.same.n_unique() < len(values) and not _tells(values):
        own["pixels"] = columns.rows + ":" + items
        said.append("few different values in the columns: rows that are equal are not taken for copies")
    if labels is not None:
        own["label"] = labels
    if asked.group is not None and asked.group in frame.columns:
        own["group"] = _groups(frame[asked.group], items, options)
    elif reading.groups is not None:
        own["group"] = group_column(items.to_list(), reading.groups, fixed_order=True)
    others = [column for column in frame.columns if column not in (options.target, asked.group)]
    own |= {COLUMN + column: text_of(frame[column]) for column in others}
    return Dataset(
        name=name,
        kind="table",
        items=pl.DataFrame(own),
        values=values,
        paths=(None,) * len(values),
        rejected=set_aside(rejected),
        skipped=set_aside(skipped),
        notes=tuple(said),
        empty_classes=(),
        source=source,
        spec=spec,
        aside=columns.aside,
    )


def _on_rows(
    name: str,
    n: int,
    rejected: list[tuple[str, str]],
    skipped: list[tuple[str, str]],
    target: str | None,
    reading: Reading,
) -> list[str]:
    """What is said about rows that are not among the `n` good ones. Raises DataError when there are none of those."""
    if rejected:
        item, reason = rejected[0]
        note(reading.on_event, f"{len(rejected):,} set aside; the first: {item}: {reason}")
    if not n:
        why = f" ({rejected[0][0]}: {rejected[0][1]})" if rejected else f" with a {target}" if skipped else ""
        raise DataError(describe(name, found=f"no row that can be used{why}", expected="at least one"))
    if not skipped:
        return []
    rows = f"{len(skipped):,} rows without {target} are" if len(skipped) > 1 else f"one row without {target} is"
    return [f"{rows} set aside: there is nothing to learn from"]


def _assembled(name: str, columns: _Columns) -> tuple[InputSpec, NDArray[np.float64]]:
    """The features as one array."""
    features = [one for one in columns.judged if one.column is not None]
    if not features:
        why = "; ".join(f"{column}: {reason}" for column, reason in list(columns.aside.items())[:3])
        raise DataError(describe(name, found=f"no column to learn from ({why or 'the target alone'})"))
    spec = InputSpec(
        "table", (len(features),), "float64", columns=tuple(one.column for one in features if one.column is not None)
    )
    values = as_rows([one.values for one in features if one.values is not None])
    columns.judged.clear()
    return spec, values


def without(data: Dataset, reasons: Mapping[str, str]) -> Dataset:
    """The same table without these features: set aside, each for its reason. Raises DataError when none is left."""
    columns = data.input.columns
    left = [i for i, column in enumerate(columns) if column.name not in reasons]
    gone = [column.name for column in columns if column.name in reasons]
    if not left:
        raise DataError(describe(data.name, found="no column to learn from", do="name one with --keep"))
    if not gone:
        return data
    cells = [text_of(data.frame[name]).alias(COLUMN + name) for name in gone]
    spec = dataclasses.replace(data.input, shape=(len(left),), columns=tuple(columns[i] for i in left))
    return dataclasses.replace(
        data,
        items=data.items.with_columns(cells),
        values=np.ascontiguousarray(data.values[:, left]),
        spec=spec,
        aside={**data.aside, **{name: reasons[name] for name in gone}},
    )


def _check_names(columns: Sequence[str], asked: ReadOptions, spec: InputSpec | None) -> None:
    """Raise OptionError for columns that are named and not there, all at once; a model's data may lack its target."""
    table = asked.table
    named: list[tuple[str, str | None]] = [("--group", asked.group)]
    named += [("--drop", name) for name in table.drop] + [("--keep", name) for name in table.keep]
    if spec is None:
        named.insert(0, ("--target", table.target))
    raise_all(
        [
            *(
                f"{option} {name}: no such column; there is {few_names(columns)}{suggest(name, columns)}"
                for option, name in named
                if name is not None and name not in columns and spec is None
            ),
            "--group and --target name the same column" if table.target and asked.group == table.target else None,
        ]
    )


def _with_target(
    target: Target,
    name: str,
    frame: pl.DataFrame,
    items: pl.Series,
    rejected: list[tuple[str, str]],
    skipped: list[tuple[str, str]],
) -> tuple[pl.Series, pl.DataFrame, pl.Series]:
    """The rows that have a target; the others are put to `rejected` and `skipped`."""
    if not target.labels.null_count():
        return target.labels, frame, items
    lacking = target.labels.is_null()
    texts = text_of(frame[name])
    for item, text in zip(items.filter(target.bad).to_list(), texts.filter(target.bad).to_list(), strict=True):
        rejected.append((item, f"{name} is {text[:40]!r}, no number"))
    skipped += [(item, f"no {name}") for item in items.filter(lacking & ~target.bad).to_list()]
    return target.labels.filter(~lacking), frame.filter(~lacking), items.filter(~lacking)


@dataclasses.dataclass(frozen=True, eq=False)
class _Columns:
    """What the columns were taken for."""

    judged: list[Judged]
    """Those that may be features."""
    aside: dict[str, str]
    rows: pl.Series
    """The hash of each row, all of its columns."""
    same: pl.Series
    """The hash of each row's features."""


def _columns(frame: pl.DataFrame, options: TableOptions, group: str | None, spec: InputSpec | None) -> _Columns:
    """Judge every column (or take those of `spec`), and hash the rows."""
    fixed = None if spec is None else {column.name for column in spec.columns}
    out = dict.fromkeys(options.drop, NAMED_OUT)
    if group is not None and group not in options.keep:
        out[group] = GROUP
    if options.target is not None:
        out[options.target] = ""
    look = partial(_look, options=options, out=out, fixed=fixed)
    rows = RowHash(frame.height)
    judged: list[Judged] = []
    for one, words in Local().map(look, frame.get_columns()):
        rows.add(one.name, words, apart=one.column is not None if fixed is None else one.name in fixed)
        if one.name not in out:
            judged.append(one)
    if fixed is None:
        judged = _settled(frame, judged, options)
    aside = {one.name: one.aside for one in judged if one.aside} | {name: why for name, why in out.items() if why}
    in_order = {name: aside[name] for name in frame.columns if name in aside}
    return _Columns(judged, in_order if fixed is None else {}, rows.hex(), rows.hex(apart=True))


def _look(
    cells: pl.Series, options: TableOptions, out: Mapping[str, str], fixed: Iterable[str] | None
) -> tuple[Judged, Words]:
    found = plain(cells)
    if fixed is not None or cells.name in out:
        one = Judged(cells.name, None)
    else:
        one = judge(cells, options.missing, keep=cells.name in options.keep, found=found)
    return one, words_of(cells, found)


def _settled(frame: pl.DataFrame, judged: list[Judged], options: TableOptions) -> list[Judged]:
    """Where the file has decimal commas, and nowhere commas that part thousands, `1,234` is read so everywhere."""
    told = {one.told for one in judged}
    if DECIMAL_COMMA not in told or THOUSANDS in told:
        return judged
    return [
        judge(frame[one.name], options.missing, keep=one.name in options.keep, commas=True)
        if one.told == "either" or _may_be_dotted(frame[one.name], one)
        else one
        for one in judged
    ]


def _may_be_dotted(cells: pl.Series, one: Judged) -> bool:
    """Whether every point of a column may part thousands."""
    if cells.dtype != pl.String or one.column is None or one.column.kind != "number":
        return False
    pointed = cells.filter(cells.str.contains(".", literal=True)).str.strip_chars()
    return bool(pointed.len() and pointed.str.contains(DOTTED).all())


def _tells(values: NDArray[np.float64]) -> bool:
    """Whether the features could tell many more rows apart than there are, so that equal rows are copies."""
    able = 1
    for column in values.T:
        able *= max(1, pl.Series(column).n_unique())
        if able >= COINCIDENCE * len(values):
            return True
    return False


def _groups(cells: pl.Series, items: pl.Series, options: TableOptions) -> pl.Series:
    """The group of each row; a row without one stands alone."""
    trimmed = text_of(cells).str.strip_chars().rename("group")
    gone = trimmed.to_frame().select(is_missing(pl.col("group"), options.missing, numbers=False)).to_series()
    return trimmed.zip_with(~gone, "alone: " + items)

"""The column to learn: whether it is a number or a class, and which rows have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from ..core.errors import DataError, OptionError, describe
from .table_cells import Parsed, dates, is_codes, is_missing, numbers, plain, text_of
from .table_columns import fits, possible
from .table_values import WRONG, short

CLASSES, ROWS_EACH = 10, 10
"""Whole numbers are classes when there are at most so many of them, each in so many rows on average; two numbers always
are."""


@dataclass(frozen=True, eq=False)
class Target:
    """The cells of the target."""

    labels: pl.Series
    """String, or Float64 of a regression, `(n,)`; null where a row has none."""
    bad: pl.Series
    """Whether a row's cell holds something that is no number where numbers are expected, `(n,)`."""
    note: str = ""


def target_of(cells: pl.Series, missing: Sequence[str], task: str | None, where: str) -> Target:
    """The target as numbers or classes, as `task` says or, where that is None, as its cells show.

    Numbers make a regression, unless there are two different ones, or few whole ones that stand for classes. `missing`
    are more marks of missing values. Raises DataError, and OptionError when `task` does not fit.
    """
    if cells.dtype.is_temporal():
        raise _is_date(where, cells.name)
    found = plain(cells)
    parsed = numbers(cells, found, missing) if cells.dtype.is_numeric() or possible(cells, found, missing) else None
    if parsed is None and task == "regression":
        parsed = numbers(cells, found, missing)
    if parsed is not None and task != "classification":
        n_known = len(cells) - parsed.missing
        if task == "regression" and parsed.n_bad > WRONG * n_known:
            found_what = f"{short(parsed.bad['cell'][0])!r} in column {cells.name!r}"
            raise OptionError(f"--task regression: found {found_what}; expected numbers")
        if task == "regression" or (fits(parsed, len(cells)) and not is_codes(cells, found)):
            few = task is None and _few(parsed.values)
            return _classes(cells, missing, parsed, few) if few else _regression(cells, parsed)
    if task is None and cells.dtype == pl.String and possible(cells, found, missing):
        as_dates = dates(cells, missing)
        if fits(as_dates, len(cells)):
            raise _is_date(where, cells.name)
    return _classes(cells, missing, parsed, 0)


def _is_date(where: str, name: str) -> DataError:
    do = "name another column; `discern series forecast` works with time"
    return DataError(describe(where, found=f"dates in the target {name!r}", expected="numbers or classes", do=do))


def _few(values: pl.Series) -> int:
    """How many different whole numbers there are when they stand for classes, else 0."""
    known = values.drop_nulls()
    if not known.len():
        return 0
    n = known.n_unique()
    if n == 2:
        return 2
    return n if 2 < n <= CLASSES and ROWS_EACH * n <= known.len() and bool((known.round() == known).all()) else 0


def _regression(cells: pl.Series, parsed: Parsed) -> Target:
    bad = cells.is_in(parsed.bad["cell"].implode()) if parsed.n_bad else pl.repeat(False, len(cells), eager=True)
    form = f", written with {parsed.form}" if parsed.form else ""
    return Target(parsed.values.rename("label"), bad, f"target: {cells.name}, a number{form}")


def _classes(cells: pl.Series, missing: Sequence[str], parsed: Parsed | None, few: int) -> Target:
    trimmed = text_of(cells).str.strip_chars().rename("label")
    gone = trimmed.to_frame().select(is_missing(pl.col("label"), missing, numbers=False)).to_series()
    codes = parsed is not None and is_codes(cells, plain(cells))
    if parsed is not None and not parsed.n_bad and not codes:  # 1 and 1.0 are one class
        whole = (parsed.values.round() == parsed.values).fill_null(False)
        trimmed = trimmed.zip_with(~whole, parsed.values.cast(pl.Int64, strict=False).cast(pl.String))
        gone = gone | parsed.values.is_null()
    labels = trimmed.set(gone, None)
    said = f"target: {cells.name}, {labels.drop_nulls().n_unique():,} classes"
    if few:
        said += " (few different numbers; --task regression learns them as numbers)"
    return Target(labels, pl.repeat(False, len(cells), eager=True), said)

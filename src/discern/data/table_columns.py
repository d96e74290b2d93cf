"""What a column of a table is: a number, a date, a category; or an identifier, a text, a constant, which is set aside.

Every cell is looked at, so that a column gets the same verdict wherever a cell stands that does not fit.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..core.records import Column
from .table_cells import (
    Parsed,
    dates,
    float_array,
    is_codes,
    is_missing,
    numbers,
    plain,
    text_of,
)
from .text_column import WORDS

STRAY, ENOUGH = 0.01, 20
"""With so many numbers (or dates) in a column, this share of other cells (or a single one) are strays among them: they
are read as missing, and named. With fewer, or with more strays, the column is one of categories."""
MOST, FEW, EACH = 1_000, 20, 4
"""A category has at most so many values; beyond the second number each of them stands in the third number of rows, on
average."""
NAMES_OF_CODES = frozenset(("code", "codes", "id", "ids", "uuid", "guid", "zip", "zipcode", "postcode", "fips"))
"""Whole numbers under such a name are names of things."""
MOST_CODES = 100
"""So many of them may be a category: provinces, states; more are names of single things."""
NAMES_OF_DIVISIONS = (frozenset(("fold", "folds", "split", "partition", "kfold")), frozenset(("cv", "id", "no", "nr")))
"""A column that is called one of the first, and at most one of the second besides, says how rows are to be divided."""
NAMES_OF_ROWS = frozenset(("index", "row", "rownumber", "no", "nr", "number", "column", "unnamed", "id", "key"))
LONG_RUN = 20
"""1, 2, 3, ... in so many rows is a running number, whatever its name."""
POSSIBLE = (
    r"(?i)^[\s'(+\u{2212}-]*(?:US\$|USD|EUR|GBP|CHF|JPY|AUD|CAD|[£$€¥₹])?[\s(+\u{2212}-]*[.,]?[0-9\u{ff10}-\u{ff19}]"
    r"|^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? [0-9]"
)
"""How a number or a date begins."""

NO_VALUE = "no cell holds a value"
UNIQUE = "an identifier: every row has another"
RUNNING = "a running number"
TEXT = "free text"
CODES = "codes of many things"
DIVISION = "it divides the rows for a test"


@dataclass(frozen=True, eq=False)
class Judged:
    """A column, and what it was taken for."""

    name: str
    column: Column | None
    """None where it is set aside."""
    values: NDArray[np.float64] | None = None
    """`(n,)`, NaN where a value is missing."""
    aside: str = ""
    """Why it is set aside."""
    parsed: Parsed | None = None
    """Of numbers and dates."""
    missing: int = 0
    marks: tuple[str, ...] = ()
    """The marks of missing values that were met."""
    n_numbers: int = 0
    """Of a category or what is set aside: cells that are numbers."""

    @property
    def told(self) -> str:
        return "" if self.parsed is None else self.parsed.told


def judge(
    cells: pl.Series,
    extra: Sequence[str] = (),
    *,
    keep: bool = False,
    commas: bool | None = None,
    found: pl.Series | None = None,
) -> Judged:
    """What a column is. `extra` are more marks of missing values; with `keep` it stays a feature if it can.

    `commas` says whether commas are decimal where the column leaves it open; `found` is `plain(cells)`, where known.
    """
    found = plain(cells) if found is None else found
    if cells.dtype.is_temporal():
        return _numeric(cells, dates(cells, extra), "date", extra, keep)
    named = _words(cells.name)
    if cells.dtype.is_numeric() or possible(cells, found, extra):
        parsed = numbers(cells, found, extra, commas=commas)
        if len(cells) - parsed.missing == 0:
            return Judged(cells.name, None, aside=NO_VALUE, missing=parsed.missing, marks=parsed.marks)
        if fits(parsed, len(cells)):
            called_codes = bool(named & NAMES_OF_CODES) and _whole(parsed.values)
            why = _why_aside(parsed.values, named, called_codes)
            if why and not keep:
                return Judged(cells.name, None, aside=why, missing=parsed.missing, marks=parsed.marks)
            codes = called_codes or is_codes(cells, found)
            if not codes:
                return _numeric(cells, parsed, "number", extra, keep)
        elif cells.dtype == pl.String:
            parsed = dates(cells, extra)
            if fits(parsed, len(cells)):
                return _numeric(cells, parsed, "date", extra, keep)
    judged = _category(cells, extra, keep)
    n_numbers = len(found) - found.null_count()
    return dataclasses.replace(judged, n_numbers=n_numbers) if cells.dtype == pl.String else judged


def _words(name: str) -> set[str]:
    """The words of a name: `countyCode` and `county_code` hold `code`."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return set(re.split(r"[^a-z0-9]+", parted.lower())) - {""}


def _why_aside(values: pl.Series, named: set[str], codes: bool) -> str:
    """Why numbers are set aside that say which thing this is, or how the rows are to be divided; empty for others."""
    first, second = NAMES_OF_DIVISIONS
    if codes and values.drop_nulls().n_unique() > MOST_CODES:
        return CODES
    divides = named & first and named <= first | second
    return DIVISION if divides and values.drop_nulls().n_unique() <= FEW else ""


def _allowed(n_good: int) -> int:
    """How many strays so many numbers bear."""
    return 0 if n_good < ENOUGH else max(1, int(STRAY * n_good))


def fits(parsed: Parsed, n: int) -> bool:
    n_good = n - parsed.missing - parsed.n_bad
    return n_good > 0 and parsed.n_bad <= _allowed(n_good)


def possible(cells: pl.Series, found: pl.Series, extra: Sequence[str]) -> bool:
    """Whether a column of text may be one of numbers or dates: told by how its cells begin, which is quick."""
    if cells.dtype != pl.String:
        return False
    other = cells.filter(found.is_null())
    other = other.filter(~other.str.contains(POSSIBLE))
    if not other.len():
        return True
    counts = other.rename("cell").value_counts()
    missing = counts.select(is_missing(pl.col("cell").str.strip_chars(), extra, numbers=True)).to_series()
    return int(counts["count"].filter(~missing).sum()) <= _allowed(len(cells))


def _whole(values: pl.Series) -> bool:
    return bool((values.round() == values).all())


def _numeric(cells: pl.Series, parsed: Parsed, kind: str, extra: Sequence[str], keep: bool) -> Judged:
    values = parsed.values
    missing, marks = parsed.missing + parsed.n_bad, parsed.marks
    why = ""
    low, high = values.min(), values.max()
    if low is None:
        return Judged(cells.name, None, aside=NO_VALUE, missing=missing, marks=marks)
    if low == high:
        shown = text_of(cells.filter(values.is_not_null()).head(1))[0]
        why = f"always {shown}"
    elif kind == "number" and not keep and _running(cells.name, values):
        why = RUNNING
    if why and not (keep and why == RUNNING):
        return Judged(cells.name, None, aside=why, parsed=parsed, missing=missing, marks=marks)
    column = Column(cells.name, "date" if kind == "date" else "number", form=parsed.form, missing=tuple(extra))
    parsed = dataclasses.replace(parsed, values=values.clear())  # they are held once
    return Judged(cells.name, column, float_array(values), parsed=parsed, missing=missing, marks=marks)


def _running(name: str, values: pl.Series) -> bool:
    """Whether these are 1, 2, 3, ... in many rows, or under a name that says so."""
    if values.null_count() or len(values) < 2 or (len(values) < LONG_RUN and not _words(name) & NAMES_OF_ROWS):
        return False
    return _whole(values) and bool((values.diff().drop_nulls() == 1).all())


def _category(cells: pl.Series, extra: Sequence[str], keep: bool) -> Judged:
    name = cells.name
    counts = text_of(cells).str.strip_chars().rename("cell").value_counts()
    counts = counts.with_columns(missing=is_missing(pl.col("cell"), extra, numbers=False))
    known = counts.filter(~pl.col("missing"))
    missing = int(counts.filter(pl.col("missing"))["count"].sum())
    marks = tuple(sorted(mark for mark in counts.filter(pl.col("missing"))["cell"].to_list() if mark))
    n_known, n_different = len(cells) - missing, known.height
    why = ""
    if not n_different:
        why = NO_VALUE
    elif n_different == 1:
        why = f"always {known['cell'][0]!r}"
    else:
        rare = n_different == n_known or (n_different > FEW and EACH * n_different > n_known)
        if n_different > MOST or (rare and not keep):
            why = _many(known["cell"], n_known)
    if why:
        return Judged(name, None, aside=why, missing=missing, marks=marks)
    categories = tuple(sorted(known["cell"].to_list()))
    column = Column(name, "category", categories, missing=tuple(extra))
    return Judged(name, column, positions(cells, column), missing=missing, marks=marks)


def _many(known: pl.Series, n_known: int) -> str:
    """Why texts that are (nearly) all different are set aside."""
    words = known.str.count_matches(r"\S+").mean()
    if isinstance(words, float) and words >= WORDS:
        return TEXT
    return UNIQUE if len(known) == n_known else f"{len(known):,} different values"


def positions(cells: pl.Series, column: Column) -> NDArray[np.float64]:
    """The position of each cell among the categories of `column`, `(n,)`; NaN where it is none of them.

    True and false are the same in any case: each program writes them in its own.
    """
    trimmed, categories = text_of(cells).str.strip_chars(), column.categories
    if tuple(category.lower() for category in categories) == ("false", "true"):
        trimmed, categories = trimmed.str.to_lowercase(), ("false", "true")
    found = trimmed.cast(pl.Enum(categories), strict=False).to_physical()
    return float_array(found.cast(pl.Float64))

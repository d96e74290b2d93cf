"""Cells of a table as numbers and dates: the one place that says what is a number, a date, and a missing value.

The policy, for every door: a number is written with digits, a point, an exponent; where a whole column shows it, with
thousands separators, a decimal comma, a percent or currency sign. `nan` is a missing value. `inf` and `1e999` are no
numbers (nothing can be learned from them), nor is `1_000`; digits of full width are digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

MARKS = ("", "?", "-", "--", "\u2013", "\u2014", "na", "n/a", "#n/a", "<na>", "nan", "null")
"""What stands for a missing value in any column, without regard to case and outer spaces."""
NUMBER_MARKS = ("none", "nil", "missing", "unknown", "n.a.", ".", "..", "#value!", "#div/0!", "#ref!", "#num!")
"""What stands for one among numbers and dates; among categories these are words like any other."""

PERCENT, CURRENCY, THOUSANDS, DECIMAL_COMMA = "percent", "currency", "thousands", "decimal comma"
DAY_FIRST, MONTH_FIRST = "day/month/year", "month/day/year"

WIDE = {chr(0xFF10 + digit): str(digit) for digit in range(10)}
WIDE |= {"\uff0e": ".", "\uff0c": ",", "\uff0d": "-", "\u2212": "-", "\uff0b": "+", "\uff05": "%"}
_SIGN = r"^([+-]?)"
_MONEY = r"(?:US\$|[£$€¥₹]|USD|EUR|GBP|CHF|JPY|AUD|CAD)"
PLAIN = _SIGN + r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
COMMAS = _SIGN + r"[1-9][0-9]{0,2}(?:,[0-9]{2,3})*,[0-9]{3}(?:\.[0-9]*)?$"
SPACED = _SIGN + r"[0-9]{1,3}(?:[ \u{a0}\u{2009}\u{202f}'\u{2019}][0-9]{3})+(?:[.,][0-9]+)?$"
DOTTED = _SIGN + r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?$"
COMMA = _SIGN + r"[0-9]*,[0-9]+$"
CODE = r"^0[0-9]{2,}$"
"""Digits with a nought before them, such as 00123: a code, not a number."""
EXACT = 2.0**53
"""Whole numbers above this are not told apart as numbers: they are codes too."""

_CLOCK = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}(?:\.[0-9]+)?))?"
_TIME = r"(?:[T ]+" + _CLOCK + r" ?([AaPp][Mm])? ?(?:Z|UTC|([+-][0-9]{2}):?([0-9]{2}))?)?$"
YEAR_FIRST = r"^((?:1[6-9]|2[01])[0-9]{2})[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?" + _TIME
YEAR_LAST = r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]((?:1[6-9]|2[01])?[0-9]{2})" + _TIME
NAMED = r"^([0-9]{1,2})[- ]?([A-Za-z]{3})[a-z]*\.?[-, ]+((?:1[6-9]|2[01])?[0-9]{2})" + _TIME
NAME_FIRST = r"^([A-Za-z]{3})[a-z]*\.? ([0-9]{1,2}),? +((?:1[6-9]|2[01])[0-9]{2})" + _TIME
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CENTURY = 69
"""Years of two digits from this on lie in the twentieth century."""
DAY = 86_400.0


@dataclass(frozen=True, eq=False)
class Parsed:
    """The cells of a column as numbers."""

    values: pl.Series
    """Float64 `(n,)`; null where a cell is missing or bad. Dates: days since 1970-01-01."""
    missing: int
    """Cells that say that nothing is known."""
    bad: pl.DataFrame
    """The cells that are neither: `cell` and `count`, the commonest first."""
    form: str = ""
    """How they were written."""
    told: str = ""
    """`decimal comma` or `thousands` where the column alone tells, `either` where it leaves that open."""
    marks: tuple[str, ...] = ()
    """The marks of missing values that were met, sorted."""

    @property
    def n_bad(self) -> int:
        return int(self.bad["count"].sum())


def text_of(cells: pl.Series) -> pl.Series:
    """Cells as text without nulls; dates as ISO."""
    if cells.dtype == pl.String:
        return cells.fill_null("") if cells.null_count() else cells
    if isinstance(cells.dtype, pl.Datetime):
        return naive(cells).dt.strftime("%Y-%m-%d %H:%M:%S").fill_null("")
    if cells.dtype.is_float():
        whole = cells.is_finite() & (cells.round() == cells) & (cells.abs() < EXACT)
        text = cells.cast(pl.String).zip_with(
            ~whole.fill_null(False), cells.cast(pl.Int64, strict=False).cast(pl.String)
        )
        return text.fill_null("")
    return cells.cast(pl.String).fill_null("")


def typed(cells: pl.Series) -> pl.Series:
    """Cells of a data frame as they are read: numbers and dates; spans and times of day in hours; the rest as text."""
    if cells.dtype == pl.Time:
        return cells.cast(pl.Int64).cast(pl.Float64) / 3.6e12
    if cells.dtype == pl.Duration:
        return cells.dt.total_microseconds().cast(pl.Float64) / 3.6e9
    return cells if cells.dtype.is_numeric() or cells.dtype.is_temporal() else text_of(cells)


def naive(cells: pl.Series) -> pl.Series:
    """Times without a zone, in UTC."""
    return cells.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if cells.dtype.time_zone else cells  # type: ignore[attr-defined]


def plain(cells: pl.Series) -> pl.Series:
    """Float64 `(n,)`: cells that are finite numbers as every program writes them; null elsewhere."""
    if not (cells.dtype == pl.String or cells.dtype.is_numeric()):
        return pl.Series(cells.name, [None], dtype=pl.Float64).new_from_index(0, len(cells))
    found = cells.cast(pl.Float64, strict=False)
    finite = found.is_finite().fill_null(True)
    return found if finite.all() else found.set(~finite, None)


def is_missing(trimmed: pl.Expr, extra: Sequence[str], *, numbers: bool) -> pl.Expr:
    """Whether cells without outer spaces say that a value is missing."""
    marks = [*MARKS, *(NUMBER_MARKS if numbers else ())]
    return trimmed.str.to_lowercase().is_in(marks) | trimmed.is_in(list(extra))


def numbers(
    cells: pl.Series,
    found: pl.Series,
    extra: Sequence[str] = (),
    form: str | None = None,
    *,
    commas: bool | None = None,
) -> Parsed:
    """Cells as numbers. `found` are those that are plainly written (see `plain`), `extra` more marks of missing values.

    `form` None: it is told by the column; whether commas are decimal by `commas` where that is given, and where nothing
    tells they part thousands. A form once told (by this function) is kept to: a percent sign is then no part of a
    number where there was none.
    """
    if extra and cells.len():
        listed = cells.cast(pl.String).str.strip_chars().is_in(list(extra)).fill_null(False)
        found = found.set(listed, None) if listed.any() else found
    open_cells = found.is_null()
    told = ""
    if form is not None:
        commas = DECIMAL_COMMA in form
    if cells.dtype != pl.String or not open_cells.any():
        if cells.dtype == pl.String and commas:
            return Parsed(_dotted(cells, found), 0, _no_bad(), DECIMAL_COMMA)
        return Parsed(found, int(open_cells.sum()), _no_bad())
    looked = _looked_at(cells.filter(open_cells), extra)
    if commas is None:
        commas, told = _told(looked)
        if told == "either" and _has_points(cells.filter(~open_cells)):
            told = THOUSANDS
    chosen = pl.col("decimal" if commas else "thousands")
    refused = pl.col("percent") if form is not None and PERCENT not in form else pl.lit(False)
    looked = looked.with_columns(number=pl.when(refused).then(None).otherwise(chosen))
    met = looked.filter(pl.col("number").is_not_null())
    words = [CURRENCY] * bool(met["currency"].any()) + [PERCENT] * bool(met["percent"].any())
    if commas:
        words.append(DECIMAL_COMMA)
    elif (met["separated"]).any():
        words.append(THOUSANDS)
    values = found
    if met.height:
        values = _filled(cells, found, open_cells, met)
    if commas:
        values = _dotted(cells, values)
    bad = looked.filter(pl.col("number").is_null() & ~pl.col("missing")).select("cell", "count")
    gone = looked.filter(pl.col("missing"))
    marks = tuple(sorted({mark for mark in gone["trimmed"].to_list() if mark}))
    return Parsed(values, int(gone["count"].sum()), bad, ", ".join(words), told, marks)


def _no_bad() -> pl.DataFrame:
    return pl.DataFrame(schema={"cell": pl.String, "count": pl.UInt32})


def _looked_at(cells: pl.Series, extra: Sequence[str]) -> pl.DataFrame:
    """A row for each different cell that is not plainly a number: what it could be."""
    raw = pl.col("cell")
    frame = _counted(cells).with_columns(
        trimmed=pl.when(raw.str.contains(r"[^\x00-\x7f]"))
        .then(raw.str.replace_many(WIDE))
        .otherwise(raw)
        .str.strip_chars()
    )
    frame = frame.with_columns(missing=is_missing(pl.col("trimmed"), extra, numbers=True))
    body = pl.col("trimmed")
    percent = body.str.ends_with("%")
    money = body.str.contains(_MONEY) | body.str.contains(r"kr\.?$")
    negative = money & body.str.contains(r"^[^(]*\(.*\)[^)]*$")
    bare = (
        body.str.replace_all(r"[()]", "")
        .str.replace(r"^([+-]?)\s*" + _MONEY + r"\s*([+-]?)", "${1}${2}")
        .str.replace(r"\s*(?:" + _MONEY + r"|kr\.?)$", "")
    )
    body = pl.when(money & ~negative).then(bare).when(negative).then(pl.lit("-") + bare).otherwise(body)
    body = pl.when(percent).then(body.str.replace(r"\s*%$", "")).otherwise(body)
    frame = frame.with_columns(body=body, percent=percent, currency=money)
    body = pl.col("body")
    spaced = body.str.contains(SPACED)
    compact = body.str.replace_all("[ \u00a0\u2009\u202f'\u2019]", "")
    point = compact.str.replace(",", ".", literal=True)
    separated = body.str.contains(COMMAS)
    thousands = (
        pl.when(body.str.contains(PLAIN)).then(body)
        .when(spaced).then(point)
        .when(separated).then(body.str.replace_all(",", "", literal=True))
    )  # fmt: skip
    undotted = body.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    decimal = (
        pl.when(body.str.contains(DOTTED)).then(undotted)
        .when(body.str.contains(PLAIN)).then(body)
        .when(spaced).then(point)
        .when(body.str.contains(COMMA)).then(body.str.replace(",", ".", literal=True))
    )  # fmt: skip
    frame = frame.with_columns(
        _finite(thousands).alias("thousands"), _finite(decimal).alias("decimal"), separated=separated | spaced
    )
    return frame.with_columns(
        pl.when(pl.col("missing")).then(None).otherwise(pl.col(name)).alias(name) for name in ("thousands", "decimal")
    )


def _counted(cells: pl.Series) -> pl.DataFrame:
    """The different cells with their counts, the commonest first."""
    counts = text_of(cells).rename("cell").value_counts()
    return counts.sort(["count", "cell"], descending=[True, False])


def _finite(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _told(looked: pl.DataFrame) -> tuple[bool, str]:
    """Whether commas are decimal, and whether the cells alone tell."""
    whole = looked.filter(~pl.col("missing"))
    bad = {name: int(whole.filter(pl.col(name).is_null())["count"].sum()) for name in ("thousands", "decimal")}
    if bad["decimal"] != bad["thousands"]:
        commas = bad["decimal"] < bad["thousands"]
        return commas, DECIMAL_COMMA if commas else THOUSANDS
    unlike = whole.filter(pl.col("thousands") != pl.col("decimal")).height
    return False, "either" if unlike else ""


def _has_points(cells: pl.Series) -> bool:
    """Whether some of these have decimal points that cannot part thousands."""
    pointed = cells.filter(cells.str.contains(".", literal=True))
    return bool((~pointed.str.strip_chars().str.contains(DOTTED)).any())


def _filled(cells: pl.Series, found: pl.Series, open_cells: pl.Series, met: pl.DataFrame) -> pl.Series:
    """The numbers of the cells that were looked at, put among the plain ones."""
    numbers_of = met.select("cell", "number")
    asked = pl.DataFrame({"cell": cells.filter(open_cells)})
    answers = asked.join(numbers_of, on="cell", how="left", maintain_order="left")["number"]
    values = found.to_numpy().copy()
    values[open_cells.to_numpy()] = answers.to_numpy()
    return pl.Series(found.name, values, nan_to_null=True)


def _dotted(cells: pl.Series, values: pl.Series) -> pl.Series:
    """Where commas are decimal, `1.234` is one thousand and more."""
    dotted = cells.str.strip_chars().str.contains(DOTTED) & ~cells.str.contains(",", literal=True)
    if not dotted.any():
        return values
    whole = cells.str.replace_all(".", "", literal=True).cast(pl.Float64, strict=False)
    return values.zip_with(~dotted, whole)


def is_codes(cells: pl.Series, found: pl.Series) -> bool:
    """Whether whole numbers are codes: with noughts before them (00123), or too long to be told apart as numbers."""
    if cells.dtype != pl.String or not found.len() or found.null_count() == found.len():
        return False
    if (found.round() != found).any():
        return False
    if (found.abs() > EXACT).any():
        return True
    noughts = cells.filter(cells.str.starts_with("0"))
    return bool(noughts.str.contains(CODE).any())


def dates(cells: pl.Series, extra: Sequence[str] = (), form: str | None = None) -> Parsed:
    """Cells as dates, in days since 1970-01-01, with times as shares of a day (in UTC where an offset is given).

    ISO dates, dates with English names of months, and day, month, year in numbers, in any mixture. `form` None: whether
    the day or the month comes first is told by the column; day first where nothing tells (`told` is then `either`).
    """
    if cells.dtype.is_temporal():
        times = naive(cells) if isinstance(cells.dtype, pl.Datetime) else cells
        since = times.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64) / (DAY * 1e6)
        return Parsed(since, cells.null_count(), _no_bad())
    frame = _counted(cells).with_columns(trimmed=pl.col("cell").str.strip_chars())
    frame = frame.with_columns(missing=is_missing(pl.col("trimmed"), extra, numbers=True))
    text = pl.col("trimmed")
    year_first = _groups(text, YEAR_FIRST, ("year", "month", "day"))
    year_last = _groups(text, YEAR_LAST, ("a", "b", "year"))
    named = _groups(text, NAMED, ("day", "name", "year"))
    name_first = _groups(text, NAME_FIRST, ("name", "day", "year"))
    frame = frame.with_columns(iso=year_first, numeric=year_last, named=named, name_first=name_first)
    numeric = frame.filter(pl.col("numeric").struct.field("a").is_not_null())
    first, second = (numeric["numeric"].struct.field(name).cast(pl.Int32) for name in ("a", "b"))
    n_first, n_second = (int(numeric["count"].filter(part > 12).sum()) for part in (first, second))
    told = (
        ""
        if not numeric.height
        else "either"
        if n_first == n_second == 0
        else "day"
        if n_first >= n_second
        else "month"
    )
    day_first = told != "month" if form is None else MONTH_FIRST not in form
    if form is None:
        form = "" if not numeric.height else DAY_FIRST if day_first else MONTH_FIRST
    a, b = ("day", "month") if day_first else ("month", "day")
    kinds = (
        ("iso", "year", "month", "day"),
        ("numeric", "year", "ab"[(a, b).index("month")], "ab"[(a, b).index("day")]),
        ("named", "year", "name", "day"),
        ("name_first", "year", "name", "day"),
    )
    days = pl.coalesce(_days(pl.col(kind).struct, year, month, day) for kind, year, month, day in kinds)
    frame = frame.with_columns(number=pl.when(~pl.col("missing")).then(days))
    met = frame.filter(pl.col("number").is_not_null())
    none = pl.Series(cells.name, [None], dtype=pl.Float64).new_from_index(0, len(cells))
    whole = text_of(cells)
    values = _filled(whole, none, none.is_null(), met) if met.height else none
    bad = frame.filter(pl.col("number").is_null() & ~pl.col("missing")).select("cell", "count")
    gone = frame.filter(pl.col("missing"))
    marks = tuple(sorted({mark for mark in gone["trimmed"].to_list() if mark}))
    return Parsed(values, int(gone["count"].sum()), bad, form, told if told == "either" else "", marks)


def _groups(text: pl.Expr, pattern: str, names: Sequence[str]) -> pl.Expr:
    whole = [*names, "hour", "minute", "second", "half", "zone", "zone_minute"]
    return text.str.extract_groups(pattern).struct.rename_fields(whole)


def _days(part: Any, year: str, month: str, day: str) -> pl.Expr:
    """Days since 1970-01-01 of a date that was taken apart; null where there is no such day or time."""
    years = part.field(year).cast(pl.Int32)
    short = part.field(year).str.len_chars() == 2
    years = pl.when(short).then(years + pl.when(years >= CENTURY).then(1900).otherwise(2000)).otherwise(years)
    months = part.field(month)
    if month == "name":
        months = months.str.to_lowercase().replace_strict(MONTHS, range(1, 13), default=None, return_dtype=pl.Int32)
    days = part.field(day).fill_null("1") if month != "name" else part.field(day)
    whole = pl.concat_str(years.cast(pl.String), months.cast(pl.String).str.zfill(2), days.str.zfill(2), separator="-")
    date = whole.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32)
    hour = part.field("hour").cast(pl.Float64)
    half = part.field("half").str.to_lowercase()
    hour = pl.when(half == "pm").then(hour % 12 + 12).when(half == "am").then(hour % 12).otherwise(hour)
    minute = part.field("minute").cast(pl.Float64)
    second = part.field("second").cast(pl.Float64).fill_null(0.0)
    zone = part.field("zone").cast(pl.Float64)
    ahead = (
        zone * 3600
        + pl.when(part.field("zone").str.starts_with("-")).then(-1).otherwise(1)
        * part.field("zone_minute").cast(pl.Float64)
        * 60
    )
    seconds = hour * 3600 + minute * 60 + second - ahead.fill_null(0.0)
    possible = (hour < 24) & (minute < 60) & (second < 61)
    time = pl.when(part.field("hour").is_null()).then(0.0).when(possible).then(seconds / DAY)
    return date + time


def float_array(values: pl.Series) -> NDArray[np.float64]:
    """Float64 `(n,)`, NaN for null."""
    return values.to_numpy().astype(np.float64, copy=False)

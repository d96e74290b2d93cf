"""Times of a series from one or several columns: which reading of the dates was chosen is decided once, and said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from ..core.errors import DataError, describe

CLOCK = r"(?:[T ,]+(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*([AaPp][Mm])?\s*(Z|z|[+-]\d{2}:?\d{2})?)?$"
"""A time of day after a date: hour, minute, second, am or pm, and how far the clock is from Greenwich."""
YEAR_FIRST = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + CLOCK
YEAR_LAST = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})" + CLOCK
NAMED_MONTH = r"^(\d{1,2})[- ](\p{L}{3})\p{L}*\.?[- ,]+(\d{4}|\d{2})" + CLOCK
PACKED = r"^(\d{4})(\d{2})(\d{2})" + CLOCK
MONTH = r"^(\d{4})-(\d{1,2})()" + CLOCK
YEAR = r"^(\d{4})()()" + CLOCK
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY_FIRST, MONTH_FIRST = "day/month/year", "month/day/year"
FORMS = (
    ("year-month-day", YEAR_FIRST, (0, 1, 2)),
    (DAY_FIRST, YEAR_LAST, (2, 1, 0)),
    (MONTH_FIRST, YEAR_LAST, (2, 0, 1)),
    ("day, name of the month, year", NAMED_MONTH, (2, 1, 0)),
    ("yearmonthday", PACKED, (0, 1, 2)),
    ("year-month", MONTH, (0, 1, 2)),
    ("year", YEAR, (0, 1, 2)),
)
"""What a reading is called, its form, and where year, month and day stand in it."""
PARTS = ("a", "b", "c", "hour", "minute", "second", "half", "offset")
HOURS = r"^(\d{1,2})(?:\.0+)?$"
CLOCK_ALONE = r"^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$"
CENTURY = 69
"""Two digits from here on are of the twentieth century, as in C's `strptime`."""
UNITS = (3600, 60, 1)
"""Seconds of what a second, third and fourth column count."""


@dataclass(frozen=True)
class Times:
    """The time of each row."""

    values: pl.Series
    """`(n,)`, Datetime in microseconds, by the clock on the wall; null where the cells hold no time."""
    notes: tuple[str, ...]


def read_times(name: str, columns: Sequence[pl.Series]) -> Times:
    """Times from a column of dates, followed by columns of hours, minutes and seconds where there are more.

    Raises DataError when day and month cannot be told apart, or no cell holds a date.
    """
    dates, notes = _dates(name, columns[0].str.strip_chars())
    seconds: pl.Series | None = None
    for column, unit in zip(columns[1:], UNITS, strict=False):
        found, said = _clock(column, unit)
        notes += said
        seconds = found if seconds is None else seconds + found
    if seconds is not None:
        both = pl.DataFrame({"date": dates, "seconds": seconds})
        dates = both.select(pl.col("date") + pl.duration(seconds=pl.col("seconds"))).to_series()
    return Times(dates.cast(pl.Datetime("us")), tuple(notes))


def _dates(name: str, cells: pl.Series) -> tuple[pl.Series, list[str]]:
    """Each form reads what it can; only between day first and month first there is a choice."""
    different = cells.alias("cell").value_counts(name="n").sort("cell")
    texts, counts = different["cell"], different["n"]
    readings = {called: _read(texts, form, order) for called, form, order in FORMS}
    day, month = readings[DAY_FIRST], readings[MONTH_FIRST]
    by_day, by_month = (int(counts.filter(one.is_not_null()).sum() or 0) for one in (day, month))
    if by_day and by_day == by_month and not day.equals(month, null_equal=True):
        raise DataError(
            describe(f"column {name!r}", found="dates in which day and month cannot be told apart",
                     do="write them as 2024-12-31")
        )  # fmt: skip
    del readings[MONTH_FIRST if by_day >= by_month else DAY_FIRST]
    merged = pl.DataFrame({**readings}).select(pl.coalesce(pl.all())).to_series()
    if merged.null_count() == len(merged):
        sample = next((cell for cell in texts.to_list() if cell), "")
        raise DataError(
            describe(f"column {name!r}", found=f"no dates, but cells such as {sample[:40]!r}", expected="dates",
                     do="write them as 2024-12-31, or 2024-12-31 14:00")
        )  # fmt: skip
    used: dict[str, int] = {}
    left = pl.Series([True]).new_from_index(0, len(texts))
    for called, found in readings.items():
        own = int(counts.filter(left & found.is_not_null()).sum() or 0)
        left = left & found.is_null()
        if own:
            used[called] = own
    ordered = sorted(used.items(), key=lambda one: (-one[1], one[0]))
    said = f"dates in {name!r} are read as {ordered[0][0]}"
    said += "".join(f", {n:,} of them as {called}" for called, n in ordered[1:])
    table = pl.DataFrame({"cell": texts, "time": merged})
    joined = pl.DataFrame({"cell": cells}).join(table, on="cell", how="left", maintain_order="left")["time"]
    notes = [said]
    offsets = texts.str.contains(r":\d{2}(?:\.\d+)?\s*(?:Z|z|[+-]\d{2}:?\d{2})$")
    if offsets.any():
        notes.append("distances from Greenwich are left out: times are those of the clock on the wall")
    return joined, notes


def _read(texts: pl.Series, form: str, order: tuple[int, int, int]) -> pl.Series:
    """Times of the texts of one form; null for others, and for days that do not exist."""
    found = texts.str.extract_groups(form).struct.rename_fields(list(PARTS)).struct.unnest()
    year, month, day = (pl.col(PARTS[place]) for place in order)
    if form == NAMED_MONTH:
        numbers = {name: str(number) for number, name in enumerate(MONTHS, 1)}
        month = month.str.to_lowercase().replace_strict(numbers, default=None, return_dtype=pl.String)
    old = year.cast(pl.Int32, strict=False) >= CENTURY
    year = pl.when(year.str.len_chars() == 2).then(pl.when(old).then(pl.lit("19")).otherwise(pl.lit("20")) + year)
    year = year.otherwise(pl.col(PARTS[order[0]]))
    month, day = (pl.when(part == "").then(pl.lit("1")).otherwise(part) for part in (month, day))
    hour = pl.col("hour").fill_null("0").cast(pl.Int32)
    afternoon = pl.col("half").str.to_lowercase()
    hour = (
        pl.when(afternoon.is_null())
        .then(hour)
        .when(hour.is_between(1, 12))
        .then(hour % 12 + pl.when(afternoon == "pm").then(12).otherwise(0))
    )
    parts = [year, month, day, hour.cast(pl.String), pl.col("minute").fill_null("0"), pl.col("second").fill_null("0")]
    text = pl.concat_str(parts, separator=" ")
    return found.select(text.str.to_datetime("%Y %m %d %H %M %S", strict=False, time_unit="us")).to_series()


def _clock(column: pl.Series, unit: int) -> tuple[pl.Series, list[str]]:
    """A column of hours (`14`), of times of day (`14:30`), or of minutes or seconds, as seconds; null for others."""
    cells = column.str.strip_chars()
    whole = cells.str.extract(HOURS, 1).cast(pl.Int64, strict=False)
    notes = []
    if unit == 3600 and (whole == 24).any() and (whole >= 1).all():
        whole = whole - 1
        notes.append(f"hours in {column.name!r} run from 1 to 24: hour 1 is the one that begins at midnight")
    most = 24 if unit == 3600 else 60
    table = pl.DataFrame({"whole": whole * unit, "cell": cells})
    inside = (pl.col("whole") >= 0) & (pl.col("whole") < most * unit)
    parts = [pl.col("cell").str.extract(CLOCK_ALONE, i).fill_null("0").cast(pl.Int64) for i in (1, 2, 3)]
    fits = pl.col("cell").str.contains(CLOCK_ALONE) & (parts[0] < 24) & (parts[1] < 60) & (parts[2] < 60)
    of_day = pl.when(fits if unit == 3600 else pl.lit(False)).then(parts[0] * 3600 + parts[1] * 60 + parts[2])
    found = table.select(pl.when(inside).then(pl.col("whole")).otherwise(of_day).alias("seconds")).to_series()
    return found, notes

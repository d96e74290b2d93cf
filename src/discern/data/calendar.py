"""What the calendar says of a time, also of one to come: hour, weekday, month, and holidays that follow from a rule."""

from __future__ import annotations

import datetime as dt
import functools

import numpy as np
from numpy.typing import NDArray

NAMES = (
    "hour", "weekday", "month", "day of the year", "holiday", "holiday before", "holiday after", "days from Easter",
    "days from Christmas",
)  # fmt: skip
COARSE = ("month", "day of the year")
"""What is of use where a step is longer than a day."""
EASTER_REACH = 20
CHRISTMAS_BEFORE, CHRISTMAS_AFTER = 70, 30
"""Days around a feast that are counted; farther ones are all alike."""
Times = NDArray[np.datetime64]


def calendar(times: Times, *, coarse: bool = False) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Names and values `(n_times, n_names)` for times of dtype `datetime64[s]`.

    `hour` counts with its fraction from 0, `weekday` from 0 (Monday). Holidays are the bank holidays of England by
    rule, without the ones that Parliament adds or moves, and without substitute days.
    """
    days = times.astype("datetime64[D]")
    different, place = np.unique(days, return_inverse=True)
    rows = np.array([_of_day(day) for day in different.astype(object)], dtype=np.float32)
    hours = ((times - days) / np.timedelta64(1, "h")).astype(np.float32)
    table = np.column_stack([hours, rows[place]])
    if coarse:
        kept = [NAMES.index(name) for name in COARSE]
        return COARSE, table[:, kept]
    return NAMES, table


def easter(year: int) -> dt.date:
    """Easter Sunday of the western churches (the anonymous Gregorian rule; Meeus, Astronomical Algorithms, 1991)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)


@functools.cache
def holidays(year: int) -> frozenset[dt.date]:
    """Bank holidays of England and Wales by rule (Banking and Financial Dealings Act 1971, and New Year's Day)."""
    sunday = easter(year)
    may, spring, summer = dt.date(year, 5, 1), dt.date(year, 5, 31), dt.date(year, 8, 31)
    return frozenset(
        {
            dt.date(year, 1, 1),
            sunday - dt.timedelta(2),
            sunday + dt.timedelta(1),
            may + dt.timedelta(-may.weekday() % 7),
            spring - dt.timedelta(spring.weekday()),
            summer - dt.timedelta(summer.weekday()),
            dt.date(year, 12, 25),
            dt.date(year, 12, 26),
        }
    )


def _of_day(day: dt.date) -> tuple[float, ...]:
    near = min(((day - easter(year)).days for year in _years(day)), key=abs)
    christmas = dt.date(day.year if day.month > 3 else max(1, day.year - 1), 12, 25)
    return (
        day.weekday(),
        day.month,
        day.timetuple().tm_yday,
        day in holidays(day.year),
        _holiday(day, -1),
        _holiday(day, 1),
        max(-EASTER_REACH, min(EASTER_REACH, near)),
        max(-CHRISTMAS_BEFORE, min(CHRISTMAS_AFTER, (day - christmas).days)),
    )


def _years(day: dt.date) -> tuple[int, ...]:
    return tuple(year for year in (day.year - 1, day.year, day.year + 1) if dt.MINYEAR < year < dt.MAXYEAR)


def _holiday(day: dt.date, away: int) -> bool:
    try:
        other = day + dt.timedelta(away)
    except OverflowError:
        return False
    return other in holidays(other.year)

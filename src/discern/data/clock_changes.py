"""When clocks change in Europe and North America, by rule: the hour that is left out, and the one that comes twice."""

from __future__ import annotations

import polars as pl

HOURS = (1, 2)
"""The hours at which clocks change: 1 in Britain, Ireland and Portugal (and, in autumn, North America), 2 elsewhere."""


def is_change(time: pl.Expr, *, doubled: bool) -> pl.Expr:
    """Whether a time on the wall falls into an hour that is doubled in autumn, or left out in spring.

    European Union and Britain: the last Sundays of March and October (Directive 2000/84/EC); United States and
    Canada: the second Sunday of March and the first of November (Energy Policy Act of 2005).
    """
    day, month = time.dt.day(), time.dt.month()
    sunday = time.dt.weekday() == 7
    europe = (month == (10 if doubled else 3)) & (day >= 25)
    america = (month == 11) & (day <= 7) if doubled else (month == 3) & day.is_between(8, 14)
    return sunday & time.dt.hour().is_in(HOURS) & (europe | america)

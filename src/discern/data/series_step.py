"""The step of a series: so many seconds, or so many months; how it is found, and the seasons that go with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ..core.errors import DataError, describe
from ..core.views import Record

DAY = 86_400
WEEK = 7 * DAY
UNITS = ((WEEK, "week"), (DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
MONTH_UNITS = ((12, "year"), (3, "quarter"), (1, "month"))
LENGTHS = ((28, 31, 1), (89, 92, 3), (181, 184, 6), (365, 366, 12))
"""Days between times that lie so many months apart."""
FEW = 3
"""Times that a step can be told from."""


@dataclass(frozen=True)
class Step(Record):
    """The distance of two times: either `seconds` or `months` is above 0."""

    seconds: int
    months: int
    phase: int
    """Seconds of each time beyond whole steps since 1970; of months, the day of the month times 86,400."""

    def __str__(self) -> str:
        size, units = (self.months, MONTH_UNITS) if self.months else (self.seconds, UNITS)
        length, name = next((length, name) for length, name in units if size % length == 0)
        count = size // length
        return f"1 {name}" if count == 1 else f"{count:,} {name}s"

    @property
    def unit(self) -> str:
        """For `24 hours ahead`; `steps` where a step is no single unit."""
        text = str(self)
        return text[2:] if text.startswith("1 ") else f"step of {text}"

    @property
    def seasons(self) -> tuple[int, ...]:
        """Steps of the shorter and the longer season: a day and a week, a week, or a year; none where none is known."""
        if self.months:
            return (12 // self.months,) if self.months < 12 and 12 % self.months == 0 else ()
        if self.seconds < DAY:
            return (DAY // self.seconds, WEEK // self.seconds) if DAY % self.seconds == 0 else ()
        if self.seconds == DAY:
            return (7,)
        return (52,) if self.seconds == WEEK else ()

    @property
    def per_day(self) -> int:
        """Steps of a day, 0 where a day is no whole number of steps."""
        return DAY // self.seconds if self.seconds and DAY % self.seconds == 0 else 0

    def after(self, start: dt.datetime, n: int) -> dt.datetime:
        """The time `n` steps after `start`."""
        if not self.months:
            return start + dt.timedelta(seconds=self.seconds * n)
        year, month = divmod(start.year * 12 + start.month - 1 + n * self.months, 12)
        return start.replace(year=year, month=month + 1)

    def written(self, time: dt.datetime) -> str:
        """A time as short as the step allows."""
        if self.months:
            return f"{time:%Y-%m}" if self.months % 12 else f"{time:%Y}"
        return f"{time:%Y-%m-%d}" if self.seconds % DAY == 0 else f"{time:%Y-%m-%d %H:%M}"

    def indices(self, start: dt.datetime, times: pl.Series) -> pl.Series:
        """How many steps each time lies after `start`."""
        if self.months:
            months = times.dt.year().cast(pl.Int64) * 12 + times.dt.month() - (start.year * 12 + start.month)
            return months // self.months
        return (times - start).dt.total_seconds() // self.seconds

    def fitting(self, times: pl.Series) -> pl.Series:
        """Whether each time lies on the grid."""
        return _phases(times, self.seconds, self.months) == self.phase

    def to_json(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "months": self.months, "phase": self.phase}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Step:
        return cls(record["seconds"], record["months"], record["phase"])


def step_of(name: str, table: pl.DataFrame) -> Step:
    """The most frequent distance of neighbouring times, over the rows `place`, `time`. Raises DataError."""
    times = table.select("place", "time").unique().sort("place", "time")
    gaps = times.select((pl.col("time").diff().over("place")).dt.total_seconds().alias("gap")).drop_nulls()
    if gaps.height + 1 < FEW:
        found = f"{gaps.height + 1:,} different times" if gaps.height else "one time"
        raise DataError(describe(name, found=found, expected="a series of times, at least three in one place"))
    counts = gaps["gap"].value_counts(name="n").sort(["n", "gap"], descending=[True, False])
    days = counts["gap"] / DAY
    for low, high, months in LENGTHS:
        share = counts.filter((days >= low) & (days <= high))["n"].sum() / gaps.height
        if share > 0.5:
            return Step(0, months, _most(_phases(times["time"], 0, months)))
    seconds = int(counts["gap"][0])
    return Step(seconds, 0, _most(_phases(times["time"], seconds, 0)))


def _phases(times: pl.Series, seconds: int, months: int) -> pl.Series:
    if months:
        month = times.dt.year().cast(pl.Int64) * 12 + times.dt.month() - 1
        of_day = times.dt.hour().cast(pl.Int64) * 3600 + times.dt.minute().cast(pl.Int64) * 60 + times.dt.second()
        return (month % months) * 32 * DAY + times.dt.day().cast(pl.Int64) * DAY + of_day
    return times.dt.epoch("s") % seconds


def _most(phases: pl.Series) -> int:
    return int(phases.value_counts(name="n").sort(["n", phases.name], descending=[True, False])[phases.name][0])

"""Series as a model of forecasts sees them: what is known when a forecast is made, as a row for each value foretold.

Every row takes values from before its own origin only, so one function serves learning, measuring and forecasting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.views import Record

SHORT_LAGS, LONG_LAGS = 6, 8
YEARS = (357, 363, 364, 365, 366, 371)
"""Days to the same weekday, and to the same date, of the year before, and a week to either side."""
RECENT = (1, 2, 4, 7)
"""Steps back from the origin."""
PAST_ROUNDS = 28
"""Rounds before an origin that a recurrent network reads one by one: four weeks of hourly values."""
LEVEL_ROUNDS = 8
"""Long seasons over which the level of a place is taken."""
SHORTEST_LEVEL = 24
TINY = 1e-9
Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Layout(Record):
    """What rows are made of."""

    horizon: int
    short: int
    """Steps of the shorter season; 1 where there is none."""
    long: int
    """Steps of the longer season, or the shorter one again."""
    per_day: int
    """Steps of a day; 0 where a day is no whole number of steps."""
    calendar: tuple[str, ...]
    known: tuple[str, ...]
    """Names of what else is known ahead, such as the weather."""
    n_places: int

    @property
    def years(self) -> tuple[int, ...]:
        """Steps back to about a year before."""
        return tuple(days * self.per_day for days in YEARS if days * self.per_day > self.horizon)

    @property
    def level(self) -> int:
        """Steps over which the level of a place is taken."""
        return max(LEVEL_ROUNDS * self.long, SHORTEST_LEVEL)

    @property
    def reach(self) -> int:
        """Steps before an origin that a row may look at."""
        longest = (LONG_LAGS + -(-self.horizon // self.long)) * self.long
        level = self.level + self.years[-1] if self.years else self.level
        return max(longest, level, SHORT_LAGS * self.short + self.horizon, PAST_ROUNDS * self.short)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns of a row."""
        return (
            *(f"round {j} back" for j in range(1, SHORT_LAGS + 1)),
            *(f"long round {j} back" for j in range(1, LONG_LAGS + 1)),
            "median of 4", "median of 8", "mean of 4",
            *(f"{days} days back" for days in YEARS if days * self.per_day > self.horizon),
            *(f"{steps} steps before the origin" for steps in RECENT),
            "last round", "round before", "round a long season ago", "round before that",
            "level against a year ago", "steps ahead", "place",
            *self.calendar, *self.known,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Panel:
    """The series, and what is known of the times up to `horizon` steps after their end."""

    layout: Layout
    values: Floats
    """`(n_places, n_times)`; NaN where missing."""
    calendar: NDArray[np.float32]
    """`(n_times + horizon, n_calendar)`"""
    known: NDArray[np.float32]
    """`(n_times + horizon, n_known)`; NaN where it is not known."""

    @property
    def n_times(self) -> int:
        return int(self.values.shape[1])

    def targets(self, origins: Indices) -> Floats:
        """What was, `(n_places, n_origins, horizon)`; NaN where it is missing or still to come."""
        return _taken(self.values, origins[:, None] + np.arange(self.layout.horizon))

    def levels(self, origins: Indices) -> Floats:
        """The mean size of a place's values before each origin, `(n_places, n_origins)`; NaN where none is known."""
        return _level(np.abs(self.values), origins, self.layout.level)

    def origins(self, first: int, last: int) -> Indices:
        """The first steps of forecasts that lie end to end and end at `last`; none of them before `first`."""
        count = max(0, (last - first) // self.layout.horizon)
        return last - self.layout.horizon * np.arange(count, 0, -1)

    def rows(self, origins: Indices, level: Floats) -> NDArray[np.float32]:
        """`(n_places, n_origins, horizon, n_names)`: values as shares of `level`, the calendar as it is."""
        layout, values = self.layout, self.values
        horizon, short, long = layout.horizon, layout.short, layout.long
        ahead = np.arange(horizon)
        at = origins[:, None] + ahead
        scale = level[:, :, None]
        shape = (len(values), len(origins), horizon)
        columns: list[NDArray[np.float32]] = []

        def add(column: NDArray[np.generic]) -> None:
            columns.append(np.broadcast_to(column, shape).astype(np.float32))

        back = short * (ahead // short + 1)
        for j in range(SHORT_LAGS):
            add(_taken(values, at - back - short * j) / scale)
        back = long * (ahead // long + 1)
        lags = np.stack([_taken(values, at - back - long * j) / scale for j in range(LONG_LAGS)]).astype(np.float32)
        for lag in lags:
            add(lag)
        add(_median(lags[:4]))
        add(_median(lags))
        add(_mean(lags[:4]))
        for steps in layout.years:
            add(_taken(values, at - steps) / scale)
        for steps in RECENT:
            add((_taken(values, origins - steps) / level)[:, :, None])
        for end in (0, short, long - short, long):
            add((_level(values, origins - end, short) / level)[:, :, None])
        year = layout.years[2] if len(layout.years) == len(YEARS) else 0
        before = _level(np.abs(values), origins - year, layout.level) if year else np.full(level.shape, np.nan)
        add((level / np.where(before > 0, before, np.nan))[:, :, None])
        add(ahead[None, None, :])
        add(np.arange(len(values))[:, None, None])
        for table in (self.calendar, self.known):
            for column in table.T:
                add(column[at][None])
        return np.stack(columns, axis=-1)


def usable(level: Floats) -> Floats:
    """Levels to divide by: 1 for a place whose values are all 0."""
    return np.where(level > TINY, level, np.where(np.isnan(level), np.nan, 1.0))


def _taken(values: Floats, index: Indices) -> Floats:
    """`values[:, index]`, NaN for what lies before the first or after the last."""
    inside = (index >= 0) & (index < values.shape[1])
    found = values[:, np.where(inside, index, 0)]
    found[:, ~inside] = np.nan
    return found


def _level(values: Floats, ends: Indices, width: int) -> Floats:
    """The mean of the known values in the `width` steps before each end, `(n_places, n_ends)`; NaN where none is."""
    known = np.isfinite(values)
    total = np.concatenate([np.zeros((len(values), 1)), np.cumsum(np.where(known, values, 0.0), axis=1)], axis=1)
    count = np.concatenate([np.zeros((len(values), 1)), np.cumsum(known, axis=1)], axis=1)
    last = np.clip(ends, 0, values.shape[1])
    first = np.clip(ends - width, 0, values.shape[1])
    n = count[:, last] - count[:, first]
    return np.where(n > 0, (total[:, last] - total[:, first]) / np.maximum(n, 1), np.nan)


def _median(lags: NDArray[np.float32]) -> NDArray[np.float32]:
    """The median over the first axis of what is known; NumPy's own is slow where values are missing."""
    order = np.sort(lags, axis=0)  # NaN goes last
    n = np.isfinite(order).sum(axis=0)
    low, high = (np.take_along_axis(order, np.maximum(place, 0)[None], axis=0)[0] for place in ((n - 1) // 2, n // 2))
    return np.where(n > 0, (low + high) / 2, np.nan).astype(np.float32)


def _mean(lags: NDArray[np.float32]) -> NDArray[np.float32]:
    known = np.isfinite(lags)
    n = known.sum(axis=0)
    return np.where(n > 0, np.where(known, lags, 0).sum(axis=0) / np.maximum(n, 1), np.nan).astype(np.float32)

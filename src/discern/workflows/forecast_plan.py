"""How a series is divided in time: the past to learn from, weeks to choose on, and the last weeks as the test part."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from ..core.errors import DataError, describe
from ..data.series import Series

TEST_DAYS = 56
"""Eight weeks, where a step is a day or less."""
TEST_ROUNDS = 8
"""Horizons, where a step is longer."""
MOST_SHARE = 5
"""The test part is at most one in so many steps of the series; so is the validation part."""


@dataclass(frozen=True)
class Plan:
    """Steps of a series: `validation` and `test` are where these parts begin."""

    horizon: int
    short: int
    long: int
    validation: int
    test: int

    def usable(self, series: Series) -> tuple[Series, tuple[str, ...]]:
        """The series that can be foretold, and a sentence on each that cannot. Raises DataError when none can."""
        known = np.isfinite(series.values)
        least = 2 * self.long + self.short
        kept, aside = [], []
        for i, place in enumerate(series.places):
            n, before = int(known[i].sum()), int(known[i, : self.validation].sum())
            if n and not known[i, self.test :].any():
                last = series.step.written(series.step.after(series.start, int(np.flatnonzero(known[i])[-1])))
                aside.append(f"{place}: its last value is of {last}, before the test part")
            elif before < least:
                aside.append(f"{place}: {before:,} values before the weeks to choose on; expected at least {least:,}")
            else:
                kept.append(i)
        if not kept:
            raise DataError(describe(series.name, found=f"no series that can be foretold ({aside[0]})"))
        places = tuple(series.places[i] for i in kept)
        return dataclasses.replace(series, places=places, values=series.values[kept]), tuple(aside)


def plan_of(series: Series, horizon: int | None) -> Plan:
    """The parts of a series for a horizon; None for a round of its shorter season. Raises DataError."""
    seasons = series.step.seasons
    fitting = [length for length in seasons if length * 4 <= series.n_times]
    short, long = (fitting[0], fitting[-1]) if fitting else (1, 1)
    horizon = horizon or max(short, 1)
    per_day = series.step.per_day
    wanted = TEST_DAYS * per_day if per_day else max(TEST_ROUNDS * horizon, 2 * long)
    most = series.n_times // MOST_SHARE
    length = min(max(wanted, horizon), most) // horizon * horizon
    if not length:
        raise DataError(
            describe(series.name, found=f"{series.n_times:,} times, too few to foretell {horizon:,} steps",
                     expected=f"a horizon of at most {most:,}, a fifth of the history" if most else "a longer history")
        )  # fmt: skip
    return Plan(horizon, short, long, series.n_times - 2 * length, series.n_times - length)

"""Forecasts for tests of their page: two places, three weeks of a test part, one day to come."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from discern.core.records import Figure
from discern.evaluate.forecast import Outcomes, measure
from discern.evaluate.forecast_result import Ahead, Candidate, ForecastResult
from discern.report.forecast_course import Course

EVIL = "</script><script>alert(1)</script>\u202e=1+1"


def forecast(
    *, evil: str = "", chosen: str = "boosting", known: bool = False, horizon: int = 24
) -> tuple[ForecastResult, Course, pl.DataFrame]:
    """A result, the course of its test part, and what comes."""
    draw = np.random.default_rng(0)
    places = ("north" + evil, "south")
    n = 21 * 24 // horizon
    t = np.arange(n * horizon)
    plain = np.array([[1000.0], [4000.0]]) * (2 + np.sin(t * np.pi / 12))
    actual, predicted, base = (
        (plain * (1 + spread * draw.normal(size=plain.shape))).reshape(2, n, horizon) for spread in (0.02, 0.05, 0.1)
    )
    found = Outcomes(actual, predicted, base, np.array([100.0, 400.0]), 0.9 * predicted, 1.1 * predicted)
    figures = measure(found)
    flat = Outcomes(actual, base, base, found.one_round)
    mixed = [("boosting", figures), ("gru", measure(Outcomes(actual, predicted * 1.02, base, found.one_round)))]
    rows = [*mixed, ("seasonal-naive", measure(flat))]
    named = [(name, known and name == chosen, one.mae, one.ratio, name == chosen) for name, one in rows]
    candidates = tuple(Candidate(*fields) for fields in named)
    steps = tuple(Ahead(h + 1, measure(found.of_ahead(h)).mae, measure(flat.of_ahead(h)).mae) for h in range(horizon))
    start = dt.datetime(2016, 12, 1)
    times = tuple(f"{start + dt.timedelta(hours=i):%Y-%m-%d %H:%M}" for i in range(n * horizon + horizon))
    result = ForecastResult(
        name="footfall.csv" + evil, value="InCount" + evil, by="place" + evil, places=places, n_rows=12_345,
        step="1 hour", unit="hour", horizon=horizon, season=168, first="2009-01-01 00:00", last=times[n * horizon - 1],
        validation=("2016-10-01 00:00", "2016-11-30 23:00"), test=(times[0], times[n * horizon - 1]), n_origins=n,
        candidates=candidates, chosen=figures, baseline=measure(flat),
        by_place=tuple(measure(found.of_place(i)) for i in range(2)), by_ahead=steps, coverage=0.9,
        known=("rain" + evil, "wind") if known else (),
        compared=Figure(0.81, 0.7, 0.9, 100, "") if known else None, seed=0,
        set_aside=("west" + evil + ": 3 values",), notes=("dates in 'Date' are read as day/month/year" + evil,),
    )  # fmt: skip
    course = Course(times[: n * horizon], *(one.reshape(2, -1) for one in (
        actual, predicted, base, 0.9 * predicted, 1.1 * predicted)))  # fmt: skip
    coming = [
        pl.DataFrame({"place": [place] * horizon, "time": times[n * horizon :], "forecast": predicted[i, 0],
                      "low": 0.9 * predicted[i, 0], "high": 1.1 * predicted[i, 0]})
        for i, place in enumerate(places)
    ]  # fmt: skip
    return result, course, pl.concat(coming)

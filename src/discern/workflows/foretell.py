"""What comes after the end of series, as a table; and what the calendar says of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ..data.calendar import calendar
from ..data.series import Series
from ..data.series_step import DAY
from ..models.codecs.forecast import SavedForecast
from ..models.forecast_panel import Panel, usable

Floats = NDArray[np.float64]


def foretold(saved: SavedForecast, panel: Panel, places: Sequence[str], series: Series) -> pl.DataFrame:
    """What comes after the end of a panel: `place`, `time`, `forecast`, `low`, `high`."""
    origins = np.array([panel.n_times])
    level = usable(panel.levels(origins))
    middle = saved.model.forecast(panel, origins)
    low, high = interval(middle, level, saved.low[:, None], saved.high[:, None], saved.model.no_less)
    times = [series.step.written(time) for time in series.times(series.n_times, series.n_times + panel.layout.horizon)]
    frames = []
    for i, place in enumerate(saved.places):
        if place in places:
            columns = {"forecast": middle[i, 0], "low": low[i, 0], "high": high[i, 0]}
            frames.append(pl.DataFrame({"place": [place] * len(times), "time": times, **columns}))
    return pl.concat(frames).with_columns(pl.col("forecast", "low", "high").fill_nan(None).round(4))


def interval(middle: Floats, level: Floats, low: Floats, high: Floats, no_less: bool) -> tuple[Floats, Floats]:
    scale = level[:, :, None]
    ends = middle + low * scale, middle + high * scale
    return (np.maximum(ends[0], 0.0), ends[1]) if no_less else ends


def dates(series: Series, horizon: int) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """What the calendar says of a series and of the steps to come; nothing where a step is a year or more."""
    times = np.array(series.times(0, series.n_times + horizon), dtype="datetime64[s]")
    return calendar(times, coarse=bool(series.step.months) or series.step.seconds > DAY)

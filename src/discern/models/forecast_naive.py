"""The baseline of forecasts: what was at the same time of the last season."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .forecast_panel import Panel

LOOKED_BACK = 4
"""Seasons that are looked through for a value that is not missing."""


def seasonal_naive(panel: Panel, origins: NDArray[np.int64]) -> NDArray[np.float64]:
    """The newest value of the same place in the longer season, `(n_places, n_origins, horizon)`.

    Where it is missing, the one a season before it, up to `LOOKED_BACK`; NaN where all are missing. Source: Hyndman
    and Athanasopoulos, Forecasting: Principles and Practice, 2021, section 5.2.
    """
    ahead = np.arange(panel.layout.horizon)
    season = panel.layout.long
    at = origins[:, None] + ahead - season * (ahead // season + 1)
    found = np.full((len(panel.values), *at.shape), np.nan)
    for back in range(LOOKED_BACK):
        index = at - season * back
        inside = index >= 0
        values = np.where(inside, panel.values[:, np.where(inside, index, 0)], np.nan)
        found = np.where(np.isnan(found), values, found)
    return found

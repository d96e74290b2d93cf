"""The models of forecasts under one roof: learn by name, foretell from any origins."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.forecast_options import BASELINE, NETS
from ..core.optional import require
from ..core.views import Record
from . import forecast_boosting, forecast_smoothing
from .forecast_boosting import Boosting
from .forecast_naive import seasonal_naive
from .forecast_panel import Panel
from .forecast_smoothing import Weights

Floats = NDArray[np.float64]
Tell = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Forecaster(Record):
    """A model that has learned."""

    name: str
    fitted: Any
    """`Boosting`, `Weights`, a `Net`, or None for the baseline."""
    uses_known: bool
    """Whether it looks at what is known ahead beside the calendar."""
    no_less: bool
    """Whether what it foretells is cut at 0, because no value that it learned from was less."""

    def forecast(self, panel: Panel, origins: NDArray[np.int64]) -> Floats:
        """`(n_places, n_origins, horizon)`; what a model cannot tell is the baseline's; NaN where that has none."""
        panel = panel if self.uses_known else without_known(panel)
        naive = seasonal_naive(panel, origins)
        if isinstance(self.fitted, Boosting):
            found = forecast_boosting.forecast(self.fitted, panel, origins)
        elif isinstance(self.fitted, Weights):
            found = forecast_smoothing.smoothed(panel, self.fitted, origins)
        elif self.fitted is None:
            found = naive
        else:
            found = nets().forecast(self.fitted, panel, origins)
        found = np.where(np.isfinite(found), found, naive)
        return np.maximum(found, 0.0) if self.no_less else found


def learn(
    name: str, panel: Panel, end: int, *, seed: int, uses_known: bool = True, tell: Tell = lambda done, of: None
) -> Forecaster:
    """The model `name` from the values before step `end`. Raises MissingDependency for a net without torch."""
    uses_known = uses_known and bool(panel.layout.known) and name not in (BASELINE, "smoothing")
    seen = panel if uses_known else without_known(panel)
    before = seen.values[:, :end]
    fitted: Any = None
    if name == "boosting":
        fitted = forecast_boosting.learn(seen, end, seed=seed)
    elif name == "smoothing":
        fitted = forecast_smoothing.choose_weights(seen, end)
    elif name in NETS:
        fitted = nets().learn(name, seen, end, seed=seed, tell=tell)
    return Forecaster(name, fitted, uses_known, bool(np.nanmin(before) >= 0))


def without_known(panel: Panel) -> Panel:
    """The panel with the calendar alone."""
    if not panel.layout.known:
        return panel
    layout = dataclasses.replace(panel.layout, known=())
    return Panel(layout, panel.values, panel.calendar, panel.known[:, :0])


def nets() -> Any:
    """The module of recurrent networks, which needs torch."""
    require("torch", needed_for="a recurrent network")
    from . import forecast_nets

    return forecast_nets

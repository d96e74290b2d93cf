"""Exponential smoothing: level, damped trend and season of every place at once, in NumPy."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .forecast_panel import Panel

ALPHAS, BETAS, GAMMAS, PHIS = (
    (0.02, 0.05, 0.1, 0.2, 0.4, 0.7),
    (0.0, 0.01, 0.05),
    (0.02, 0.05, 0.1, 0.2, 0.4),
    (0.9, 0.98),
)
RECENT_ROUNDS = 30
"""Seasons, and at least so many steps, that smoothing weights are chosen from and states begin before."""
RECENT_STEPS = 500
WARM_ROUNDS = 8
"""Seasons before errors count."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Weights:
    """Smoothing weights of each place: four arrays `(n_places,)`."""

    alpha: Floats
    beta: Floats
    gamma: Floats
    phi: Floats

    def stacked(self) -> Floats:
        """`(4, n_places)`"""
        return np.stack([self.alpha, self.beta, self.gamma, self.phi])


@dataclass(eq=False)
class State:
    """Level and trend `(n,)`, seasons `(n, season)`; the season of step t stands at t modulo its length."""

    level: Floats
    trend: Floats
    seasons: Floats

    def step(self, t: int, value: Floats, weights: Weights) -> Floats:
        """What was expected of step t; then the state with its value. A missing value leaves all as expected."""
        place = t % self.seasons.shape[1]
        season = self.seasons[:, place]
        damped = weights.phi * self.trend
        before = self.level + damped
        expected = before + season
        known = np.isfinite(value)
        level = np.where(known, weights.alpha * (value - season) + (1 - weights.alpha) * before, before)
        trend = np.where(known, weights.beta * (level - self.level) + (1 - weights.beta) * damped, damped)
        # as in Holt and Winters: the season is weighed against the level before the value
        self.seasons[:, place] = np.where(
            known, weights.gamma * (value - before) + (1 - weights.gamma) * season, season
        )
        self.level, self.trend = level, trend
        return expected

    def ahead(self, t: int, horizon: int, weights: Weights) -> Floats:
        """Steps t to t + horizon - 1, `(n, horizon)`, where t is the first step that is not in the state."""
        damping = np.cumsum(weights.phi[:, None] ** np.arange(1, horizon + 1), axis=1)
        places = np.arange(t, t + horizon) % self.seasons.shape[1]
        return self.level[:, None] + damping * self.trend[:, None] + self.seasons[:, places]


def begin(values: Floats, season: int, first: int) -> State:
    """A state from the first two seasons from step `first` on: the mean, no trend, and mean distances from it."""
    window = values[:, first : first + 2 * season]
    known = np.isfinite(window)
    level = np.where(known, window, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    seasons = np.zeros((len(values), season))
    counts = np.zeros((len(values), season))
    for offset in range(window.shape[1]):
        place = (first + offset) % season
        seasons[:, place] += np.where(known[:, offset], window[:, offset] - level, 0.0)
        counts[:, place] += known[:, offset]
    seasons /= np.maximum(counts, 1)
    if season == 1:
        seasons[:] = 0.0
    return State(level, np.zeros(len(values)), seasons)


def choose_weights(panel: Panel, end: int) -> Weights:
    """For each place the weights of a grid with the least absolute error `horizon` steps ahead, before step `end`.

    Additive Holt-Winters with a damped trend (Holt 1957; Winters 1960; Gardner and McKenzie 1985), of the longer
    season, in the recent past.
    """
    season, horizon = panel.layout.long, panel.layout.horizon
    gammas = GAMMAS if season > 1 else (0.0,)
    grid = np.array(list(itertools.product(ALPHAS, BETAS, gammas, PHIS)))
    n, n_places = len(grid), len(panel.values)
    weights = Weights(*np.repeat(grid, n_places, axis=0).T)
    first = beginning(panel, end)
    one = begin(panel.values, season, first)
    state = State(np.tile(one.level, n), np.tile(one.trend, n), np.tile(one.seasons, (n, 1)))
    errors, counts = np.zeros(n * n_places), np.zeros(n * n_places)
    origins = set(
        panel.origins(min(first + min(WARM_ROUNDS * season, (end - first) // 2), end - horizon), end).tolist()
    )
    for t in range(first, end):
        if t in origins:
            values = np.tile(panel.values[:, t : t + horizon], (n, 1))
            distance = np.abs(values - state.ahead(t, horizon, weights))
            errors += np.nansum(distance, axis=1)
            counts += np.isfinite(distance).sum(axis=1)
        state.step(t, np.tile(panel.values[:, t], n), weights)
    mean = np.where(counts > 0, errors / np.maximum(counts, 1), np.inf).reshape(n, n_places)
    return Weights(*grid[mean.argmin(axis=0)].T)


def beginning(panel: Panel, end: int) -> int:
    """The step that states begin at."""
    return max(0, end - max(RECENT_ROUNDS * panel.layout.long, RECENT_STEPS, 4 * panel.layout.horizon))


def smoothed(panel: Panel, weights: Weights, origins: NDArray[np.int64]) -> Floats:
    """Forecasts from each origin, `(n_places, n_origins, horizon)`; NaN for a place without a value before it."""
    season, horizon = panel.layout.long, panel.layout.horizon
    found = np.full((len(panel.values), len(origins), horizon), np.nan)
    first = beginning(panel, int(origins[0]))
    state = begin(panel.values, season, first)
    at = {int(origin): i for i, origin in enumerate(origins)}
    seen = np.isfinite(panel.values[:, first : first + 2 * season]).any(axis=1)
    for t in range(first, int(origins[-1]) + 1):
        if t in at:
            found[seen, at[t]] = state.ahead(t, horizon, weights)[seen]
        if t < panel.n_times:
            state.step(t, panel.values[:, t], weights)
            seen = seen | np.isfinite(panel.values[:, t])
    return found

"""How good forecasts are: errors against what came, against the baseline, and how often intervals held it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.records import Figure
from ..core.seeds import generator
from ..core.views import Record

RESAMPLES = 1000
SCHEMA = 1
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Accuracy(Record):
    """Errors of forecasts, with their 95 % intervals."""

    mae: Figure
    """Mean absolute error, in the unit of the values."""
    rmse: Figure
    """Root mean squared error, in the unit of the values."""
    mase: Figure
    """Mean absolute error against that of one step of the baseline within the data learned from (Hyndman and Koehler
    2006)."""
    ratio: Figure
    """Mean absolute error against the baseline's, of the same values."""
    coverage: Figure | None = None
    """The share of values that lay within their interval."""

    def to_json(self) -> dict[str, Any]:
        names = ("mae", "rmse", "mase", "ratio", "coverage")
        return {name: None if getattr(self, name) is None else getattr(self, name).to_json() for name in names}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Accuracy:
        held = record["coverage"]
        figures = {name: Figure.from_json(record[name]) for name in ("mae", "rmse", "mase", "ratio")}
        return cls(**figures, coverage=None if held is None else Figure.from_json(held))


@dataclass(frozen=True, eq=False)
class Outcomes(Record):
    """What came and what was foretold: arrays `(n_places, n_origins, horizon)`, NaN where a value is missing."""

    actual: Floats
    predicted: Floats
    baseline: Floats
    one_round: Floats
    """`(n_places,)`: the mean absolute error of the baseline one step ahead within the data learned from."""
    low: Floats | None = None
    high: Floats | None = None

    def of_place(self, i: int) -> Outcomes:
        return self._part((slice(i, i + 1),), self.one_round[i : i + 1])

    def of_ahead(self, h: int) -> Outcomes:
        return self._part((slice(None), slice(None), slice(h, h + 1)), self.one_round)

    def _part(self, index: tuple[slice, ...], one_round: Floats) -> Outcomes:
        low, high = (None if one is None else one[index] for one in (self.low, self.high))
        return Outcomes(self.actual[index], self.predicted[index], self.baseline[index], one_round, low, high)


def measure(found: Outcomes, *, seed: int = 0) -> Accuracy:
    """All figures of some outcomes. Intervals: 95 %, from resamples of blocks of neighbouring origins."""
    error = found.actual - found.predicted
    known = np.isfinite(error)
    n = int(known.sum())
    drawn = draws(error.shape[1], seed)
    size, count = _by_origin(np.abs(error), known), _by_origin(np.ones(error.shape), known)
    method = how(error.shape[1])
    mae = _figure(lambda w: _share(w @ size, w @ count), drawn, n, method)
    square = _by_origin(error**2, known)
    rmse = _figure(lambda w: np.sqrt(_share(w @ square, w @ count)), drawn, n, method)
    return Accuracy(
        mae, rmse, _mase(found, drawn, method), _ratio(found, drawn, method), _coverage(found, drawn, method)
    )


def draws(n_origins: int, seed: int) -> Floats:
    """How often each origin stands in each resample, `(RESAMPLES, n_origins)`.

    The circular block bootstrap (Politis and Romano 1992), with blocks of the cube root of the number of origins.
    """
    length = block(n_origins)
    n_blocks = -(-n_origins // length)
    begins = generator(seed, "blocks of origins").integers(n_origins, size=(RESAMPLES, n_blocks))
    chosen = (begins[:, :, None] + np.arange(length)).reshape(RESAMPLES, -1)[:, :n_origins] % n_origins
    counts = np.zeros((RESAMPLES, n_origins))
    np.add.at(counts, (np.arange(RESAMPLES)[:, None], chosen), 1.0)
    return counts


def block(n_origins: int) -> int:
    """Origins of a block."""
    return max(1, round(math.cbrt(n_origins)))


def how(n_origins: int) -> str:
    """How intervals are made, in words."""
    if n_origins < 2:
        return "one forecast alone gives no interval"
    length = block(n_origins)
    drawn = "forecasts" if length == 1 else f"blocks of {length} neighbouring forecasts"
    return f"{n_origins} forecasts end to end; 95 % range of {RESAMPLES:,} resamples of {drawn}"


def baseline_error(values: Floats, season: int, end: int) -> Floats:
    """The mean absolute distance of values a season apart, before step `end`, `(n_places,)`; NaN without any."""
    distance = np.abs(values[:, season:end] - values[:, : max(0, end - season)])
    known = np.isfinite(distance)
    n = known.sum(axis=1)
    return np.where(n > 0, np.where(known, distance, 0.0).sum(axis=1) / np.maximum(n, 1), np.nan)


def _ratio(found: Outcomes, drawn: Floats, method: str) -> Figure:
    both = np.isfinite(found.actual + found.predicted + found.baseline)
    ours = _by_origin(np.abs(found.actual - found.predicted), both)
    theirs = _by_origin(np.abs(found.actual - found.baseline), both)
    n = int(both.sum())
    if theirs.sum() <= 0:
        return Figure(None, None, None, n, "the baseline makes no error" if n else "nothing to compare")
    return _figure(lambda w: _share(w @ ours, w @ theirs), drawn, n, method)


def _mase(found: Outcomes, drawn: Floats, method: str) -> Figure:
    error = np.abs(found.actual - found.predicted)
    good = (found.one_round > 0) & np.isfinite(error).any(axis=(1, 2))
    if not good.any():
        return Figure(None, None, None, 0, "values a season apart do not differ in the data learned from")
    scaled = error[good] / found.one_round[good][:, None, None]
    known = np.isfinite(scaled)
    size, count = _by_place(scaled, known), _by_place(np.ones(scaled.shape), known)

    def mean(weights: Floats) -> Floats:
        shares = _share(weights @ size, weights @ count)
        there = np.isfinite(shares)
        return _share(np.where(there, shares, 0.0).sum(axis=-1), there.sum(axis=-1).astype(np.float64))

    return _figure(mean, drawn, int(known.sum()), method)


def _coverage(found: Outcomes, drawn: Floats, method: str) -> Figure | None:
    if found.low is None or found.high is None:
        return None
    known = np.isfinite(found.actual + found.low + found.high)
    inside = (found.actual >= found.low) & (found.actual <= found.high)
    hits, count = _by_origin(inside.astype(np.float64), known), _by_origin(np.ones(known.shape), known)
    return _figure(lambda w: _share(w @ hits, w @ count), drawn, int(known.sum()), method)


def _by_origin(values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Sums of the known values of each origin, `(n_origins,)`."""
    found: Floats = np.where(known, values, 0.0).sum(axis=(0, 2))
    return found


def _by_place(values: Floats, known: NDArray[np.bool_]) -> Floats:
    """Sums of the known values of each origin and place, `(n_origins, n_places)`."""
    found: Floats = np.where(known, values, 0.0).sum(axis=2).T
    return found


def _share(above: Floats, below: Floats) -> Floats:
    return np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan)


def _figure(of: Callable[[Floats], Floats], drawn: Floats, n: int, method: str) -> Figure:
    value = float(of(np.ones((1, drawn.shape[1])))[0])
    if not n or not math.isfinite(value):
        return Figure(None, None, None, n, "no value is known")
    if drawn.shape[1] < 2:
        return Figure(value, None, None, n, method)
    found = of(drawn)
    found = found[np.isfinite(found)]
    low, high = np.percentile(found, [2.5, 97.5])
    return Figure(value, float(low), float(high), n, method)

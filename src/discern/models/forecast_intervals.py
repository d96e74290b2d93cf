"""Prediction intervals by conformal residuals: how far forecasts of the same place and step ahead were off before."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bounds(residuals: Floats, coverage: float) -> tuple[Floats, Floats]:
    """What is to be added below and above, two arrays `(n_places, horizon)`, from `(n_places, n_origins, horizon)`.

    Split conformal prediction (Vovk, Gammerman and Shafer 2005; Lei et al. 2018): the k-th smallest of n residuals
    from either end, k = ceil((n + 1) (1 + coverage) / 2). Where the residuals of one step ahead are too few for that,
    those of all steps ahead of the place are taken, and where these are too few, the outermost ones.
    """
    n_places, _, horizon = residuals.shape
    low, high = np.zeros((n_places, horizon)), np.zeros((n_places, horizon))
    for i in range(n_places):
        whole = _ends(residuals[i].ravel(), coverage, outermost=True)
        for h in range(horizon):
            low[i, h], high[i, h] = _ends(residuals[i, :, h], coverage) or whole or (0.0, 0.0)
    return np.minimum(low, 0.0), np.maximum(high, 0.0)


def rolling(before: Floats, residuals: Floats, coverage: float) -> tuple[Floats, Floats]:
    """The bounds at each origin of `residuals`, `(n_places, n_origins, horizon)` both: from the residuals `before` it
    began, and those of the origins that came earlier, whose outcomes are known by then (forecasts lie end to end).
    """
    found = [bounds(np.concatenate([before, residuals[:, :i]], axis=1), coverage) for i in range(residuals.shape[1])]
    return np.stack([low for low, _ in found], axis=1), np.stack([high for _, high in found], axis=1)


def _ends(residuals: Floats, coverage: float, *, outermost: bool = False) -> tuple[float, float] | None:
    known = np.sort(residuals[np.isfinite(residuals)])
    place = math.ceil((len(known) + 1) * (1 + coverage) / 2 - 1e-9)
    if place > len(known):
        if not outermost or not len(known):
            return None
        place = len(known)
    return float(known[len(known) - place]), float(known[place - 1])

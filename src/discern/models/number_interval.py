"""The interval around a predicted number, as it is saved and applied; `conformal_numbers` fits it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class NumberInterval:
    """`prediction - r` to `prediction + r`: r is `radius`, times the spread at the prediction where there is one."""

    coverage: float
    radius: float
    """In the unit of the target; with `points` a number of spreads."""
    n_items: int
    """Rows behind the rank, of which each could be drawn by itself."""
    points: tuple[tuple[float, float], ...] = ()
    """Prediction and spread, rising in the prediction; between them a straight line, beyond them as at the ends."""

    @property
    def method(self) -> str:
        """In words, for a figure."""
        spread = ", divided by the usual error at that prediction" if self.points else ""
        return f"split conformal over {self.n_items:,} rows that were not learned from: absolute errors{spread}"

    def of(self, predictions: NDArray[np.floating]) -> tuple[Array, Array]:
        """Lower and upper ends, `(n,)` each, of predictions `(n,)`."""
        found = np.asarray(predictions, np.float64)
        reach = self.radius * spread_at(found, self.points)
        return found - reach, found + reach

    def to_json(self) -> dict[str, Any]:
        points = {"points": [list(point) for point in self.points]} if self.points else {}
        return {"coverage": self.coverage, "radius": self.radius, "n_items": self.n_items, **points}


def spread_at(predictions: Array, points: tuple[tuple[float, float], ...]) -> Array:
    """The usual error at predictions `(n,)`; 1 without points."""
    if not points:
        return np.ones(len(predictions))
    x, y = np.array(points).T
    return np.asarray(np.interp(predictions, x, y))

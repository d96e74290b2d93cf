"""Areas of a map: their borders as longitude and latitude, and which area a point lies in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.views import Record

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Areas(Record):
    """Named areas. A point lies in an area where a line from it crosses the area's rings an odd number of times."""

    names: tuple[str, ...]
    rings: tuple[tuple[Array, ...], ...]
    """Of each area its rings, longitude and latitude `(n_points, 2)`, each closed; holes are rings like any other."""
    population: tuple[float | None, ...]
    """What the file says of each area's people, or None."""
    notes: tuple[str, ...] = ()
    """What was put right or is odd, in words."""

    @property
    def n(self) -> int:
        return len(self.names)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        low = np.min([ring.min(0) for rings in self.rings for ring in rings], axis=0)
        high = np.max([ring.max(0) for rings in self.rings for ring in rings], axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def locate(self, longitude: Array, latitude: Array) -> NDArray[np.int64]:
        """The position of the area that each point `(n,)` lies in, -1 for none; NaN lies in none.

        Even-odd rule (Shimrat, 1962). Every border is followed upwards, whichever area it belongs to, so that a point
        on a common border falls to exactly one side. Where areas overlap, the first of them has the point.
        """
        found = np.full(len(longitude), -1, dtype=np.int64)
        order = np.argsort(latitude, kind="stable")
        order = order[: np.count_nonzero(~np.isnan(latitude))]
        x, y = longitude[order], latitude[order]
        for area in reversed(range(self.n)):
            inside = _inside(x, y, self.rings[area])
            found[order[inside]] = area
        return found


def _inside(x: Array, y: Array, rings: tuple[Array, ...]) -> NDArray[np.int64]:
    """Positions of the points within `rings`; `y` is sorted, so each border meets one run of points only."""
    start = np.concatenate([ring[:-1] for ring in rings])
    end = np.concatenate([ring[1:] for ring in rings])
    down = (start[:, 1] > end[:, 1])[:, None]
    low, high = np.where(down, end, start), np.where(down, start, end)
    first = np.searchsorted(y, low[:, 1], side="left")
    last = np.searchsorted(y, high[:, 1], side="left")
    if not len(first) or (begin := int(first.min())) >= (stop := int(last.max())):
        return np.empty(0, dtype=np.int64)
    odd = np.zeros(stop - begin, dtype=bool)
    slope = (high[:, 0] - low[:, 0]) / np.where(high[:, 1] == low[:, 1], 1.0, high[:, 1] - low[:, 1])
    for edge in np.flatnonzero(first < last):
        run = slice(first[edge], last[edge])
        crossed = x[run] < low[edge, 0] + (y[run] - low[edge, 1]) * slope[edge]
        odd[run.start - begin : run.stop - begin] ^= crossed
    return begin + np.flatnonzero(odd)

"""A made-up island with areas, towns and people: somewhere for made-up notes and posts to happen.

The island of Merrow lies where the maps show nothing but sea; its areas share their borders point by point.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TOWNS = (
    "Aldmouth", "Brackenby", "Castlemere", "Dunharrow", "Eastwold", "Fennick", "Gullsend", "Hartsea", "Inchmoor",
    "Kestrel Bay", "Lowick Sands", "Merrowport", "Nethercombe", "Osmersby", "Penlaw", "Ravensholt", "Saltby",
    "Thornwick", "Ulverscar", "Westerby",
)  # fmt: skip
COLUMNS, ROWS = 6, 4
AREAS = (
    "West Head", "Westerby", "Fennick Levels", "Dunharrow", "Penlaw", "Ulverscar",
    "Gullsend", "Lowick Sands", "Castlemere", "Aldmouth North", "Osmersby", "Thornwick",
    "Saltby", "Brackenby", "Merrowport", "Aldmouth South", "Inchmoor", "Hartsea",
    "South Skerry", "Kestrel Bay", "Nethercombe", "Eastwold", "Ravensholt", "East Ness",
)  # fmt: skip
"""From west to east, row by row from the north."""
HOME = {"Aldmouth": "Aldmouth North"}
"""The area of a town, where it is not named after the town."""
CENTRE = (1.5, 55.0)
"""Longitude and latitude: a bank in the North Sea."""
SIZE = (0.52, 0.21)
"""Half the island's width and height in degrees."""
STEPS = 32
"""Points along one side of an area."""


@dataclass(frozen=True)
class Town:
    name: str
    latitude: float
    longitude: float
    population: int
    area: str


@dataclass(frozen=True, eq=False)
class Island:
    names: tuple[str, ...]
    rings: tuple[Array, ...]
    """The border of each area: longitude and latitude `(n_points, 2)`, the last point equal to the first."""
    towns: tuple[Town, ...]
    population: tuple[int, ...]
    """People of each area."""

    def geojson(self) -> dict[str, Any]:
        features = [
            {
                "type": "Feature",
                "properties": {"name": name, "population": people},
                "geometry": {"type": "Polygon", "coordinates": [ring.tolist()]},
            }
            for name, people, ring in zip(self.names, self.population, self.rings, strict=True)
        ]
        return {"type": "FeatureCollection", "name": "Areas of Merrow, a made-up island", "features": features}


@lru_cache(maxsize=1)
def island() -> Island:
    """The island of Merrow, always the same."""
    rng = np.random.Generator(np.random.PCG64(1))
    across, down = np.meshgrid(np.linspace(-1, 1, COLUMNS + 1), np.linspace(1, -1, ROWS + 1))
    inner = np.zeros(across.shape, dtype=bool)
    inner[1:-1, 1:-1] = True
    across = across + inner * rng.uniform(-0.09, 0.09, across.shape)
    down = down + inner * rng.uniform(-0.13, 0.13, down.shape)
    corner = np.stack([across, down], axis=-1)
    flat = [[_side(rng, corner[r, c], corner[r, c + 1]) for c in range(COLUMNS)] for r in range(ROWS + 1)]
    steep = [[_side(rng, corner[r, c], corner[r + 1, c]) for c in range(COLUMNS + 1)] for r in range(ROWS)]
    for c in range(COLUMNS):  # the coast is drawn by `_to_sea`, so the square's own sides are straight
        for r in (0, ROWS):
            flat[r][c] = np.linspace(corner[r, c], corner[r, c + 1], STEPS + 1)
    for r in range(ROWS):
        for c in (0, COLUMNS):
            steep[r][c] = np.linspace(corner[r, c], corner[r + 1, c], STEPS + 1)
    rings, middles = [], []
    for r in range(ROWS):
        for c in range(COLUMNS):
            sides = (flat[r][c], steep[r][c + 1], flat[r + 1][c][::-1], steep[r][c][::-1])
            ring = np.concatenate([side[:-1] for side in sides])
            rings.append(np.round(_to_sea(np.concatenate([ring, ring[:1]]))[::-1], 5))
            middles.append(np.round(_to_sea(corner[r : r + 2, c : c + 2].reshape(4, 2).mean(0)[None])[0], 4))
    return _peopled(rng, rings, middles)


def _side(rng: np.random.Generator, start: Array, end: Array) -> Array:
    """A border as crooked as a stream: midpoints are moved aside, and theirs again by less."""
    line, aside = np.stack([start, end]), 0.14
    while len(line) <= STEPS:
        middle = (line[:-1] + line[1:]) / 2
        along = line[1:] - line[:-1]
        middle += along[:, ::-1] * np.array([-1.0, 1.0]) * rng.uniform(-aside, aside, (len(middle), 1))
        line, wider = np.empty((2 * len(line) - 1, 2)), line
        line[::2], line[1::2] = wider, middle
    return line


def _to_sea(square: Array) -> Array:
    """From the square to the island: a disc whose rim has bays and headlands."""
    x, y = square.T
    x, y = x * np.sqrt(1 - y**2 / 2), y * np.sqrt(1 - x**2 / 2)
    angle, rim = np.arctan2(y, x), np.hypot(x, y)
    coast = 0.0
    for k, (size, turn) in enumerate(
        [(0.10, 0.6), (0.09, 2.2), (0.06, 4.0), (0.05, 1.1), (0.03, 5.2), (0.022, 0.3), (0.018, 2.9), (0.012, 4.4)]
    ):
        coast = coast + size * np.sin((k + 2 + k * (k > 3)) * angle + turn)
    rough = 0.014 * np.sin(31 * angle) + 0.009 * np.sin(57 * angle + 1) + 0.006 * np.sin(97 * angle + 2)
    scale = 1 + (coast + rough) * rim**2
    return np.stack([CENTRE[0] + SIZE[0] * x * scale, CENTRE[1] + SIZE[1] * y * scale], axis=1)


def _peopled(rng: np.random.Generator, rings: list[Array], middles: list[Array]) -> Island:
    sizes = np.round(np.exp(rng.uniform(np.log(1500), np.log(60000), len(TOWNS))), -2).astype(int)
    sizes[0] = 140_000
    towns = []
    for name, people in zip(TOWNS, sizes.tolist(), strict=True):
        area = HOME.get(name) or next(one for one in AREAS if one.startswith(name))
        longitude, latitude = middles[AREAS.index(area)].tolist()
        towns.append(Town(name, latitude, longitude, people, area))
    countryside = np.round(rng.uniform(900, 4000, len(AREAS)), -2).astype(int)
    countryside[AREAS.index("Aldmouth South")] = 38_000
    living = [int(n) + sum(town.population for town in towns if town.area == name)
              for name, n in zip(AREAS, countryside, strict=True)]  # fmt: skip
    return Island(AREAS, tuple(rings), tuple(towns), tuple(living))

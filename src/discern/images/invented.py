"""Invented signs, drawn with a pen: what a model of single characters has learned nothing about.

Six kinds: shapes, curves, hatchings, letters in the manner of Greek and of Hebrew, and signs of strokes by chance. Each
sign leans, turns, and is stretched and bent a little, and the pen is broad or fine, so that no two are the same.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SIDE = 160
"""Height and width of a drawing."""
SIGN = (0.35, 0.7)
"""The longer side of a sign, as a share of the drawing's."""
PEN = (0.07, 0.13)
"""The breadth of the pen, as a share of the sign's longer side."""
TURN, LEAN, STRETCH, BENT = 12.0, 0.2, 0.2, 0.03
"""Degrees; tangent; share; share of the sign's side."""
FINE = 24
"""Points of a curve."""
Points = NDArray[np.float64]
Strokes = tuple[Points, ...]


def signs(n: int, kind: str, random: np.random.Generator) -> NDArray[np.uint8]:
    """`n` signs of one of `KINDS`, dark on white, `(n, SIDE, SIDE, 1)`."""
    return np.stack([drawn(KINDS[kind](random), random) for _ in range(n)])


def drawn(strokes: Strokes, random: np.random.Generator) -> NDArray[np.uint8]:
    """Strokes, each points `(n, 2)` across and down, as a hand would draw them: `(SIDE, SIDE, 1)`, dark on white."""
    fine = 3
    long = random.uniform(*SIGN) * SIDE * fine
    angle = math.radians(random.uniform(-TURN, TURN))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    change = turn @ np.array([[1 + random.uniform(-STRETCH, STRETCH), random.uniform(-LEAN, LEAN)], [0.0, 1.0]])
    phases = random.uniform(0, 2 * math.pi, (2, 2))
    moved = []
    for stroke in strokes:
        points = _filled(stroke)
        bend = BENT * np.sin(2 * math.pi * points[:, ::-1] + phases[0]) + BENT / 2 * np.sin(9 * points + phases[1])
        moved.append((points + bend) @ change.T)
    everything = np.concatenate(moved)
    low, size = everything.min(axis=0), everything.max(axis=0) - everything.min(axis=0)
    times = long / size.max()
    room = SIDE * fine - size * times
    place = room * random.uniform(0.25, 0.75, 2)
    pen = random.uniform(*PEN) * long
    image = Image.new("L", (SIDE * fine, SIDE * fine), 255)
    draw = ImageDraw.Draw(image)
    for points in moved:
        path = [(float(x), float(y)) for x, y in (points - low) * times + place]
        draw.line(path, fill=0, width=round(pen), joint="curve")
        for x, y in (path[0], path[-1]):
            draw.ellipse([x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2], fill=0)
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX))[..., None]


def _filled(points: Points) -> Points:
    """The same path with a point at least every twentieth of the sign, so that straight lines bend, too."""
    parts = [points[:1]]
    for start, end in itertools.pairwise(points):
        many = max(1, math.ceil(float(np.abs(end - start).max()) * 20))
        parts.append(start + (end - start) * np.linspace(0, 1, many + 1)[1:, None])
    return np.concatenate(parts)


def _line(*points: tuple[float, float]) -> Points:
    return np.array(points, np.float64)


def _arc(x: float, y: float, across: float, down: float, start: float = 0.0, end: float = 360.0) -> Points:
    """Part of an ellipse about (x, y), in degrees from the right over the bottom."""
    angles = np.radians(np.linspace(start, end, FINE))
    return np.stack([x + across * np.cos(angles), y + down * np.sin(angles)], axis=1)


SHAPES: tuple[Strokes, ...] = (
    (_line((0.5, 0), (1, 1), (0, 1), (0.5, 0)),),
    (_line((0.5, 0), (0.8, 1), (0, 0.38), (1, 0.38), (0.2, 1), (0.5, 0)),),
    (_line((0.5, 1), (0.5, 0)), _line((0.1, 0.4), (0.5, 0), (0.9, 0.4))),
    (_line((0, 1), (0, 0.45), (0.5, 0), (1, 0.45), (1, 1), (0, 1)),),
    (_line((0, 0), (1, 0), (0, 1), (1, 1), (0, 0)),),
    (_line((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5), (0.5, 0)), _line((0, 0.5), (1, 0.5))),
)
"""Triangle, star, arrow, house, hourglass, barred lozenge."""
GREEK: tuple[Strokes, ...] = (
    (_line((0.5, 0), (0.5, 1)), _arc(0.5, 0.2, 0.5, 0.45, 0, 180)),
    (_line((0.5, 0), (0.5, 1)), _arc(0.5, 0.5, 0.5, 0.28)),
    (_line((1, 0.1), (1, 0), (0, 0), (0.55, 0.5), (0, 1), (1, 1), (1, 0.9)),),
    (_line((0, 1), (0.35, 1)), _arc(0.5, 0.42, 0.45, 0.42, 112, 428), _line((0.65, 1), (1, 1))),
    (_line((0, 0), (1, 0)), _line((0.2, 0), (0.2, 1)), _line((0.8, 0), (0.8, 1))),
    (_line((0, 0), (1, 0)), _line((0.25, 0.5), (0.75, 0.5)), _line((0, 1), (1, 1))),
)
"""In the manner of psi, phi, sigma, omega, pi and xi."""
HEBREW: tuple[Strokes, ...] = (
    (_line((0, 0), (0.15, 1), (0.85, 1), (1, 0)), _line((0.5, 0), (0.35, 0.6), (0.15, 0.8))),
    (_line((0, 0), (1, 1)), _line((0.9, 0), (0.85, 0.35), (0.6, 0.6)), _line((0.35, 0.35), (0.1, 0.6), (0.05, 1))),
    (_line((0, 0), (0.1, 1), (0.9, 1), (1, 0.2), (0.75, 0), (0.5, 0.3)),),
    (_line((0.1, 0.05), (0.1, 1), (0.3, 1)), _line((0, 0.1), (0.9, 0.1), (1, 0.3), (1, 1))),
    (_line((0.2, 0), (0.75, 0.55), (0.15, 1), (1, 1)), _line((0.95, 0), (0.9, 0.3), (0.7, 0.5))),
    (_line((0, 0.05), (0.9, 0.05), (1, 0.25), (1, 1)), _line((0.1, 0.4), (0.1, 1))),
)
"""In the manner of shin, aleph, tet, chet, tsadi and he."""


def _any_of(glyphs: tuple[Strokes, ...]) -> Callable[[np.random.Generator], Strokes]:
    return lambda random: glyphs[int(random.integers(len(glyphs)))]


def _curves(random: np.random.Generator) -> Strokes:
    """A spiral, a wave, a knot of loops, or a heart."""
    t = np.linspace(0, 1, 4 * FINE)
    match int(random.integers(4)):
        case 0:
            angle = (2.2 + random.random()) * 2 * math.pi * t + random.uniform(0, 2 * math.pi)
            x, y = t * np.cos(angle), t * np.sin(angle)
        case 1:
            waves = random.uniform(2.0, 3.5)
            x, y = t, 0.25 * np.sin(2 * math.pi * waves * t)
        case 2:
            petals = float(random.choice([3, 4]))
            angle = 2 * math.pi * t
            x, y = np.cos(petals * angle) * np.cos(angle), np.cos(petals * angle) * np.sin(angle)
        case _:
            angle = 2 * math.pi * t
            x = np.sin(angle) ** 3
            y = -(13 * np.cos(angle) - 5 * np.cos(2 * angle) - 2 * np.cos(3 * angle) - np.cos(4 * angle)) / 16
    points = np.stack([x, y], axis=1)
    low, size = points.min(axis=0), points.max(axis=0) - points.min(axis=0)
    return ((points - low) / size.max(),)


def _hatching(random: np.random.Generator) -> Strokes:
    """Two or three lines each way, upright or aslant, with or without a frame."""
    lines = [
        stroke
        for places, across in ((np.linspace(0.2, 0.8, 2 + int(random.integers(2))), way) for way in (True, False))
        for place in places
        for stroke in [_line((0, place), (1, place)) if across else _line((place, 0), (place, 1))]
    ]
    if random.random() < 0.5:
        return tuple(lines)
    aslant = np.array([[1, 1], [-1, 1]]) / 2
    return tuple(stroke @ aslant for stroke in lines)


def _by_chance(random: np.random.Generator) -> Strokes:
    """Three or four strokes, straight or curved, of which each begins on the one before."""
    strokes: list[Points] = []
    for _ in range(3 + int(random.integers(2))):
        start = random.uniform(0, 1, 2) if not strokes else strokes[-1][int(random.integers(len(strokes[-1])))]
        end = random.uniform(0, 1, 2)
        while float(np.abs(end - start).max()) < 0.4:
            end = random.uniform(0, 1, 2)
        middle = (start + end) / 2 + random.uniform(-0.4, 0.4, 2)
        t = np.linspace(0, 1, FINE)[:, None]
        strokes.append((1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end)
    return tuple(strokes)


KINDS: Mapping[str, Callable[[np.random.Generator], Strokes]] = {
    "shapes": _any_of(SHAPES),
    "curves": _curves,
    "hatchings": _hatching,
    "like Greek": _any_of(GREEK),
    "like Hebrew": _any_of(HEBREW),
    "strokes by chance": _by_chance,
}
"""Each kind and what draws a sign of it."""

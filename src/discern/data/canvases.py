"""Cluttered canvases with digits somewhere on them, and sections of such canvases to learn from: made up from pictures
of single digits, such as MNIST's, by a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ..core.seeds import generator
from ..core.views import Record

BACKGROUND = "background"
SIDE = 160
"""Height and width of a canvas."""
SIZES = (24, 52)
"""Sides of the squares in which digits lie, in pixels."""
MOST_DIGITS = 4
STROKES = (6, 16)
KINDS, CHANCES = ("digit", "cut", "small", "large", "clutter"), (0.6, 0.16, 0.05, 0.05, 0.14)
"""Of sections, and how frequent they are."""
APART = 0.1
"""Squares overlap by at most this share of the smaller one."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Placed(Record):
    """A digit on a canvas: its label and its square, top, left, bottom, right."""

    label: str
    square: tuple[int, int, int, int]


def canvas(digits: Pixels, labels: NDArray[np.str_], number: int, seed: int = 0) -> tuple[Pixels, tuple[Placed, ...]]:
    """Canvas `number` `(SIDE, SIDE)` with one to four of `digits` `(n, H, W)`, light on dark, and where they lie."""
    random = generator(seed, "canvas", number)
    field = clutter(SIDE, random)
    placed: list[Placed] = []
    for _ in range(int(random.integers(1, MOST_DIGITS + 1))):
        which, size = int(random.integers(len(digits))), int(random.integers(*SIZES))
        for _ in range(50):
            top, left = (int(random.integers(0, SIDE - size)) for _ in range(2))
            square = (top, left, top + size, left + size)
            if all(_shared(square, one.square) <= APART for one in placed):
                _lay(field, digits[which], square, float(random.uniform(0.75, 1)))
                placed.append(Placed(str(labels[which]), square))
                break
    return _finished(field, random), tuple(placed)


def sections(
    digits: Pixels, labels: NDArray[np.str_], n: int, side: int = 28, seed: int = 0
) -> tuple[Pixels, NDArray[np.str_]]:
    """`n` sections `(n, side, side)` and their labels: digits among clutter, a little off the middle and off the size,
    and for two in five `background`: clutter alone, digits cut through, far too large or far too small."""
    pictures, names = np.empty((n, side, side), np.uint8), []
    for number in range(n):
        random = generator(seed, "section", number)
        field = clutter(3 * side, random)
        which = int(random.integers(len(digits)))
        kind = KINDS[int(np.searchsorted(np.cumsum(CHANCES), random.random()))]
        size, off = side * float(random.uniform(0.88, 1.14)), 0.1 * side * float(random.random())
        if kind == "cut":
            off = side * float(random.uniform(0.42, 0.8))
        elif kind == "small":
            size = side * float(random.uniform(0.3, 0.6))
        elif kind == "large":
            size = side * float(random.uniform(1.7, 2.6))
        if kind != "clutter":
            angle = float(random.uniform(0, 2 * np.pi))
            top, left = (1.5 * side + off * np.array([np.sin(angle), np.cos(angle)]) - size / 2).round().astype(int)
            square = (int(top), int(left), int(top + size), int(left + size))
            _lay(field, digits[which], square, float(random.uniform(0.75, 1)))
        pictures[number] = _finished(field, random)[side : 2 * side, side : 2 * side]
        names.append(str(labels[which]) if kind == "digit" else BACKGROUND)
    return pictures, np.array(names)


def clutter(side: int, random: np.random.Generator) -> NDArray[np.float64]:
    """A dark ground with uneven light, strokes and arcs, `(side, side)`."""
    image = Image.new("L", (side, side), int(random.integers(0, 50)))
    draw = ImageDraw.Draw(image)
    for _ in range(max(2, int(random.integers(*STROKES) * (side / SIDE) ** 2 * 1.5))):
        grey, pen = int(random.integers(60, 200)), int(random.integers(1, 4))
        start, way = random.uniform(0, side, 2), random.normal(0, 0.16 * SIDE, 2)
        box = [*np.sort([start[0], start[0] + way[0]]), *np.sort([start[1], start[1] + way[1]])]
        if random.random() < 0.5:
            draw.line([*start, *(start + way)], fill=grey, width=pen)
        else:
            begin = float(random.uniform(0, 360))
            corners = (box[0], box[2], box[1] + 1, box[3] + 1)
            draw.arc(corners, begin, begin + float(random.uniform(40, 150)), fill=grey, width=pen)
    light = np.linspace(0, float(random.uniform(-25, 25)), side)
    return np.asarray(image).astype(np.float64) + (light[:, None] if random.random() < 0.5 else light[None, :])


def _lay(field: NDArray[np.float64], digit: Pixels, square: tuple[int, int, int, int], strength: float) -> None:
    """The digit, as light as `strength`, over what lies there; what reaches beyond the field is cut off."""
    top, left, bottom, right = square
    drawn = np.asarray(Image.fromarray(digit).resize((right - left, bottom - top), Image.Resampling.BILINEAR))
    rows, columns = slice(max(0, top), min(len(field), bottom)), slice(max(0, left), min(len(field), right))
    part = drawn[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] * strength
    field[rows, columns] = np.maximum(field[rows, columns], part)


def _finished(field: NDArray[np.float64], random: np.random.Generator) -> Pixels:
    return (field + random.normal(0, float(random.uniform(2, 9)), field.shape)).round().clip(0, 255).astype(np.uint8)


def _shared(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """The share of the smaller square that lies in both."""
    high = min(one[2], other[2]) - max(one[0], other[0])
    wide = min(one[3], other[3]) - max(one[1], other[1])
    return max(0, high) * max(0, wide) / min((square[2] - square[0]) ** 2 for square in (one, other))

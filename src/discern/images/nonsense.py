"""Pictures of nothing that anybody would want recognised: noise, scrambled pictures, drawn symbols."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

TILES = 4
"""Scrambled pictures are cut into so many tiles along each side."""
FINE = 4
"""Symbols are drawn so many times larger and shrunk."""
Pictures = NDArray[np.uint8]


def noise(n: int, shape: tuple[int, ...], random: np.random.Generator) -> Pictures:
    """Every value by chance, `(n, H, W, C)`."""
    return random.integers(0, 256, (n, *shape), dtype=np.uint8)


def scrambled(pictures: Pictures, random: np.random.Generator) -> Pictures:
    """The tiles of each picture `(n, H, W, C)` in another order; what does not fill a tile stays where it is."""
    out = pictures.copy()
    height, width = (side // TILES for side in pictures.shape[1:3])
    if not height or not width:
        return out
    places = [(row * height, column * width) for row in range(TILES) for column in range(TILES)]
    for picture, new in zip(pictures, out, strict=True):
        for (top, left), place in zip(places, random.permutation(len(places)), strict=True):
            from_top, from_left = places[place]
            new[top : top + height, left : left + width] = picture[
                from_top : from_top + height, from_left : from_left + width
            ]
    return out


def symbols(n: int, shape: tuple[int, ...], random: np.random.Generator, *, dark: bool) -> Pictures:
    """Squares, triangles, crosses, plus signs and stars, `(n, H, W, C)`; `dark`: bright lines on a dark ground."""
    height, width, channels = shape
    out = np.empty((n, *shape), np.uint8)
    for new in out:
        canvas = Image.new("L", (width * FINE, height * FINE))
        _symbol(ImageDraw.Draw(canvas), canvas.size, random)
        drawn = np.asarray(canvas.resize((width, height), Image.Resampling.BOX))
        new[:] = np.repeat((drawn if dark else 255 - drawn)[..., None], channels, axis=2)
    return out


def _symbol(draw: ImageDraw.ImageDraw, size: tuple[int, int], random: np.random.Generator) -> None:
    side = min(size)
    reach, thick = random.uniform(0.18, 0.36) * side, max(1, round(0.08 * side))
    x, y = (random.uniform(0.42, 0.58) * length for length in size)
    match int(random.integers(5)):
        case 0:
            draw.rectangle([x - reach, y - reach, x + reach, y + reach], outline=255, width=thick)
        case 1:
            draw.polygon([(x, y - reach), (x - reach, y + reach), (x + reach, y + reach)], outline=255, width=thick)
        case 2:
            draw.line([x - reach, y - reach, x + reach, y + reach], fill=255, width=thick)
            draw.line([x - reach, y + reach, x + reach, y - reach], fill=255, width=thick)
        case 3:
            draw.line([x - reach, y, x + reach, y], fill=255, width=thick)
            draw.line([x, y - reach, x, y + reach], fill=255, width=thick)
        case _:
            turns = [(place * math.pi / 5, reach * (1.0 if place % 2 else 0.45)) for place in range(10)]
            star = [(x + far * math.sin(turn), y + far * math.cos(turn)) for turn, far in turns]
            draw.polygon(star, outline=255, width=thick)

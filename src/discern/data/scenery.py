"""Backgrounds for drawn photographs: a hall, a street, a wood, a yard, no two of them alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

BACKGROUNDS = ("hall", "street", "wood", "yard")
Colour = tuple[int, int, int]


def scene(kind: str, rng: np.random.Generator, height: int, width: int) -> Image.Image:
    """One of `BACKGROUNDS`: where the wall or the sky ends and the floor begins, and what stands there."""
    horizon = round(height * rng.uniform(0.42, 0.55))
    above, below, things = _SCENES[kind]
    shift = rng.integers(-15, 16, 3)
    rows = np.empty((height, width, 3))
    rows[:horizon] = np.asarray(above) + shift
    rows[horizon:] = np.asarray(below) + shift
    rows += np.linspace(12, -18, height)[:, None, None] + rng.normal(0, 4, (height, width, 1))
    image = Image.fromarray(rows.clip(0, 255).astype(np.uint8))
    things(ImageDraw.Draw(image), rng, width, horizon)
    return image


def _lamps(draw: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, horizon: int) -> None:
    for x in np.linspace(0, width, int(rng.integers(3, 7))):
        draw.rectangle((x, horizon * 0.1, x + width * 0.08, horizon * 0.14), fill=(250, 250, 240))


def _houses(draw: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, horizon: int) -> None:
    left = 0.0
    while left < width:
        wide, top = width * rng.uniform(0.1, 0.3), horizon * rng.uniform(0.15, 0.7)
        draw.rectangle((left, top, left + wide, horizon), fill=tuple(rng.integers(90, 190, 3).tolist()))
        left += wide


def _trees(draw: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, horizon: int) -> None:
    for _ in range(int(rng.integers(10, 25))):
        x, size = rng.uniform(0, width), rng.uniform(0.25, 0.7) * horizon
        green = (int(rng.integers(20, 60)), int(rng.integers(70, 120)), int(rng.integers(25, 60)))
        draw.ellipse((x - size / 2, horizon - size, x + size / 2, horizon + size * 0.1), fill=green)


def _fence(draw: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, horizon: int) -> None:
    gap = width / float(rng.integers(15, 40))
    for x in np.arange(0, width, gap):
        draw.line((x, horizon * 0.5, x, horizon), fill=(95, 85, 75), width=2)
    draw.line((0, horizon * 0.6, width, horizon * 0.6), fill=(95, 85, 75), width=2)


_SCENES: dict[str, tuple[Colour, Colour, Callable[[ImageDraw.ImageDraw, np.random.Generator, int, int], None]]] = {
    "hall": ((205, 205, 205), (165, 165, 168), _lamps),
    "street": ((150, 185, 220), (105, 105, 108), _houses),
    "wood": ((170, 200, 225), (120, 125, 85), _trees),
    "yard": ((190, 195, 200), (150, 135, 115), _fence),
}

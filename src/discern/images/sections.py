"""Sections of a picture at several scales: the same square window slides over smaller and smaller copies of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

BETWEEN = 1.2
"""Each scale is so many times as large as the one before."""
PART = 4
"""Windows stand a quarter of their size apart."""


@dataclass(frozen=True)
class Level:
    """A picture at one scale, with the places of its windows."""

    pixels: Pixels
    """`(H, W, C)`"""
    scale: float
    """Pixels of the picture for one of these."""
    tops: NDArray[np.int64]
    """Upper edges of windows, `(n_rows,)`, in these pixels."""
    lefts: NDArray[np.int64]


def levels(pixels: Pixels, window: tuple[int, int], smallest: float, largest: float) -> Iterator[Level]:
    """The picture `(H, W, C)` at scales at which things of `smallest` to `largest` pixels fill a window.

    Sizes are those of the window's longer side. Scales at which no window fits are left out.
    """
    high, wide = pixels.shape[:2]
    size = smallest
    image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    while size <= largest * 1.0001:
        scale = size / max(window)
        shape = (round(high / scale), round(wide / scale))
        if shape[0] >= window[0] and shape[1] >= window[1]:
            resized = (
                image if scale == 1 else image.resize((shape[1], shape[0]), Image.Resampling.BILINEAR, reducing_gap=3)
            )
            level = np.asarray(resized).reshape(*shape, -1)
            steps = [max(1, side // PART) for side in window]
            places = [_places(side, one, step) for side, one, step in zip(shape, window, steps, strict=True)]
            yield Level(level, scale, *places)
        size *= BETWEEN


def cut_out(level: Level, window: tuple[int, int], places: NDArray[np.int64]) -> Pixels:
    """The windows whose upper left corners are `places` `(n, 2)`, as `(n, h, w, C)`."""
    views = np.lib.stride_tricks.sliding_window_view(level.pixels, window, axis=(0, 1))
    return np.ascontiguousarray(np.moveaxis(views[places[:, 0], places[:, 1]], 1, 3))


def _places(side: int, window: int, step: int) -> NDArray[np.int64]:
    """Places a step apart from edge to edge; the last window ends at the edge."""
    places = np.arange(0, side - window + 1, step)
    return places if places[-1] == side - window else np.append(places, side - window)

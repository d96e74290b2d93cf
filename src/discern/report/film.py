"""Pictures one after another, as a GIF that any program shows."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

FRAMES = 60
FIRST, EACH, LAST = 1200, 110, 3000
"""How long a picture stands, in milliseconds; the last one before it begins again."""
COLOURS = 64
SAMPLED = 4
"""Every fourth pixel each way says which colours there are."""


def gif(pngs: Sequence[bytes], each: int = EACH) -> bytes:
    """The pictures (PNG files, one size) in 64 colours; at its end the film begins again. One between the first and the
    last stands for `each` milliseconds."""
    frames = [_opened(png) for png in pngs]
    seen = np.hstack([np.asarray(frame)[::SAMPLED, ::SAMPLED] for frame in frames])
    palette = Image.fromarray(seen).quantize(COLOURS)
    first, *others = [frame.quantize(COLOURS, palette=palette, dither=Image.Dither.NONE) for frame in frames]
    times = [FIRST, *[each] * (len(others) - 1), LAST][: len(frames)]
    out = io.BytesIO()
    first.save(out, "GIF", save_all=True, append_images=others, duration=times, loop=0)
    return out.getvalue()


def chosen(last: int) -> tuple[int, ...]:
    """Up to 60 of the numbers 0 to `last`: early ones one by one, later ones in larger strides."""
    if last < 1:
        return (0,)
    strides = np.geomspace(1, last, FRAMES - 1).round().astype(int)
    return (0, *(int(number) for number in np.unique(strides)))


def _opened(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as image:
        return image.convert("RGB")

"""Pictures as text: their numbers flat and by rows, and drawings for a terminal. Nothing is printed here."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..core.records import InputSpec
from .fit import fit_to

SHADES = " .:-=+*#%@"
"""From dark to light, for light text on a dark screen."""
WIDTH = 64
"""Pixels across, at most, of a drawing."""


def flat(pixels: NDArray[np.uint8]) -> str:
    """Every number of a picture `(H, W, C)` on one line, row by row, the channels of a pixel side by side."""
    return " ".join(map(str, pixels.ravel().tolist()))


def rows(pixels: NDArray[np.uint8]) -> str:
    """The numbers of a picture `(H, W, C)`, a line a row; a pixel of a colour picture stands as `red,green,blue`."""
    cells = [[",".join(map(str, pixel)) for pixel in row] for row in pixels.tolist()]
    width = max(len(cell) for row in cells for cell in row)
    return "\n".join(" ".join(cell.rjust(width) for cell in row) for row in cells)


def shades(pixels: NDArray[np.uint8], *, width: int = WIDTH, dark_on_light: bool = False) -> str:
    """A drawing in ten shades of plain text; a pixel is two characters wide, so that proportions hold.

    Larger pictures are shrunk to `width` pixels across. `dark_on_light` is for dark text on light paper.
    """
    picture = _shrunk(pixels, width, channels=1)[:, :, 0]
    scale = SHADES[::-1] if dark_on_light else SHADES
    steps = picture.astype(np.int64) * len(scale) // 256
    return "\n".join("".join(scale[step] * 2 for step in row) for row in steps.tolist())


def half_blocks(pixels: NDArray[np.uint8], *, width: int = WIDTH) -> str:
    """A drawing in true colour, in ANSI codes for a terminal: a character holds two pixels, one above the other."""
    picture = _shrunk(pixels, width, channels=3)
    if len(picture) % 2:
        picture = np.concatenate([picture, np.zeros_like(picture[:1])])
    lines = []
    for upper, lower in zip(picture[::2].tolist(), picture[1::2].tolist(), strict=True):
        pairs = zip(upper, lower, strict=True)
        codes = (f"\x1b[38;2;{r};{g};{b}m\x1b[48;2;{R};{G};{B}m▀" for (r, g, b), (R, G, B) in pairs)
        lines.append("".join(codes) + "\x1b[0m")
    return "\n".join(lines)


def _shrunk(pixels: NDArray[np.uint8], width: int, channels: int) -> NDArray[np.uint8]:
    height, across = pixels.shape[:2]
    if across > width:
        height, across = max(1, round(height * width / across)), width
    return fit_to(pixels, InputSpec("pictures", (height, across, channels), "uint8"))


def png(pixels: NDArray[np.uint8]) -> bytes:
    """`pixels` `(H, W, 1|3)` as the bytes of a PNG file."""
    out = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(out, format="PNG", optimize=True)
    return out.getvalue()

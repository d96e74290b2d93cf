"""Many small pictures on one sheet, in rows with a caption each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..core.records import InputSpec
from .fit import fit_to

TILE = 96
"""Pixels across and down that a picture gets."""
GAP = 6
CAPTION = 22
"""Height of a caption."""
NARROWEST = 4
"""Tiles that a sheet is wide at least, so that captions have room."""


def contact_sheet(rows: Sequence[tuple[str, NDArray[np.uint8]]], *, tile: int = TILE) -> NDArray[np.uint8]:
    """A sheet `(H, W, 3)` of captions, each with its pictures `(n, H, W, C)` below it, on white.

    Proportions are kept. Pictures smaller than `tile` are enlarged without smoothing, by a whole factor, so that their
    pixels can be seen. Letters that cannot be drawn on one line stand as dots.
    """
    across = max([NARROWEST, *(len(pictures) for _, pictures in rows)])
    width = GAP + across * (tile + GAP)
    height = GAP + len(rows) * (CAPTION + tile + GAP)
    sheet = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for row, (caption, pictures) in enumerate(rows):
        top = GAP + row * (CAPTION + tile + GAP)
        draw.text((GAP, top), _fitting(caption, width - 2 * GAP, font), fill=(40, 40, 40), font=font)
        for column, pixels in enumerate(pictures):
            shown = _tile(pixels, tile)
            left = GAP + column * (tile + GAP) + (tile - shown.width) // 2
            sheet.paste(shown, (left, top + CAPTION + (tile - shown.height) // 2))
    return np.asarray(sheet).copy()


def _tile(pixels: NDArray[np.uint8], tile: int) -> Image.Image:
    height, width = pixels.shape[:2]
    longest = max(height, width)
    if longest <= tile:
        factor = tile // longest
        shape = (height, width, 3)
        larger = np.repeat(np.repeat(fit_to(pixels, InputSpec("pictures", shape, "uint8")), factor, 0), factor, 1)
        return Image.fromarray(larger)
    shape = (max(1, round(height * tile / longest)), max(1, round(width * tile / longest)), 3)
    return Image.fromarray(fit_to(pixels, InputSpec("pictures", shape, "uint8")))


def _fitting(text: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """As much of a text as has room on one line."""
    line = "".join(letter if letter.isprintable() else "·" for letter in text[:400])
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "...") > width:
        line = line[:-1]
    return line + "..."

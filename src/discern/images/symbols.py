"""Drawn symbols brought to one form: light on black, of one size, at one place, as MNIST's digits are.

A symbol is cut out, scaled until its longer side is BOX of the picture's, and laid down with its centre of mass in the
middle. Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits": digits of 20 by 20 in a field of
28 by 28, by centre of mass. A picture that has that form already is returned unchanged.
"""

from __future__ import annotations

import numpy as np
import scipy  # its parts load when they are first used
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

BOX = 20 / 28
"""The longer side of a symbol, as a share of the picture's shorter side."""
EVEN = 3
"""Greys that a clean background may differ by."""
CLEAN = 0.5
"""Share of a clean picture that is background, within EVEN."""
FAINT = 40
"""What differs less from its surroundings, in greys, is no ink."""
SPECK = 0.02
"""Parts with less ink than this share of the largest part are dirt."""
SMOOTH = 0.8
"""Noise is smoothed over so many pixels before ink is told from ground."""
WINDOW = 0.25
"""Side of the surroundings that ink is darker or lighter than, as a share of the picture's shorter side."""
THIN = 2.0
"""Strokes are made at least so many pixels wide, after scaling."""


def normalise(pixels: Pixels, height: int, width: int) -> Pixels:
    """The symbol of a picture `(H, W)` or `(H, W, C)`, light on black, `(height, width)`; black where there is none."""
    return placed(ink_of(pixels), height, width)


def placed(ink: Pixels, height: int, width: int) -> Pixels:
    """Ink, light on black `(H, W)`, scaled and centred in a field `(height, width)`."""
    found = box_of(ink)
    field = np.zeros((height, width), np.uint8)
    if found is None:
        return field
    top, bottom, left, right = found
    symbol = ink[top:bottom, left:right]
    longest = round(BOX * min(height, width))
    if max(symbol.shape) != longest:
        symbol = _scaled(symbol, longest)
    return _laid_down(symbol, field)


def ink_of(pixels: Pixels) -> Pixels:
    """How much ink there is at each place, `(H, W)`: 255 where it is strongest, 0 on the background.

    A picture drawn on an even ground keeps its greys; of a photograph it is what differs from its surroundings.
    """
    grey = grey_of(pixels)
    ground = _ground(grey)
    difference = np.abs(grey.astype(np.int16) - ground)
    if float((difference <= EVEN).mean()) >= CLEAN:
        return _spread(np.where(grey.astype(np.int16) > ground, difference, 0), ground, grey)
    return np.where(cleaned(ink_mask(grey)), np.uint8(255), np.uint8(0))


def grey_of(pixels: Pixels) -> Pixels:
    """`(H, W)`: colour becomes grey by ITU-R 601-2 luma, as everywhere."""
    if pixels.ndim == 2:
        return pixels
    if pixels.shape[2] == 1:
        return pixels[:, :, 0]
    return np.asarray(Image.fromarray(pixels).convert("L"))


def ink_mask(grey: Pixels, window: int | None = None) -> Mask:
    """Where ink is, `(H, W)`: what is darker (or on a dark ground lighter) than its surroundings by FAINT and more.

    Source: local thresholds as in Bradley and Roth, Journal of Graphics Tools 12(2), 2007.
    """
    side = window or max(15, int(WINDOW * min(grey.shape)))
    values = scipy.ndimage.gaussian_filter(grey.astype(np.float32), SMOOTH)
    around = scipy.ndimage.uniform_filter(values, size=side, mode="nearest")
    dark = float(np.median(values)) < 128 and float((values < around - FAINT).mean()) < float(
        (values > around + FAINT).mean()
    )
    found: Mask = values > around + FAINT if dark else values < around - FAINT
    return found


def cleaned(mask: Mask) -> Mask:
    """A mask without parts that are far smaller than its largest: dust and noise."""
    parts, n = scipy.ndimage.label(mask, structure=np.ones((3, 3)))
    if n < 2:
        return mask
    sizes = np.bincount(parts.ravel())[1:]
    kept = np.concatenate([[False], sizes >= SPECK * sizes.max()])
    found: Mask = kept[parts]
    return found


def box_of(ink: Pixels) -> tuple[int, int, int, int] | None:
    """Top, bottom, left and right of all ink, the ends exclusive; None where there is none."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return None
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _ground(grey: Pixels) -> int:
    """The grey of the background: what is most frequent along the edge."""
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return int(np.bincount(edge, minlength=256).argmax())


def _spread(lighter: NDArray[np.int16], ground: int, grey: Pixels) -> Pixels:
    """Ink on an even ground as light on black; on a ground of 0 or 255 the greys stay as they are."""
    darker = np.where(grey.astype(np.int16) < ground, ground - grey.astype(np.int16), 0)
    ink, room = (lighter, 255 - ground) if int(lighter.sum()) >= int(darker.sum()) else (darker, ground)
    if room in (0, 255):
        return ink.astype(np.uint8)
    return (ink.astype(np.float64) * 255 / room).round().clip(0, 255).astype(np.uint8)


def _scaled(symbol: Pixels, longest: int) -> Pixels:
    """A symbol whose longer side is `longest`; thin strokes are thickened first, so that they do not fade."""
    times = longest / max(symbol.shape)
    if times < 1:
        width = _stroke(symbol) * times
        if width < THIN:
            grow = round((THIN - width) / times) // 2 * 2 + 1
            symbol = scipy.ndimage.grey_dilation(np.pad(symbol, grow), size=(grow, grow))
            found = box_of(symbol)
            assert found is not None
            symbol = symbol[found[0] : found[1], found[2] : found[3]]
            times = longest / max(symbol.shape)
    high, wide = (max(1, round(side * times)) for side in symbol.shape)
    resized = np.asarray(Image.fromarray(symbol).resize((wide, high), Image.Resampling.BILINEAR)).astype(np.float64)
    return (resized * 255 / max(1.0, float(resized.max()))).round().astype(np.uint8)


def _stroke(symbol: Pixels) -> float:
    """About how wide the strokes are, in pixels: twice the mean depth of the ridge of the ink."""
    depth = scipy.ndimage.distance_transform_edt(np.pad(symbol > 127, 1))
    ridge = (depth > 0) & (depth >= scipy.ndimage.maximum_filter(depth, size=3))
    return float(2 * depth[ridge].mean()) if ridge.any() else 1.0


def _laid_down(symbol: Pixels, field: Pixels) -> Pixels:
    """The symbol on the field, its centre of mass in the middle as far as it fits."""
    mass = symbol.astype(np.float64)
    places = []
    for axis in (0, 1):
        centre = float((mass.sum(axis=1 - axis) * np.arange(symbol.shape[axis])).sum() / mass.sum())
        start = int(np.floor(field.shape[axis] / 2 - centre + 0.5))
        places.append(min(max(0, start), field.shape[axis] - symbol.shape[axis]))
    top, left = places
    field[top : top + symbol.shape[0], left : left + symbol.shape[1]] = symbol
    return field

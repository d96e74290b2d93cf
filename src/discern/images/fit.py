"""From a decoded picture to what a model takes: the one path of crop, channels, size and tones for every door."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..core.options import PictureOptions
from ..core.records import InputSpec
from . import symbols

SMALL_PART = 8
"""A symbol is looked for in a picture of so many times its size."""
COMMON_SIZE = 112
"""Height and width that pictures of several sizes, or of larger ones, are brought to."""


def fit_to(pixels: NDArray[np.uint8], spec: InputSpec) -> NDArray[np.uint8]:
    """`(H, W, C)` of any size to `spec.shape`: cut, then channels, then size, then black and white.

    What `spec.crop` says is cut away, to the nearest pixel. Colour becomes grey by ITU-R 601-2 luma; grey becomes
    colour by three equal channels. Resizing is bilinear with a support that grows when shrinking (antialiased); it
    stretches, or with `spec.keep_aspect` keeps proportions and fills up with the mean colour of the picture's edge. For
    `spec.binary` values are 0 and 255, parted by `otsu`. For `spec.symbols` a drawn symbol is cut out, scaled and
    centred instead. A picture that fits already is returned as it is.
    """
    if pixels.shape == spec.shape and not any(spec.crop) and not spec.symbols:
        return _black_and_white(pixels) if spec.binary else pixels
    return fit_image(Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels), spec)


def fit_image(image: Image.Image, spec: InputSpec) -> NDArray[np.uint8]:
    """`fit_to` of a picture of Pillow's in mode L or RGB."""
    image = cropped(image, spec.crop)
    if spec.symbols:
        return symbols.normalise(pixels_of(image), *spec.shape[:2])[:, :, None]
    mode = "L" if spec.shape[2] == 1 else "RGB"
    image = image if image.mode == mode else image.convert(mode)
    if spec.keep_aspect:
        pixels = _kept_in_proportion(image, spec.shape)
    else:
        pixels = pixels_of(_resized(image, spec.shape[0], spec.shape[1]))
    return _black_and_white(pixels) if spec.binary else pixels


def pixels_of(image: Image.Image) -> NDArray[np.uint8]:
    """`(H, W, 1)` or `(H, W, 3)` of a picture of mode L or RGB."""
    return np.asarray(image).reshape(image.height, image.width, -1)


def cropped(image: Image.Image, crop: tuple[float, float, float, float]) -> Image.Image:
    """A picture without the shares at its left, top, right and bottom; at least one pixel is left."""
    if not any(crop):
        return image
    rows, columns = (_kept(side, before, after) for side, before, after in _sides((image.height, image.width), crop))
    return image.crop((columns.start, rows.start, columns.stop, rows.stop))


def otsu(pixels: NDArray[np.uint8]) -> int:
    """The value from which on a pixel is light; light and dark pixels then each differ least among themselves.

    Source: N. Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions on Systems, Man, and
    Cybernetics 9(1), 1979, https://doi.org/10.1109/TSMC.1979.4310076. A picture of one value is parted at 128.
    """
    counts = np.bincount(pixels.ravel(), minlength=256)
    if np.count_nonzero(counts) < 2:
        return 128
    below = np.cumsum(counts)[:-1]
    sums = np.cumsum(counts * np.arange(256))
    above, total = pixels.size - below, sums[-1]
    # whole numbers up to here, so that every machine finds the same threshold
    gap = (sums[:-1] * pixels.size - below * total).astype(np.float64)
    weight = below.astype(np.float64) * above
    between = np.divide(gap**2, weight, out=np.zeros(255), where=weight > 0)
    return int(np.argmax(between)) + 1


def least_size(height: int, width: int, spec: InputSpec) -> tuple[int, int]:
    """The least height and width that a picture may be decoded at and still be shrunk, not enlarged, to `spec`; a drawn
    symbol may be a small part of its picture."""
    if spec.symbols:
        return SMALL_PART * spec.shape[0], SMALL_PART * spec.shape[1]
    (_, top, bottom), (_, left, right) = _sides((height, width), spec.crop)
    high, wide = spec.shape[0] / (1 - top - bottom), spec.shape[1] / (1 - left - right)
    if spec.keep_aspect:
        scale = min(high / height, wide / width)
        high, wide = scale * height, scale * width
    return math.ceil(high), math.ceil(wide)


def common_spec(shapes: Iterable[tuple[int, int, int]], options: PictureOptions | None = None) -> InputSpec:
    """What a model of these pictures takes: the size asked for, or else their own when all share one of at most
    112 x 112 (after what is cut away), or else 112 x 112.

    `shapes` are `(H, W, C)`; the result has colour when any picture has it and grey is not asked for.
    """
    options = options or PictureOptions()
    crop = options.crop or (0.0, 0.0, 0.0, 0.0)
    distinct = set(shapes)
    grey = options.grey or options.binary or options.symbols
    channels = 1 if grey else max((shape[2] for shape in distinct), default=1)
    sizes = {tuple(len(range(side)[_kept(side, *cut)]) for side, *cut in _sides(shape, crop)) for shape in distinct}
    height, width = COMMON_SIZE, COMMON_SIZE
    if options.size is not None:
        height, width = options.size
    elif len(sizes) == 1 and max(next(iter(sizes))) <= COMMON_SIZE:
        height, width = next(iter(sizes))
    return InputSpec(
        "pictures",
        (height, width, channels),
        "uint8",
        crop,
        options.keep_aspect,
        options.binary,
        symbols=options.symbols,
    )


def _sides(
    shape: tuple[int, ...], crop: tuple[float, float, float, float]
) -> tuple[tuple[int, float, float], tuple[int, float, float]]:
    """Height and width, each with what is cut before and after."""
    left, top, right, bottom = crop
    return (shape[0], top, bottom), (shape[1], left, right)


def _kept(side: int, before: float, after: float) -> slice:
    start = min(round(side * before), side - 1)
    return slice(start, max(start + 1, side - round(side * after)))


def _resized(image: Image.Image, height: int, width: int) -> Image.Image:
    if image.size == (width, height):
        return image
    return image.resize((width, height), Image.Resampling.BILINEAR)


def _black_and_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.where(pixels >= otsu(pixels), np.uint8(255), np.uint8(0))


def _kept_in_proportion(image: Image.Image, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    (width, height), (high, wide) = image.size, shape[:2]
    scale = min(high / height, wide / width)
    size = (min(high, max(1, round(height * scale))), min(wide, max(1, round(width * scale))))
    inner = pixels_of(_resized(image, *size))
    if size == (high, wide):
        return inner
    edge = np.concatenate([inner[0], inner[-1], inner[1:-1, 0], inner[1:-1, -1]])
    full = np.empty(shape, np.uint8)
    full[:] = (2 * edge.sum(axis=0, dtype=np.int64) + len(edge)) // (2 * len(edge))  # the mean, halves upwards
    top, left = (high - size[0]) // 2, (wide - size[1]) // 2
    full[top : top + size[0], left : left + size[1]] = inner
    return full

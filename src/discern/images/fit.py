"""From a decoded picture to what a model takes: the one path of channels and size for every door."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..core.records import InputSpec

COMMON_SIZE = 64
"""Height and width that pictures of several sizes, or of larger ones, are brought to."""


def fit_to(pixels: NDArray[np.uint8], spec: InputSpec) -> NDArray[np.uint8]:
    """`(H, W, C)` of any size to `spec.shape`: channels first, then stretched to the size.

    Colour becomes grey by ITU-R 601-2 luma; grey becomes colour by three equal channels. Resizing is bilinear with a
    support that grows when shrinking (antialiased). A picture that fits already is returned as it is.
    """
    height, width, channels = spec.shape
    if pixels.shape == spec.shape:
        return pixels
    if pixels.shape[2] != channels:
        pixels = _to_grey(pixels) if channels == 1 else np.repeat(pixels, 3, axis=2)
    if pixels.shape[:2] == (height, width):
        return pixels
    image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
    resized = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))
    return resized.reshape(height, width, channels)


def common_spec(shapes: Iterable[tuple[int, int, int]]) -> InputSpec:
    """What a model of these pictures takes: their own size when all share one of at most 64 x 64, else 64 x 64.

    `shapes` are `(H, W, C)`; the result has colour when any picture has it.
    """
    distinct = set(shapes)
    sizes = {shape[:2] for shape in distinct}
    channels = max((shape[2] for shape in distinct), default=1)
    size = (COMMON_SIZE, COMMON_SIZE)
    if len(sizes) == 1 and max(next(iter(sizes))) <= COMMON_SIZE:
        size = next(iter(sizes))
    return InputSpec("pictures", (*size, channels), "uint8")


def _to_grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(pixels).convert("L"))[:, :, None]

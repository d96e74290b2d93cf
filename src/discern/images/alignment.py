"""How much two small grey pictures show the same, when one may be cut, stretched, brightened or re-encoded a little.

Pure functions on float32 arrays; all pairs of a batch at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""ITU-R 601-2."""
TAPS = (np.array([1, 2, 1], np.float32) / 4, np.array([1, 4, 6, 4, 1], np.float32) / 16)
STEPS = ((16, 6), (32, 4))
"""Sides of the picture on which it is aligned, coarse first, and the steps on each."""
FARTHEST = 0.15
"""No side may move by more of the picture than this."""
FLAT = 1.0
"""Grey levels of standard deviation below which a picture shows nothing that could be compared."""


def thumbnails(pixels: NDArray[np.uint8], side: int) -> Grey:
    """`(n, H, W, C)` to grey means over a grid of equal areas, `(n, side, side)`, in grey levels."""
    height, width, channels = pixels.shape[1:]
    grey: Grey = pixels[..., 0].astype(np.float32) if channels == 1 else pixels.astype(np.float32) @ LUMA
    means: Grey = _shares(height, side) @ (grey @ _shares(width, side).T)
    return means


def normalised(flat: Grey) -> Grey:
    """Rows `(n, d)` without their mean, at length 1: their products are correlations. Flat rows become zeros."""
    centred = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.where(length >= FLAT * np.sqrt(flat.shape[1]), centred / np.maximum(length, 1e-6), 0).astype(np.float32)


def agreement(a: Grey, b: Grey, inside: Grey | None = None) -> tuple[Grey, Grey]:
    """Correlations of pairs `(m, s, s)`: of the pictures, and of their fine structure alone, each `(m,)`.

    The fine structure is what a small blur takes away: outlines and texture, without which two pictures of one
    composition would pass for one. `inside` weights the pixels.
    """
    weight = np.ones_like(a) if inside is None else inside
    return _correlation(a, b, weight), _correlation(a - _blur(a, 1), b - _blur(b, 1), weight)


def aligned(a: Grey, b: Grey) -> tuple[Grey, Grey]:
    """Each `b` moved and stretched along both axes to lie on its `a`, and where it then has pixels; `(m, 32, 32)` all.

    Gauss-Newton on the squared difference, with gain and offset of brightness as unknowns too (Lucas and Kanade,
    1981; Baker and Matthews, "Lucas-Kanade 20 Years On", 2004), on 16 x 16 and then on 32 x 32 pixels.
    """
    a, original = _standard(a), b
    b = _standard(b)
    warp = np.zeros((len(a), 4), np.float32)  # stretch x, stretch y, shift x, shift y; in halves of the picture
    for side, steps in STEPS:
        small_a, small_b = (_blur(_halved(x, side), 2 if side < 32 else 1) for x in (a, b))
        slopes = np.gradient(small_b, axis=2) * (side / 2), np.gradient(small_b, axis=1) * (side / 2)
        for _ in range(steps):
            moved, inside = _sample(small_b, warp)
            there = [_sample(slope.astype(np.float32), warp)[0] for slope in slopes]
            warp = np.clip(warp + _step(small_a, moved, there, inside), -FARTHEST, FARTHEST)
    return _sample(original, warp)


def _step(a: Grey, moved: Grey, slopes: list[Grey], inside: Grey) -> Grey:
    """The change of the warp that brings `moved` nearest to `a`, to first order."""
    side = a.shape[1]
    along = _centres(side)
    columns = (
        slopes[0] * along,
        slopes[1] * along[:, None],
        slopes[0],
        slopes[1],
        -a,
        -np.ones_like(a),
    )
    design = np.stack(columns, axis=-1).reshape(len(a), side * side, 6)
    weight = inside.reshape(len(a), -1, 1)
    squares = np.swapaxes(design * weight, 1, 2) @ design
    squares += np.eye(6, dtype=np.float32) * (1e-4 * np.trace(squares, axis1=1, axis2=2)[:, None, None] / 6 + 1e-6)
    right = np.swapaxes(design * weight, 1, 2) @ -moved.reshape(len(a), -1, 1)
    change: Grey = np.linalg.solve(squares, right)[:, :4, 0].astype(np.float32)
    return change


def _sample(b: Grey, warp: Grey) -> tuple[Grey, Grey]:
    """Bilinear values of `b` where the warp puts each pixel, and 1 where that is inside the picture, else 0."""
    side = b.shape[1]
    along = _centres(side)
    x, y = (((1 + warp[:, [axis]]) * along + warp[:, [axis + 2]] + 1) * side / 2 - 0.5 for axis in (0, 1))
    inside = ((x >= -0.5) & (x <= side - 0.5))[:, None, :] & ((y >= -0.5) & (y <= side - 0.5))[:, :, None]
    rows = _mix(b, np.clip(y, 0, side - 1.001), axis=1)
    return _mix(rows, np.clip(x, 0, side - 1.001), axis=2), inside.astype(np.float32)


def _mix(b: Grey, place: Grey, axis: int) -> Grey:
    """Linear interpolation along one axis at `place` (m, s)."""
    low = place.astype(np.int64)
    shape = (len(b), -1, 1) if axis == 1 else (len(b), 1, -1)
    share = (place - low).astype(np.float32).reshape(shape)
    first = np.take_along_axis(b, low.reshape(shape), axis=axis)
    second = np.take_along_axis(b, (low + 1).reshape(shape), axis=axis)
    return first + share * (second - first)


def _standard(a: Grey) -> Grey:
    """Each picture at mean 0 and spread 1, so that brightness and contrast do not pull at the alignment."""
    centred = a - a.mean(axis=(1, 2), keepdims=True)
    standard: Grey = centred / np.maximum(centred.std(axis=(1, 2), keepdims=True), FLAT)
    return standard


def _centres(side: int) -> Grey:
    """Centres of the pixels of a line from -1 to 1."""
    return ((np.arange(side, dtype=np.float32) + 0.5) * 2 / side - 1).astype(np.float32)


def _halved(a: Grey, side: int) -> Grey:
    m, n = a.shape[:2]
    return a if n == side else a.reshape(m, side, n // side, side, n // side).mean(axis=(2, 4))


def _blur(a: Grey, radius: int) -> Grey:
    taps = TAPS[radius - 1]
    for axis in (1, 2):
        width = [(0, 0)] * 3
        width[axis] = (radius, radius)
        padded, n = np.pad(a, width, mode="edge"), a.shape[axis]
        a = np.add.reduce([tap * padded.take(range(k, k + n), axis=axis) for k, tap in enumerate(taps)])
    return a


def _correlation(a: Grey, b: Grey, weight: Grey) -> Grey:
    total = weight.sum(axis=(1, 2), keepdims=True)
    a, b = (x - (x * weight).sum(axis=(1, 2), keepdims=True) / total for x in (a, b))
    product = (a * b * weight).sum(axis=(1, 2))
    size = np.sqrt((a * a * weight).sum(axis=(1, 2)) * (b * b * weight).sum(axis=(1, 2)))
    correlation: Grey = np.where(size > 0, product / np.maximum(size, 1e-9), 0).astype(np.float32)
    return correlation


def _shares(length: int, parts: int) -> Grey:
    """How much of each of `length` pixels lies in each of `parts` equal stretches, `(parts, length)`; rows sum to 1."""
    edges = np.linspace(0, length, parts + 1)
    low, high = edges[:-1, None], edges[1:, None]
    pixel = np.arange(length)
    overlap = np.clip(np.minimum(high, pixel + 1) - np.maximum(low, pixel), 0, None)
    shares: Grey = (overlap / (high - low)).astype(np.float32)
    return shares

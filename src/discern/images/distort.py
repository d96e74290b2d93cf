"""Distortions of pictures as a model takes them: moved, turned, scaled, blurred, noisy, dark, cut.

Every function takes uint8 `(n, H, W, C)` and gives the same; nothing is drawn by chance here: which way a picture is
moved or turned, and its noise, are arguments. What comes in from outside a picture repeats its edge. Values between
pixels are bilinear, as `scipy.ndimage.affine_transform(order=1, mode="nearest")` gives them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse

Pictures = NDArray[np.uint8]
Matrix = NDArray[np.float64]


def shift(pictures: Pictures, down: float, right: float) -> Pictures:
    """Moved by shares of the height and of the width."""
    high, wide = pictures.shape[1:3]
    return _warped(pictures, np.eye(2), np.array([-down * high, -right * wide]))


def rotate(pictures: Pictures, degrees: float) -> Pictures:
    """Turned about the middle, against the clock."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return _about_middle(pictures, np.array([[cos, sin], [-sin, cos]]))


def scale(pictures: Pictures, factor: float) -> Pictures:
    """Made `factor` times as large about the middle; below 1 smaller."""
    return _about_middle(pictures, np.eye(2) / factor)


def crop(pictures: Pictures, share: float, *, bottom: bool, right: bool) -> Pictures:
    """Without `share` of the height and of the width, cut from the top or bottom and the left or right; the rest is
    stretched to the whole."""
    high, wide = pictures.shape[1:3]
    matrix = np.eye(2) * (1 - share)
    # the middles of the first and the last pixel that are left come to those of the picture
    start = np.array([0.0 if bottom else share * high, 0.0 if right else share * wide])
    return _warped(pictures, matrix, start + (np.diag(matrix) - 1) / 2)


def blur(pictures: Pictures, share: float) -> Pictures:
    """Gaussian blur; its standard deviation is a share of the shorter side."""
    sigma = share * min(pictures.shape[1:3])
    soft = ndimage.gaussian_filter(pictures.astype(np.float32), (0, sigma, sigma, 0), mode="nearest")
    return _bytes(soft)


def noise(pictures: Pictures, size: float, normal: NDArray[np.floating[Any]]) -> Pictures:
    """With noise added: `normal`, of the shape of the pictures, times `size` of the whole range of values."""
    return _bytes(pictures + 255.0 * size * normal)


def darken(pictures: Pictures, share: float) -> Pictures:
    """With a share of the light taken away."""
    return _bytes(pictures * (1.0 - share))


def _about_middle(pictures: Pictures, matrix: Matrix) -> Pictures:
    middle = (np.array(pictures.shape[1:3]) - 1) / 2
    return _warped(pictures, matrix, middle - matrix @ middle)


def _warped(pictures: Pictures, matrix: Matrix, offset: Matrix) -> Pictures:
    """Each pixel at `(row, column)` is taken from `matrix @ (row, column) + offset`, between four pixels.

    The weights of the four are the same for every picture, so one sparse matrix serves all of them.
    """
    n, high, wide, channels = pictures.shape
    rows, columns = np.meshgrid(np.arange(high), np.arange(wide), indexing="ij")
    places = matrix @ np.stack([rows.ravel(), columns.ravel()]) + offset[:, None]
    places = np.clip(places, 0, [[high - 1], [wide - 1]])
    low = np.floor(places).astype(np.int64)
    part = places - low
    above = np.minimum(low + 1, [[high - 1], [wide - 1]])
    corners = ((low[0], 1 - part[0], low[1], 1 - part[1]), (low[0], 1 - part[0], above[1], part[1]),
               (above[0], part[0], low[1], 1 - part[1]), (above[0], part[0], above[1], part[1]))  # fmt: skip
    size = high * wide
    weights = np.concatenate([down * across for _, down, _, across in corners]).astype(np.float32)
    sources = np.concatenate([row * wide + column for row, _, column, _ in corners])
    targets = np.tile(np.arange(size), 4)
    mixed = sparse.csr_matrix((weights, (targets, sources)), shape=(size, size))
    flat = pictures.transpose(1, 2, 0, 3).reshape(size, n * channels).astype(np.float32)
    return _bytes((mixed @ flat).reshape(high, wide, n, channels).transpose(2, 0, 1, 3))


def _bytes(values: NDArray[np.floating[Any]]) -> Pictures:
    return np.ascontiguousarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


Distortion = Callable[[Pictures, float, int, NDArray[np.floating[Any]]], Pictures]
"""Pictures, how strong, which of four ways, and noise of their shape."""


def in_ways(pictures: Pictures, kind: str, strength: float, ways: NDArray[np.int64], normal: NDArray[Any]) -> Pictures:
    """Each picture distorted by `kind` (see `KINDS`) in one of four ways `(n,)`: its direction, turn or corner."""
    out = np.empty_like(pictures)
    for way in range(4):
        rows = np.flatnonzero(ways == way)
        if len(rows):
            out[rows] = KINDS[kind](pictures[rows], strength, way, normal[rows])
    return out


def _shift(pictures: Pictures, strength: float, way: int, normal: Any) -> Pictures:
    down, right = ((0, 1), (0, -1), (1, 0), (-1, 0))[way]
    return shift(pictures, down * strength, right * strength)


def _rotate(pictures: Pictures, strength: float, way: int, normal: Any) -> Pictures:
    return rotate(pictures, strength if way % 2 else -strength)


def _scale(pictures: Pictures, strength: float, way: int, normal: Any) -> Pictures:
    return scale(pictures, strength if way % 2 else 1 / strength)


def _crop(pictures: Pictures, strength: float, way: int, normal: Any) -> Pictures:
    return crop(pictures, strength, bottom=way < 2, right=way % 2 == 0)


KINDS: dict[str, Distortion] = {
    "shift": _shift,
    "rotation": _rotate,
    "scale": _scale,
    "blur": lambda pictures, strength, way, normal: blur(pictures, strength),
    "noise": lambda pictures, strength, way, normal: noise(pictures, strength, normal),
    "darkness": lambda pictures, strength, way, normal: darken(pictures, strength),
    "cropping": _crop,
}

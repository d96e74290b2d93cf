"""Small pictures for the page: pixels as PNG inside the page itself."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LARGEST = 128
"""Pictures are made smaller until no side is longer."""


def data_uri(pixels: NDArray[np.uint8]) -> str:
    """`pixels` `(H, W, 1|3|4)` as `data:image/png;base64,...`."""
    grey = pixels.ndim == 3 and pixels.shape[2] == 1
    image: Any = Image.fromarray(pixels[:, :, 0] if grey else pixels)
    if max(image.size) > LARGEST:
        image.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode("ascii")


def matrix(shares: NDArray[np.float64], colour: tuple[int, int, int]) -> str:
    """A matrix of shares from 0 to 1 as a picture in one colour, a pixel a cell; it shows on light and dark ground."""
    cells = np.empty((*shares.shape, 4), dtype=np.uint8)
    cells[..., :3] = colour
    cells[..., 3] = np.rint(255 * np.sqrt(np.clip(shares, 0, 1))).astype(np.uint8)
    return data_uri(cells)

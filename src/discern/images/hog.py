"""Histograms of oriented gradients: what edges there are in which part of a picture, whatever its brightness.

Every step has one way to be worked out to the last bit that matters, so that a graph elsewhere gives the same numbers:
directions are told apart by exact comparisons of whole numbers, and the result is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIRECTIONS = 8
"""At multiples of 22.5 degrees. No pair of whole numbers lies on the border between two of them, but on those between
9 directions each vertical gradient would."""
CELLS = 8
"""Cells along the shorter side of a picture, about."""
BLOCK = 2
"""Cells along the side of a block, in which brightness is evened out; blocks overlap by all cells but one."""
CLIP = 0.2
GRID = 2.0**20
"""The result is rounded to multiples of its inverse, which float32 holds."""
PIXELS_A_STEP = 2**18


@dataclass(frozen=True)
class Plan:
    """Sizes of the steps for pictures of one shape, `(H, W, C)`."""

    shape: tuple[int, int, int]

    @property
    def cell(self) -> int:
        """Pixels along the side of a cell."""
        short = min(self.shape[:2])
        return min(short, max(2, round(short / CELLS)))

    @property
    def cells(self) -> tuple[int, int]:
        """Cells down and across; what is left over is cut off evenly on both sides."""
        return self.shape[0] // self.cell, self.shape[1] // self.cell

    @property
    def corner(self) -> tuple[int, int]:
        """Where the first cell begins: row and column."""
        return (self.shape[0] - self.cells[0] * self.cell) // 2, (self.shape[1] - self.cells[1] * self.cell) // 2

    @property
    def block(self) -> tuple[int, int]:
        """Cells of a block, down and across."""
        return min(BLOCK, self.cells[0]), min(BLOCK, self.cells[1])

    @property
    def blocks(self) -> tuple[int, int]:
        """Blocks down and across."""
        return self.cells[0] - self.block[0] + 1, self.cells[1] - self.block[1] + 1

    @property
    def n_features(self) -> int:
        return self.blocks[0] * self.blocks[1] * self.block[0] * self.block[1] * DIRECTIONS


def directions() -> NDArray[np.float64]:
    """Unit vectors, `(2, DIRECTIONS)`: down and across."""
    angles = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    return np.stack([np.sin(angles), np.cos(angles)])


def floor(dtype: np.dtype[Any], channels: int) -> float:
    """What is added under the root when brightness is evened out, so that noise in an empty part stays small.

    A few levels of a byte; the same share of 1 for pictures of floating point numbers.
    """
    level = 4.0 if dtype == np.uint8 else 4.0 / 255
    return (level * channels) ** 2


def hog(pictures: NDArray[Any]) -> NDArray[np.float32]:
    """Features `(n, n_features)` in 0..1 of pictures `(n, H, W, C)`, uint8 or float32.

    Channels are added up; gradients are differences of the two neighbours (0 at the border); each pixel adds the length
    of its gradient to the nearest of 8 directions (without sign) of its cell; blocks of 2 x 2 cells are scaled to
    length 1, cut at 0.2 and scaled again. Source: Dalal and Triggs, CVPR 2005, with 8 directions for their 9 and
    without their interpolation.
    """
    plan = Plan(pictures.shape[1:])
    at_once = max(1, PIXELS_A_STEP // (plan.shape[0] * plan.shape[1]))
    out = np.empty((len(pictures), plan.n_features), np.float32)
    for start in range(0, len(pictures), at_once):
        part = slice(start, start + at_once)
        out[part] = _normalised(_histograms(pictures[part], plan), plan, floor(pictures.dtype, plan.shape[2]))
    return out


def _histograms(pictures: NDArray[Any], plan: Plan) -> NDArray[np.float64]:
    """The lengths of gradients by cell and direction, `(n, cells down, cells across, DIRECTIONS)`."""
    grey = pictures.astype(np.float64).sum(axis=3)
    down, across = np.zeros_like(grey), np.zeros_like(grey)
    down[:, 1:-1] = grey[:, 2:] - grey[:, :-2]
    across[:, :, 1:-1] = grey[:, :, 2:] - grey[:, :, :-2]
    (top, left), (rows, columns) = plan.corner, plan.cells
    inside = (slice(None), slice(top, top + rows * plan.cell), slice(left, left + columns * plan.cell))
    down, across = down[inside], across[inside]
    along = np.abs(down[..., None] * directions()[0] + across[..., None] * directions()[1])
    length = np.sqrt(down * down + across * across)
    lengths = np.where(along == along.max(axis=3, keepdims=True), length[..., None], 0.0)
    shape = (len(grey), rows, plan.cell, columns, plan.cell, DIRECTIONS)
    total: NDArray[np.float64] = lengths.reshape(shape).sum(axis=(2, 4))
    return total


def _normalised(cells: NDArray[np.float64], plan: Plan, floor: float) -> NDArray[np.float64]:
    """Blocks of cells with their brightness evened out, `(n, n_features)`."""
    (down, across), (rows, columns) = plan.block, plan.blocks
    parts = [cells[:, i : i + rows, j : j + columns] for i in range(down) for j in range(across)]
    blocks = np.concatenate(parts, axis=3)
    blocks = blocks / np.sqrt((blocks * blocks).sum(axis=3, keepdims=True) + floor * plan.cell**4)
    blocks = np.minimum(blocks, CLIP)
    blocks = blocks / np.sqrt((blocks * blocks).sum(axis=3, keepdims=True) + 1e-6)
    rounded: NDArray[np.float64] = np.round(blocks * GRID) / GRID
    return rounded.reshape(len(cells), -1)

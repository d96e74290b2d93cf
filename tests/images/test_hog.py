"""Histograms of oriented gradients against a slow and plain loop, and what they are for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from discern.images.hog import CLIP, DIRECTIONS, Plan, hog


def plain(picture: np.ndarray) -> np.ndarray:
    """The same by the book: one pixel, one cell, one block after the other, with angles."""
    plan = Plan(picture.shape)
    grey = picture.astype(float).sum(axis=2)
    height, width = grey.shape
    cells = np.zeros((*plan.cells, DIRECTIONS))
    for row in range(plan.cells[0] * plan.cell):
        for column in range(plan.cells[1] * plan.cell):
            y, x = row + plan.corner[0], column + plan.corner[1]
            down = grey[y + 1, x] - grey[y - 1, x] if 0 < y < height - 1 else 0.0
            across = grey[y, x + 1] - grey[y, x - 1] if 0 < x < width - 1 else 0.0
            number = round(math.degrees(math.atan2(down, across)) / 22.5) % DIRECTIONS
            cells[row // plan.cell, column // plan.cell, number] += math.hypot(down, across)
    level = (4 if picture.dtype == np.uint8 else 4 / 255) * picture.shape[2]
    found = []
    for i in range(plan.blocks[0]):
        for j in range(plan.blocks[1]):
            block = cells[i : i + plan.block[0], j : j + plan.block[1]].reshape(-1)
            block = np.minimum(block / np.sqrt(block @ block + (level * plan.cell**2) ** 2), CLIP)
            found.append(block / np.sqrt(block @ block + 1e-6))
    return np.concatenate(found)


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (21, 34, 3), (3, 9, 1), (1, 5, 1), (1, 1, 3), (64, 48, 3)])
def test_it_is_what_the_plain_loop_gives(shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(0)
    for pictures in (rng.integers(0, 256, (2, *shape), dtype=np.uint8), rng.random((2, *shape), dtype=np.float32)):
        found = hog(pictures)
        assert found.dtype == np.float32 and found.shape == (2, Plan(shape).n_features)
        np.testing.assert_allclose(found, [plain(picture) for picture in pictures], atol=2e-6)


def test_brightness_and_contrast_matter_little_and_emptiness_is_zero() -> None:
    rng = np.random.default_rng(1)
    picture = np.kron(rng.integers(0, 100, (1, 8, 8, 1)), np.ones((1, 4, 4, 1))).astype(np.uint8)
    other = (picture * 2 + 50).astype(np.uint8)
    assert np.abs(hog(picture) - hog(other)).max() < 0.03
    assert not hog(np.full((3, 16, 16, 3), 200, np.uint8)).any()

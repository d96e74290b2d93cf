"""Sections cover a picture from edge to edge, at sizes that grow from the smallest thing to the largest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discern.images.sections import BETWEEN, cut_out, levels


@given(st.integers(8, 90), st.integers(8, 90), st.integers(3, 8))
def test_every_pixel_lies_in_a_section(high: int, wide: int, side: int) -> None:
    pixels = np.zeros((high, wide, 1), np.uint8)
    found = list(levels(pixels, (side, side), side, min(high, wide)))
    assert found[0].scale == 1
    for level in found:
        covered = np.zeros(level.pixels.shape[:2], bool)
        for top in level.tops:
            for left in level.lefts:
                covered[top : top + side, left : left + side] = True
        assert covered.all()
    scales = [level.scale for level in found]
    assert scales == pytest.approx([BETWEEN**power for power in range(len(scales))])
    assert scales[-1] * side <= min(high, wide) * 1.01


def test_sections_are_the_pixels_at_their_places() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)
    level = next(levels(pixels, (8, 8), 8, 8))
    places = np.array([(0, 0), (12, 22), (3, 5)])
    found = cut_out(level, (8, 8), places)
    for section, (top, left) in zip(found, places, strict=True):
        np.testing.assert_array_equal(section, pixels[top : top + 8, left : left + 8])


def test_a_thing_twice_as_large_is_found_at_half_the_scale() -> None:
    pixels = np.zeros((64, 64, 1), np.uint8)
    pixels[16:48, 16:48] = 255
    sizes = [level.scale * 16 for level in levels(pixels, (16, 16), 16, 64)]
    assert sizes[0] == 16 and sizes[-1] > 50
    assert not list(levels(pixels, (80, 80), 80, 90)), "a window that does not fit is left out"

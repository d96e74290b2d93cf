"""Canvases and sections are the same for the same seed, and hold what they say."""

from __future__ import annotations

import numpy as np

from discern.data.canvases import APART, BACKGROUND, CHANCES, SIDE, _shared, canvas, sections

SYMBOLS = np.zeros((2, 28, 28), np.uint8)
SYMBOLS[0, 4:24, 12:16] = 255
SYMBOLS[1, 4:24, 4:24] = 255
LABELS = np.array(["1", "0"])


def test_canvases_hold_what_they_say() -> None:
    seen = set()
    for number in range(30):
        pixels, placed = canvas(SYMBOLS, LABELS, number)
        assert pixels.shape == (SIDE, SIDE) and 1 <= len(placed) <= 4
        for one in placed:
            top, left, bottom, right = one.square
            assert 0 <= top < bottom <= SIDE and 0 <= left < right <= SIDE
            seen.add(one.label)
            middle = pixels[(top + bottom) // 2, (left + right) // 2]
            assert middle > 150, "a symbol is lighter than the clutter around"
        squares = [one.square for one in placed]
        assert all(_shared(a, b) <= APART for k, a in enumerate(squares) for b in squares[:k])
        again, _ = canvas(SYMBOLS, LABELS, number)
        np.testing.assert_array_equal(again, pixels)
    assert seen == {"0", "1"}
    assert not np.array_equal(canvas(SYMBOLS, LABELS, 0, seed=1)[0], canvas(SYMBOLS, LABELS, 0)[0])


def test_sections_are_of_their_label() -> None:
    pictures, labels = sections(SYMBOLS, LABELS, 600)
    assert pictures.shape == (600, 28, 28)
    share = float((labels == BACKGROUND).mean())
    assert abs(share - (1 - CHANCES[0])) < 0.08
    full = pictures[labels == "0"][:, 10:18, 10:18]
    assert np.median(full) > 150, "a symbol fills its section"
    np.testing.assert_array_equal(sections(SYMBOLS, LABELS, 5)[0], pictures[:5])

"""Invented signs: of every kind, never twice the same, drawn whole, and the same by the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from discern.images.invented import KINDS, SIDE, signs
from discern.images.symbols import normalise


@pytest.mark.parametrize("kind", KINDS)
def test_signs_are_drawn_whole_and_differ(kind: str) -> None:
    drawn = signs(30, kind, np.random.default_rng(1))
    assert drawn.shape == (30, SIDE, SIDE, 1) and drawn.dtype == np.uint8
    assert len({one.tobytes() for one in drawn}) == 30
    frame = np.concatenate([drawn[:, 0], drawn[:, -1], drawn[:, :, 0], drawn[:, :, -1]])
    assert frame.min() == 255, "no sign is cut off by the edge"
    ink = (drawn < 128).mean(axis=(1, 2, 3))
    assert ink.min() > 0.005 and ink.max() < 0.5
    np.testing.assert_array_equal(drawn, signs(30, kind, np.random.default_rng(1)))
    assert normalise(drawn[0], 28, 28).max() == 255

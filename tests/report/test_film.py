"""Films: which moments are shown, and pictures that stand in their order as long as they should."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from discern.report import film

GREYS = [0, 120, 200, 255]


def png(grey: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((20, 30, 3), grey, np.uint8)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("last", [0, 1, 2, 59, 60, 1000, 10**6])
def test_moments_from_the_first_to_the_last(last: int) -> None:
    found = film.chosen(last)
    assert found[0] == 0 and found[-1] == last and len(found) <= film.FRAMES
    assert list(found) == sorted(set(found)), "in their order, none twice"
    strides = np.diff(found)
    assert (strides[: min(len(strides), 5)] == 1).all() and (np.diff(strides[strides > 3]) >= -1).all()


def test_pictures_in_their_order_each_as_long_as_asked() -> None:
    made = film.gif([png(grey) for grey in GREYS], 450)
    assert made == film.gif([png(grey) for grey in GREYS], 450)
    with Image.open(io.BytesIO(made)) as found:
        assert found.info["loop"] == 0 and found.size == (30, 20)
        frames = [(one.info["duration"], one.convert("L").getpixel((3, 3))) for one in ImageSequence.Iterator(found)]
    assert [duration for duration, _ in frames] == [film.FIRST, 450, 450, film.LAST]
    assert [grey for _, grey in frames] == GREYS

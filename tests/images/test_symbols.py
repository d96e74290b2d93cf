"""Drawn symbols come to one form, however large, where, on what ground and how thin they were drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from discern.core.records import InputSpec
from discern.data import idx
from discern.images.decode import picture_for
from discern.images.fit import fit_to
from discern.images.symbols import BOX, box_of, normalise

SPEC = InputSpec("pictures", (28, 28, 1), "uint8", symbols=True)


def drawn(size: int = 300, at: tuple[int, int] = (40, 60), long: int = 150, pen: int = 12) -> np.ndarray:
    """A seven, dark on white, `(size, size)`."""
    image = Image.new("L", (size, size), 255)
    x, y = at
    line = [(x, y), (x + long * 0.6, y), (x + long * 0.25, y + long)]
    ImageDraw.Draw(image).line(line, fill=0, width=pen, joint="curve")
    return np.asarray(image)


def test_mnists_digits_have_that_form_already(real_data: Path) -> None:
    digits = np.asarray(idx.read_images(real_data / "mnist" / "t10k-images-idx3-ubyte.gz")).reshape(-1, 28, 28)[:500]
    for digit in digits:
        np.testing.assert_array_equal(normalise(digit, 28, 28), digit)


@given(st.integers(20, 140), st.integers(20, 120), st.integers(60, 150), st.booleans())
def test_place_and_polarity_do_not_matter(x: int, y: int, long: int, negative: bool) -> None:
    one, other = drawn(at=(40, 40), long=long), drawn(at=(x, y), long=long)
    if negative:
        other = 255 - other
    np.testing.assert_array_equal(normalise(one, 28, 28), normalise(other, 28, 28))


@given(st.integers(60, 160), st.integers(1, 20))
def test_size_and_pen_hardly_matter(long: int, pen: int) -> None:
    found = normalise(drawn(long=long, pen=pen), 28, 28)
    top, bottom, left, right = box_of(found)
    assert max(bottom - top, right - left) == round(BOX * 28)
    mass = found.astype(float)
    centres = [(mass.sum(axis=1 - axis) * np.arange(28)).sum() / mass.sum() for axis in (0, 1)]
    assert np.abs(np.array(centres) - 14).max() <= 0.5 + 1e-9
    assert found.max() == 255, "thin strokes do not fade"
    alike = normalise(drawn(long=120, pen=8), 28, 28).astype(float).ravel()
    assert np.corrcoef(found.astype(float).ravel(), alike)[0, 1] > 0.55


def test_a_photograph_of_a_drawing_is_read_through_its_shadow() -> None:
    clean = drawn(pen=16)
    shade = np.linspace(0.45, 0.95, 300)[None, :] * np.linspace(0.8, 1.0, 300)[:, None]
    noise = np.random.default_rng(0).normal(0, 5, clean.shape)
    photo = (clean * 0.9 * shade + 20 + noise).clip(0, 255).astype(np.uint8)
    found, wanted = (normalise(one, 28, 28).astype(float).ravel() for one in (photo, clean))
    assert np.corrcoef(found, wanted)[0, 1] > 0.85


@pytest.mark.parametrize("value", [0, 128, 255])
def test_where_nothing_is_drawn_the_field_is_black(value: int) -> None:
    assert not normalise(np.full((40, 50, 3), value, np.uint8), 28, 28).any()


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 40), st.integers(1, 40))
def test_any_picture_gives_a_field_of_the_size_asked_for(high: int, wide: int, height: int, width: int) -> None:
    pixels = np.random.default_rng(high * 10 + wide).integers(0, 256, (high, wide), dtype=np.uint8)
    assert normalise(pixels, height, width).shape == (height, width)


def test_every_door_gives_the_same_symbol(tmp_path: Path) -> None:
    pixels = drawn()
    Image.fromarray(pixels).save(tmp_path / "seven.png")
    from_file = picture_for(tmp_path / "seven.png", SPEC).pixels
    np.testing.assert_array_equal(from_file, fit_to(pixels[:, :, None], SPEC))
    np.testing.assert_array_equal(from_file[:, :, 0], normalise(pixels, 28, 28))
    np.testing.assert_array_equal(fit_to(from_file, SPEC), from_file)
    assert InputSpec.from_json(SPEC.to_json()) == SPEC and "scaled and centred" in str(SPEC)

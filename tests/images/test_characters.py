"""Pages are set upright and cut into lines and characters in reading order."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from discern.evaluate.reading import edits
from discern.images.characters import Page, cut, text_of, tilt_of

LINES = ("THE QUICK BROWN FOX", "JUMPS OVER 20 LAZY", "DOGS AND 24 CATS")


def page(lines=LINES, size: int = 30, tilt: float = 0.0, ink: int = 0, ground: int = 255) -> np.ndarray:
    image = Image.new("L", (size * 20, size * (2 * len(lines) + 2)), ground)
    font = ImageFont.load_default(size)
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((2 * size, size * (1 + 2 * number)), line, font=font, fill=ink)
    return np.asarray(image.rotate(-tilt, Image.Resampling.BICUBIC, fillcolor=ground))


def shape_of(found: Page) -> str:
    """The page with every character as an x."""
    return text_of(["x"] * len(found.characters), found)


def wanted(lines=LINES) -> str:
    return "\n".join("".join(" " if letter == " " else "x" for letter in line) for line in lines)


@pytest.mark.parametrize("size", [20, 30, 60])
@pytest.mark.parametrize(("ink", "ground"), [(0, 255), (255, 0), (60, 180)])
def test_lines_characters_and_spaces_are_found(size: int, ink: int, ground: int) -> None:
    assert shape_of(cut(page(size=size, ink=ink, ground=ground))) == wanted()


@pytest.mark.parametrize("tilt", [-9.0, -3.0, 4.0, 11.0])
def test_a_page_that_stands_askew_is_set_upright(tilt: float) -> None:
    found = cut(page(tilt=tilt, size=45))
    assert found.tilt == pytest.approx(tilt, abs=0.5)
    assert edits(shape_of(found), wanted()) <= 1, "turning may take a space"


def test_a_photograph_of_a_page_is_cut_through_shadow_and_noise() -> None:
    clean = page(size=40).astype(float)
    shade = np.linspace(0.55, 1.0, clean.shape[1])[None, :]
    noise = np.random.default_rng(0).normal(0, 8, clean.shape)
    assert shape_of(cut((clean * 0.85 * shade + 20 + noise).clip(0, 255).astype(np.uint8))) == wanted()


def test_dots_and_broken_strokes_belong_to_their_character() -> None:
    found = cut(page(("is it: yes; no! ok?",)))
    assert shape_of(found) == "xx xxx xxxx xxx xxx"
    broken = page(("HHHH",), size=40).copy()
    rows, columns = np.nonzero(broken < 128)
    top, right = rows.min(), columns.max()
    broken[top - 1 : top + 4, right + 3 : right + 16] = 0  # the bar of a 5, torn off
    assert shape_of(cut(broken)) == "xxxx"


def test_frames_and_specks_are_no_characters() -> None:
    framed = Image.fromarray(page(("ABC 246",), size=40))
    ImageDraw.Draw(framed).rectangle((4, 4, framed.width - 5, framed.height - 5), outline=0, width=3)
    pixels = np.asarray(framed).copy()
    pixels[20:22, 300:302] = 0
    assert shape_of(cut(pixels)) == "xxx xxx"


def test_characters_that_touch_are_parted_where_they_are_thin() -> None:
    pixels = page(("HH",), size=60).copy()
    rows, columns = np.nonzero(pixels < 128)
    middle = (rows.min() + rows.max()) // 2
    pixels[middle : middle + 2, columns.min() : columns.max()] = 0
    assert shape_of(cut(pixels)) == "xx"


def test_each_character_holds_its_own_ink_alone() -> None:
    found = cut(page(("AV",), size=60))
    whole = cut(page(("A",), size=60)).characters[0].ink
    assert found.characters[0].ink.shape == whole.shape
    np.testing.assert_array_equal(found.characters[0].ink, whole)
    top, bottom, left, right = found.characters[1].box
    assert found.characters[1].ink.shape == (bottom - top, right - left)


@pytest.mark.parametrize("pixels", [np.full((50, 60), 255), np.zeros((1, 1)), np.full((30, 30, 3), 128)])
def test_a_blank_picture_has_no_characters(pixels: np.ndarray) -> None:
    found = cut(pixels.astype(np.uint8))
    assert found.characters == () and found.n_lines == 0


def test_no_tilt_is_seen_in_what_has_none() -> None:
    assert tilt_of(np.zeros((40, 40), bool)) == 0
    assert tilt_of(page() < 128) == 0

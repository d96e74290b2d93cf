"""Plates are found where dark marks stand on a light ground, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from discern.images.characters import cut
from discern.images.plates import HEIGHTS, READ_HEIGHT, candidates, sizes


def scene(ground: int, text: str, ink: tuple[int, int, int], plate: tuple[int, int, int], size: int) -> np.ndarray:
    image = Image.new("RGB", (600, 400), (ground, ground, ground))
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text, anchor="mm")
    edge = size // 3
    draw = ImageDraw.Draw(image)
    draw.rectangle((320 + left - edge, 250 + top - edge, 320 + right + edge, 250 + bottom + edge), fill=plate)
    draw.text((320, 250), text, fill=ink, font=font, anchor="mm")
    return np.asarray(image)


@pytest.mark.parametrize("ground", [20, 120, 235])
@pytest.mark.parametrize("size", [16, 28, 48])
def test_a_plate_is_found_on_dark_and_on_light_vehicles(ground: int, size: int) -> None:
    found = candidates(scene(ground, "KDB 482", (10, 10, 10), (238, 236, 220), size))
    assert len(found) == 1
    top, bottom, left, right = found[0].box
    assert top < 250 < bottom and left < 320 < right
    assert 0.5 * size < bottom - top < size and 3 < (right - left) / (bottom - top) < 7
    pictures = found[0].pictures()
    assert all(one.shape[0] > READ_HEIGHT and one.dtype == np.uint8 for one in pictures)
    assert [len(cut(one).characters) for one in pictures].count(6) >= 2


@pytest.mark.parametrize("times", [2.5, 6.0])
def test_a_plate_is_found_in_large_photographs_near_and_far(times: float) -> None:
    small = Image.fromarray(scene(60, "KDB 482", (10, 10, 10), (238, 236, 220), 28))
    whole = small.resize((round(times * small.width), round(times * small.height)), Image.Resampling.BICUBIC)
    near = whole.crop(tuple(round(times * side) for side in (240, 210, 400, 290)))  # the plate fills most of it
    for image, left, top in ((whole, 0.0, 0.0), (near, 240 * times, 210 * times)):
        found = candidates(np.asarray(image))
        assert found, f"{image.size}"
        box = found[0].box
        middle = (box[2] + box[3]) / 2 + left, (box[0] + box[1]) / 2 + top
        assert middle == pytest.approx((320 * times, 250 * times), abs=6 * times)
        assert 0.5 * 28 * times < box[1] - box[0] < 28 * times
        assert [len(cut(one).characters) for one in found[0].pictures()].count(6) >= 2


def test_sizes_that_a_photograph_is_looked_at_in() -> None:
    assert sizes(100, 300) == [(1.0, HEIGHTS)]
    assert sizes(450, 900) == [(1.0, HEIGHTS), (0.5, HEIGHTS[-2:]), (0.25, HEIGHTS[-2:])]
    assert [share for share, _ in sizes(3_000, 4_000)] == [0.5, 0.25, 0.125, 0.0625]


@pytest.mark.parametrize("side", ["left", "right"])
def test_marks_at_the_edge_of_a_picture_are_not_lost(side: str) -> None:
    whole = scene(60, "KDB 482", (10, 10, 10), (238, 236, 220), 28)
    (found,) = candidates(whole)
    cut_off = whole[:, found.box[2] - 4 :] if side == "left" else whole[:, : found.box[3] + 4]
    (again,) = candidates(cut_off)
    assert again.box[3] - again.box[2] == found.box[3] - found.box[2]


@pytest.mark.parametrize(
    ("ink", "plate"), [((250, 250, 250), (20, 60, 110)), ((10, 10, 10), (60, 60, 60)), ((10, 10, 10), (240, 60, 40))]
)
def test_white_letters_dark_grounds_and_strong_colours_are_no_plates(
    ink: tuple[int, int, int], plate: tuple[int, int, int]
) -> None:
    assert candidates(scene(60, "KDB 482", ink, plate, 28)) == ()


def test_nothing_is_found_in_noise_and_in_tiny_or_grey_pictures() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    assert all(one.score < 0.6 for one in candidates(noise))
    for shape in ((1, 1, 3), (5, 200, 3), (300, 300, 1), (300, 300)):
        assert candidates(np.full(shape, 200, np.uint8)) == ()


def test_a_page_of_rules_alone_has_no_characters() -> None:
    page = np.full((60, 400), 255, np.uint8)
    page[30:33, 10:390] = 0
    assert cut(page).characters == ()

"""Fitting, fingerprints and drawings."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest
from PIL import Image

from discern.core.options import PictureOptions
from discern.core.records import InputSpec
from discern.images import draw
from discern.images.fingerprints import fingerprint, row_hashes
from discern.images.fit import common_spec, cropped, fit_to, otsu

RNG = np.random.default_rng(0)


def spec(*shape: int) -> InputSpec:
    return InputSpec("pictures", shape, "uint8")


def test_a_picture_that_fits_is_untouched() -> None:
    pixels = RNG.integers(0, 256, (8, 8, 1), dtype=np.uint8)
    assert fit_to(pixels, spec(8, 8, 1)) is pixels


def test_channels_are_luma_and_copies() -> None:
    colour = RNG.integers(0, 256, (6, 5, 3), dtype=np.uint8)
    luma = colour @ np.array([0.299, 0.587, 0.114])
    assert np.abs(fit_to(colour, spec(6, 5, 1))[:, :, 0] - luma).max() <= 1
    grey = colour[:, :, :1]
    np.testing.assert_array_equal(fit_to(grey, spec(6, 5, 3)), np.repeat(grey, 3, axis=2))


def test_shrinking_by_a_whole_factor_weighs_with_a_triangle() -> None:
    line = RNG.integers(0, 256, (1, 8, 1), dtype=np.uint8)
    found = fit_to(line, spec(1, 4, 1))[0, :, 0].astype(float)
    centres = np.arange(4) * 2 + 1
    weights = np.maximum(0, 1 - np.abs((np.arange(8) + 0.5)[None] - centres[:, None]) / 2)
    expected = (weights / weights.sum(1, keepdims=True)) @ line[0, :, 0]
    assert np.abs(found - expected).max() <= 1


def test_constant_pictures_stay_constant_at_any_size() -> None:
    for shape in ((1, 1, 1), (64, 64, 3), (7, 90, 1)):
        found = fit_to(np.full((33, 21, 3), 77, np.uint8), spec(*shape))
        assert found.shape == shape
        assert found.dtype == np.uint8
        assert (found == 77).all()


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([(8, 8, 1)], (8, 8, 1)),
        ([(28, 30, 1), (28, 30, 3)], (28, 30, 3)),
        ([(112, 112, 3)], (112, 112, 3)),
        ([(113, 113, 3)], (112, 112, 3)),
        ([(8, 8, 1), (8, 9, 1)], (112, 112, 1)),
    ],
)
def test_the_common_size(shapes: list[tuple[int, int, int]], expected: tuple[int, ...]) -> None:
    assert common_spec(shapes).shape == expected


def test_cutting_away_leaves_the_shares_that_remain() -> None:
    pixels = RNG.integers(0, 256, (10, 20, 3), dtype=np.uint8)
    np.testing.assert_array_equal(cropped(Image.fromarray(pixels), (0.1, 0.2, 0.25, 0)), pixels[2:, 2:15])
    for crop in ((0.5, 0.5, 0.49, 0.49), (0.99, 0, 0, 0.99), (0, 0.999, 0.999, 0)):
        for size in ((1, 1), (3, 2), (20, 10)):
            assert min(cropped(Image.new("RGB", size), crop).size) >= 1


def test_proportions_are_kept_and_the_rest_is_filled_with_the_edge() -> None:
    pixels = np.full((10, 40, 3), (10, 200, 90), np.uint8)
    pixels[3:7, 10:30] = 255
    found = fit_to(pixels, InputSpec("pictures", (20, 20, 3), "uint8", keep_aspect=True))
    inner = fit_to(pixels, spec(5, 20, 3))
    np.testing.assert_array_equal(found[7:12], inner)
    edge = np.concatenate([inner[0], inner[-1], inner[1:-1, 0], inner[1:-1, -1]]).astype(float).mean(0)
    assert np.abs(found[0, 0] - edge).max() <= 0.5
    assert (found[:7] == found[0, 0]).all() and (found[12:] == found[0, 0]).all()
    tall = fit_to(np.full((90, 1, 1), 9, np.uint8), InputSpec("pictures", (8, 8, 1), "uint8", keep_aspect=True))
    assert (tall == 9).all()


def test_black_and_white_is_parted_where_variances_are_least() -> None:
    for seed in range(20):
        pixels = np.random.default_rng(seed).normal([[60], [60], [170]], 15, (3, 40)).clip(0, 255).astype(np.uint8)
        parted = [(pixels < t, pixels >= t) for t in range(1, 256)]
        within = [sum(pixels[side].var() * side.sum() for side in both if side.any()) for both in parted]
        assert within[otsu(pixels) - 1] == pytest.approx(min(within))
    picture = RNG.integers(0, 256, (9, 7, 3), dtype=np.uint8)
    found = fit_to(picture, InputSpec("pictures", (9, 7, 1), "uint8", binary=True))
    assert set(np.unique(found).tolist()) == {0, 255}
    grey = fit_to(picture, spec(9, 7, 1))
    assert grey[found == 255].min() > grey[found == 0].max()
    assert (
        fit_to(np.full((3, 3, 1), 200, np.uint8), InputSpec("pictures", (3, 3, 1), "uint8", binary=True)) == 255
    ).all()


def test_the_common_form_with_options() -> None:
    shapes = [(20, 30, 3), (20, 30, 1)]
    assert common_spec(shapes, PictureOptions(crop=(0.1, 0, 0, 0.25))).shape == (15, 27, 3)
    assert common_spec(shapes, PictureOptions(size=(5, 6), binary=True)) == InputSpec(
        "pictures", (5, 6, 1), "uint8", binary=True
    )
    assert common_spec([(120, 120, 3)], PictureOptions(crop=(0, 0, 0, 0.5))).shape == (112, 112, 3)


def test_fingerprints_are_of_type_shape_and_values() -> None:
    values = RNG.integers(0, 256, (5, 4, 3, 1), dtype=np.uint8)
    hashes = row_hashes(values)
    assert hashes[2] == hashlib.sha256(b"|u1(4, 3, 1)" + values[2].tobytes()).hexdigest()
    assert hashes[2] == fingerprint(values[2])
    assert len(set(hashes)) == 5
    assert row_hashes(values.reshape(5, 3, 4, 1)) != hashes
    assert row_hashes(values.astype(np.int16))[0] != hashes[0]
    assert row_hashes(np.asfortranarray(values)) == hashes
    assert row_hashes(values.astype(">i4")) == row_hashes(values.astype("<i4"))
    assert row_hashes(values[:0]) == []


def test_numbers_flat_and_by_rows() -> None:
    grey = np.array([[0, 255], [128, 7]], np.uint8)[:, :, None]
    assert draw.flat(grey) == "0 255 128 7"
    assert draw.rows(grey) == "  0 255\n128   7"
    colour = np.array([[[1, 2, 3], [40, 50, 60]]], np.uint8)
    assert draw.flat(colour) == "1 2 3 40 50 60"
    assert draw.rows(colour) == "   1,2,3 40,50,60"


def test_shades_go_from_dark_to_light() -> None:
    ramp = np.linspace(0, 255, 10).astype(np.uint8)[None, :, None]
    assert draw.shades(ramp)[::2] == draw.SHADES
    assert draw.shades(ramp, dark_on_light=True)[::2] == draw.SHADES[::-1]
    wide = np.zeros((100, 400, 3), np.uint8)
    lines = draw.shades(wide, width=40).split("\n")
    assert (len(lines), len(lines[0])) == (10, 80)


def test_half_blocks_hold_every_pixel() -> None:
    pixels = RNG.integers(0, 256, (3, 5, 3), dtype=np.uint8)
    lines = draw.half_blocks(pixels).split("\n")
    assert len(lines) == 2
    found = [[tuple(map(int, m)) for m in re.findall(r"\x1b\[38;2;(\d+);(\d+);(\d+)m", line)] for line in lines]
    assert found == [[tuple(p) for p in pixels[0].tolist()], [tuple(p) for p in pixels[2].tolist()]]
    assert all(line.endswith("\x1b[0m") for line in lines)
    assert Image.fromarray(pixels).size == (5, 3)

"""Distortions against SciPy, and that they do what their names say."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from discern.images import distort


@pytest.fixture
def pictures() -> NDArray[np.uint8]:
    rng = np.random.default_rng(0)
    soft = ndimage.gaussian_filter(rng.random((3, 12, 17, 3)), (0, 1.5, 1.5, 0))
    return (255 * (soft - soft.min()) / np.ptp(soft)).astype(np.uint8)


def _scipys(pictures: NDArray[np.uint8], matrix: NDArray[np.float64], offset: NDArray[np.float64]) -> NDArray[np.uint8]:
    out = np.empty(pictures.shape, np.float64)
    for i in range(len(pictures)):
        for c in range(pictures.shape[3]):
            plane = pictures[i, :, :, c].astype(np.float64)
            out[i, :, :, c] = ndimage.affine_transform(plane, matrix, offset, order=1, mode="nearest")
    return np.rint(out).astype(np.uint8)


def _apart(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("degrees", [0, 7, -30, 90, 180])
def test_rotation_is_scipys(pictures: NDArray[np.uint8], degrees: float) -> None:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix, middle = np.array([[cos, sin], [-sin, cos]]), np.array([5.5, 8.0])
    expected = _scipys(pictures, matrix, middle - matrix @ middle)
    assert _apart(distort.rotate(pictures, degrees), expected) <= 1


@pytest.mark.parametrize("factor", [0.5, 1.25, 2])
def test_scale_is_scipys(pictures: NDArray[np.uint8], factor: float) -> None:
    middle = np.array([5.5, 8.0])
    assert (
        _apart(distort.scale(pictures, factor), _scipys(pictures, np.eye(2) / factor, middle * (1 - 1 / factor))) <= 1
    )


def test_shift_is_scipys_and_repeats_the_edge(pictures: NDArray[np.uint8]) -> None:
    found = distort.shift(pictures, 0.25, -0.1)
    assert _apart(found, _scipys(pictures, np.eye(2), np.array([-3.0, 1.7]))) <= 1
    down = distort.shift(pictures, 0.25, 0)
    assert np.array_equal(down[:, 3:], pictures[:, :-3])
    assert np.array_equal(down[:, :3], np.repeat(pictures[:, :1], 3, axis=1))


def test_cropping_stretches_what_is_left(pictures: NDArray[np.uint8]) -> None:
    found = distort.crop(pictures, 0.5, bottom=True, right=True)
    zoom = np.array([0.5, 0.5])
    assert _apart(found, _scipys(pictures, np.diag(zoom), (zoom - 1) / 2)) <= 1
    ends = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    for bottom in (True, False):
        for right in (True, False):
            kept = distort.crop(ends, 0.5, bottom=bottom, right=right)
            part = ends[0, slice(0, 8) if bottom else slice(8, 16), slice(0, 8) if right else slice(8, 16), 0]
            assert abs(kept.mean() - part.mean()) < 1


def test_blur_is_scipys_for_each_channel(pictures: NDArray[np.uint8]) -> None:
    found = distort.blur(pictures, 0.1)
    plane = ndimage.gaussian_filter(pictures[1, :, :, 2].astype(np.float64), 1.2, mode="nearest")
    assert np.abs(found[1, :, :, 2] - plane).max() <= 0.51


def test_noise_and_darkness(pictures: NDArray[np.uint8]) -> None:
    normal = np.random.default_rng(1).standard_normal((1, 64, 64, 1))
    noisy = distort.noise(np.full((1, 64, 64, 1), 128, np.uint8), 0.1, normal)
    assert noisy.std() == pytest.approx(25.5, rel=0.03)
    assert np.array_equal(distort.darken(pictures, 0.0), pictures)
    assert np.array_equal(distort.darken(pictures, 0.6), np.rint(pictures * 0.4).astype(np.uint8))


def test_every_kind_leaves_the_form_and_the_pictures_themselves(pictures: NDArray[np.uint8]) -> None:
    before = pictures.copy()
    ways, normal = np.array([0, 3, 1]), np.random.default_rng(2).standard_normal(pictures.shape)
    for kind in distort.KINDS:
        strength = 1.5 if kind == "scale" else 30.0 if kind == "rotation" else 0.3
        found = distort.in_ways(pictures, kind, strength, ways, normal)
        assert found.shape == pictures.shape and found.dtype == np.uint8
        assert not np.array_equal(found, pictures), kind
        assert np.array_equal(found, distort.in_ways(pictures, kind, strength, ways, normal))
    assert np.array_equal(pictures, before)


def test_each_picture_goes_its_own_way(pictures: NDArray[np.uint8]) -> None:
    normal = np.zeros(pictures.shape)
    found = distort.in_ways(pictures, "shift", 0.25, np.array([2, 3, 2]), normal)
    assert np.array_equal(found[0], distort.shift(pictures[:1], 0.25, 0)[0])
    assert np.array_equal(found[1], distort.shift(pictures[1:2], -0.25, 0)[0])

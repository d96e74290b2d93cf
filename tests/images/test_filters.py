"""Filters are SciPy's correlation, pooling is torch's, and every sum can be followed."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some

from discern.core.errors import OptionError
from discern.images import filters
from discern.images.filters import EDGES, FIVE, KERNELS, correlate, pool, rectify, steps

VALUES = st.integers(-9, 9).map(float)
PICTURES = some.arrays(float, some.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9), elements=VALUES)
MATRICES = some.arrays(float, some.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6), elements=VALUES)


@given(PICTURES, MATRICES, st.sampled_from(sorted(EDGES)), st.integers(1, 3))
def test_filtering_is_scipys_correlation(picture, kernel, edge, stride) -> None:
    expected = scipy.ndimage.correlate(picture, kernel, mode=edge)[::stride, ::stride]
    np.testing.assert_allclose(correlate(picture, kernel, edge=edge, stride=stride), expected, atol=1e-9)


@given(PICTURES, MATRICES)
def test_without_padding_only_whole_places_count(picture, kernel) -> None:
    if any(a < b for a, b in zip(picture.shape, kernel.shape, strict=True)):
        with pytest.raises(OptionError, match="smaller than the kernel"):
            correlate(picture, kernel, padding="none")
        return
    expected = scipy.signal.correlate2d(picture, kernel, mode="valid")
    np.testing.assert_allclose(correlate(picture, kernel, padding="none"), expected, atol=1e-9)


@given(PICTURES, MATRICES, st.integers(1, 2))
def test_steps_add_up_to_what_filtering_gives(picture, kernel, stride) -> None:
    whole = correlate(picture, kernel, stride=stride)
    found = list(steps(picture, kernel, stride=stride))
    assert len(found) == whole.size
    for step in found:
        assert step.total == pytest.approx(whole[step.row, step.column], abs=1e-9)


def test_the_small_picture_of_the_introductions_gives_4_first() -> None:
    found = correlate(FIVE, KERNELS["cross"].matrix, padding="none")
    assert found.tolist() == [[4, 3, 4], [2, 4, 3], [2, 3, 4]]
    first = next(steps(FIVE, KERNELS["cross"].matrix, padding="none"))
    assert first.total == 4 and first.window.tolist() == [[1, 1, 1], [0, 1, 1], [0, 0, 1]]


def test_channels_are_filtered_one_by_one() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (7, 8, 3))
    found = correlate(picture, KERNELS["gaussian"].matrix, edge="reflect")
    for channel in range(3):
        np.testing.assert_allclose(
            found[:, :, channel], correlate(picture[:, :, channel], KERNELS["gaussian"].matrix, edge="reflect")
        )


def test_sharpen_is_the_picture_plus_its_laplacian() -> None:
    total = KERNELS["identity"].matrix + KERNELS["laplacian"].matrix
    np.testing.assert_array_equal(KERNELS["sharpen"].matrix, total)
    even = np.full((6, 6), 90.0)
    for name, kernel in KERNELS.items():
        inner = correlate(even, kernel.matrix)[2:-2, 2:-2]
        np.testing.assert_allclose(inner, 90 * kernel.total, err_msg=name)
    assert KERNELS["edges"].total == KERNELS["laplacian"].total == 0


def test_blurs_are_scipys() -> None:
    picture = np.random.default_rng(1).normal(size=(12, 9))
    np.testing.assert_allclose(
        correlate(picture, KERNELS["blur"].matrix, edge="reflect"), scipy.ndimage.uniform_filter(picture, 3)
    )
    np.testing.assert_allclose(
        correlate(picture, KERNELS["gaussian"].matrix, edge="reflect"),
        scipy.ndimage.gaussian_filter(picture, 1, truncate=2),
    )
    for axis, name in ((1, "sobel-x"), (0, "sobel-y")):
        np.testing.assert_allclose(
            correlate(picture, KERNELS[name].matrix, edge="reflect"), scipy.ndimage.sobel(picture, axis), atol=1e-12
        )


@given(PICTURES, st.integers(1, 4), st.booleans())
def test_pooling_is_torchs(picture, size, partial) -> None:
    if not partial and min(picture.shape) < size:
        with pytest.raises(OptionError, match="not one square"):
            pool(picture, size)
        return
    given = torch.from_numpy(picture)[None, None]
    largest = torch.nn.functional.max_pool2d(given, size, ceil_mode=partial)[0, 0].numpy()
    np.testing.assert_array_equal(pool(picture, size, "max", partial=partial), largest)
    np.testing.assert_array_equal(pool(-picture, size, "min", partial=partial), -largest)
    mean = torch.nn.functional.avg_pool2d(given, size, ceil_mode=partial, count_include_pad=False)[0, 0].numpy()
    np.testing.assert_allclose(pool(picture, size, "mean", partial=partial), mean, atol=1e-9)


def test_rectifiers() -> None:
    values = np.array([-300.0, -2.0, 0.0, 3.0, 300.0])
    assert rectify(values).tolist() == [0, 0, 0, 3, 300]
    assert rectify(values, "leaky").tolist() == [-30, -0.2, 0, 3, 300]
    assert rectify(values, "absolute").tolist() == [300, 2, 0, 3, 300]
    assert rectify(values, "capped").tolist() == [0, 0, 0, 3, 255]
    assert rectify(values, "none").tolist() == values.tolist()
    with pytest.raises(OptionError, match="relu"):
        rectify(values, "rellu")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2; 3", "row 2 has 1 values, row 1 has 2"),
        ("1 2; 3 x", "row 2, column 2 is 'x'"),
        ("1 nan", "row 1, column 2 is nan"),
        ("1e999", "row 1, column 1 is inf"),
        ("", "no number"),
        ("1_0", "'1_0'"),
        ("1/0", "'1/0'"),
        ("\uff11", "expected a number"),
        (" ".join("1" * 100), "at most 99 x 99"),
    ],
)
def test_what_is_no_rectangle_of_numbers_is_refused_with_its_cell(text: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        filters.parse_kernel(text)


def test_kernels_are_written_in_several_ways() -> None:
    wanted = [[0, -1, 0], [-1, 4.5, -1], [0, -1, 0]]
    for text in ("0 -1 0; -1 4.5 -1; 0 -1 0", "0,-1,0\n-1,9/2,-1\n0,-1,0\n", "0, -1, 0;-1, 4.5, -1;0, -1, 0;"):
        assert filters.parse_kernel(text).tolist() == wanted
    with pytest.raises(OptionError, match="rows and columns"):
        filters.checked_kernel([1, 2])
    with pytest.raises(OptionError, match="rectangle"):
        filters.checked_kernel([[1, 2], [3]])

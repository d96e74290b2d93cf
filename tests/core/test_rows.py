"""Rows of an array: what they look like from outside, and that nothing is copied before it is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from discern.core.rows import Rows

VALUES = np.arange(24, dtype=np.uint8).reshape(6, 2, 2)
INDICES = np.array([4, 1, 5, 1])
ROWS = Rows(VALUES, INDICES)


def test_rows_have_the_form_of_the_array_they_stand_for() -> None:
    wanted = VALUES[INDICES]
    assert (len(ROWS), ROWS.shape, ROWS.ndim, ROWS.dtype) == (4, wanted.shape, 3, wanted.dtype)
    assert np.array_equal(np.asarray(ROWS), wanted)
    assert np.asarray(ROWS, np.float32).dtype == np.float32
    assert np.array_equal(ROWS[1:3], wanted[1:3])
    assert np.array_equal(ROWS[np.array([3, 0])], wanted[[3, 0]])
    with pytest.raises(ValueError, match="by copying"):
        np.asarray(ROWS, copy=False)


@pytest.mark.parametrize("n", [1, 3, 4, 100])
def test_blocks_are_all_rows_in_order(n: int) -> None:
    found = list(ROWS.blocks(n))
    assert max(map(len, found)) <= n
    assert np.array_equal(np.concatenate(found), VALUES[INDICES])


def test_no_rows_are_one_empty_block() -> None:
    (only,) = Rows(VALUES, INDICES[:0]).blocks(3)
    assert only.shape == (0, 2, 2)

"""Sheets of samples: what is on them, and nothing that a label could break."""

from __future__ import annotations

import numpy as np
import pytest

from discern.core.errors import DataError, OptionError
from discern.data.overview import contact_sheet
from discern.data.read import read
from discern.images import contact

RNG = np.random.default_rng(0)


def blocks(sheet: np.ndarray, column: int, row: int) -> np.ndarray:
    """What stands on one tile of a sheet."""
    left = contact.GAP + column * (contact.TILE + contact.GAP)
    top = contact.GAP + row * (contact.CAPTION + contact.TILE + contact.GAP) + contact.CAPTION
    return sheet[top : top + contact.TILE, left : left + contact.TILE]


def test_some_of_each_class_at_even_steps() -> None:
    values = RNG.integers(0, 256, (20, 8, 8, 1), dtype=np.uint8)
    data = read(values, ["a"] * 15 + ["b"] * 5)
    sheet = contact_sheet(data, 5)
    assert sheet.dtype == np.uint8 and sheet.ndim == 3 and sheet.shape[2] == 3
    for row, picks in enumerate(([0, 4, 7, 10, 14], [15, 16, 17, 18, 19])):
        for column, item in enumerate(picks):
            np.testing.assert_array_equal(blocks(sheet, column, row)[::12, ::12, 0], values[item, :, :, 0])
    np.testing.assert_array_equal(sheet, contact_sheet(data, 5))


def test_large_and_uneven_pictures_keep_their_proportions() -> None:
    sheet = contact.contact_sheet([("x", np.full((1, 100, 400, 3), 7, np.uint8))])
    tile = blocks(sheet, 0, 0)
    dark = (tile == 7).all(axis=2)
    assert dark.any(axis=1).sum() == 24 and dark.any(axis=0).sum() == 96


@pytest.mark.parametrize("label", ["x" * 100_000, "a\nb\tc", "<img src=x onerror=alert(1)>", "\u202eabc", "\ud800", ""])
def test_any_label_is_one_line(label: str) -> None:
    picture = np.zeros((1, 8, 8, 1), np.uint8)
    assert contact.contact_sheet([(label, picture)]).shape == contact.contact_sheet([("a", picture)]).shape


def test_many_classes_and_none() -> None:
    values = RNG.integers(0, 256, (70, 4, 4, 3), dtype=np.uint8)
    sheet = contact_sheet(read(values, [f"{index:02d}" for index in range(70)]), 1)
    assert sheet.shape[0] == contact.GAP + 61 * (contact.CAPTION + contact.TILE + contact.GAP)
    assert (contact_sheet(read(values), 3) != 255).any()
    with pytest.raises(DataError, match="expected pictures"):
        contact_sheet(read(np.eye(3)))
    with pytest.raises(OptionError, match="--per-class is 0"):
        contact_sheet(read(values), 0)

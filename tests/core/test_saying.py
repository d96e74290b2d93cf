"""Figures in a few letters: the same words wherever a figure is said."""

from __future__ import annotations

import pytest

from discern.core import saying
from discern.core.errors import DataError
from discern.core.records import Figure, checked


def figure(value: float | None, low: float | None = None, high: float | None = None, n: int = 270) -> Figure:
    return Figure(value, low, high, n, "Wilson 95 %")


def test_shares_come_in_per_cent_with_their_range() -> None:
    assert saying.share(figure(0.952, 0.92, 0.972)) == "95.2 % (92.0 to 97.2 %)"
    assert saying.share(figure(0.9996, 0.9994, 1.0, 20_000)) == "99.96 % (99.94 to 100.00 %)"
    assert saying.share(figure(0.5)) == "50.0 %" and saying.bare(figure(0.5, 0.4, 0.6)) == "50.0 %"
    assert saying.share(Figure(None, None, None, 0, "no items")) == "an unknown share (no items)"
    assert saying.bare(figure(None)) == "an unknown share"


def test_differences_come_in_points_with_a_true_minus() -> None:
    assert saying.points(figure(0.12, 0.091, 0.15)) == "12.0 points (9.1 to 15.0)"
    assert saying.points(figure(-0.007, -0.019, -0.0001)) == "−0.7 points (−1.9 to 0.0)"
    assert saying.points(figure(0.03)) == "3.0 points" and saying.points(figure(None)) == saying.NOTHING
    assert saying.points_range(figure(0.1)) == ""


def test_cells_of_a_table_are_the_whole_figure() -> None:
    assert (
        dict(zip(saying.COLUMNS, saying.cells(figure(0.5, 0.4, 0.6)), strict=True)) == figure(0.5, 0.4, 0.6).to_json()
    )


def test_a_record_of_another_schema_or_without_something_is_refused_by_name() -> None:
    with pytest.raises(DataError, match="solvable: schema 9"), checked("solvable", {"schema": 9}, 1):
        raise AssertionError("nothing is read of another schema")
    with pytest.raises(DataError, match="solvable: an incomplete record"), checked("solvable", {"schema": 1}, 1):
        raise KeyError("verdict")
    with checked("solvable", {"schema": 1}, 1):
        pass

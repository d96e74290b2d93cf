"""Boxes: overlaps as counted pixel by pixel, average precision as scikit-learn's where every thing is found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from discern.evaluate.boxes import Box, average_precision, merged, overlaps

SIDES = st.integers(0, 12)


def box(label: str = "a", chance: float = 0.9, top=0, left=0, bottom=10, right=10) -> Box:
    return Box(label, chance, float(top), float(left), float(bottom), float(right))


@given(st.lists(st.tuples(SIDES, SIDES, SIDES, SIDES), min_size=2, max_size=6))
def test_overlaps_are_shares_of_pixels(corners) -> None:
    boxes = np.array([(min(a, b), min(c, d), max(a, b) + 1, max(c, d) + 1) for a, b, c, d in corners], float)
    fields = np.zeros((len(boxes), 14, 14), bool)
    for field, (top, left, bottom, right) in zip(fields, boxes.astype(int), strict=True):
        field[top:bottom, left:right] = True
    both = (fields[:, None] & fields[None]).sum(axis=(2, 3))
    either = (fields[:, None] | fields[None]).sum(axis=(2, 3))
    np.testing.assert_allclose(overlaps(boxes, boxes), both / either)


def test_one_box_for_each_thing() -> None:
    found = merged(
        [box(chance=0.9), box(chance=0.3, top=2, bottom=12), box("b", 0.5, 1, 1, 11, 11), box("b", 0.4, 40, 0, 50, 10)],
        0.3,
    )
    assert [(one.label, one.probability) for one in found] == [("a", 0.9), ("b", 0.4)]
    assert found[0].corners == pytest.approx((0.5, 0, 10.5, 10)), "moved towards its like, not towards others"
    assert merged([], 0.3) == []
    inside = merged([box(chance=0.9), box("c", 0.8, 5, 5, 9, 9)], 0.3)
    assert [one.label for one in inside] == ["a"], "a part of a thing is no thing beside it"


@given(st.lists(st.tuples(st.floats(0.01, 1), st.booleans()), min_size=1, max_size=30, unique_by=lambda one: one[0]))
def test_average_precision_is_that_of_a_ranking(ranked) -> None:
    """Where every thing is found, boxes are a ranking of right and wrong; scikit-learn does not smooth precision."""
    if not any(right for _, right in ranked):
        return
    found = [[box(chance=chance, label="a" if right else "wrong")] for chance, right in ranked]
    true = [[box()] if right else [] for _, right in ranked]
    value = average_precision(found, true).value
    plain = average_precision_score([right for _, right in ranked], [chance for chance, _ in ranked])
    order = sorted(ranked, reverse=True)
    hits = np.cumsum([right for _, right in order])
    precision = hits / np.arange(1, len(hits) + 1)
    expected = np.mean([precision[place:].max() for place, (_, right) in enumerate(order) if right])
    assert value == pytest.approx(expected)
    assert value >= plain - 1e-9


def test_what_is_right_and_what_is_not() -> None:
    true = [[box(), box("b", top=20, bottom=30)]]
    assert average_precision([[box()]], true).value == 0.5
    assert average_precision([[box(), box(chance=0.8)]], true).value == 0.5, "a second box of one thing is wrong"
    assert average_precision([[box("b")]], true).value == 0
    assert average_precision([[box(top=6, bottom=16)]], true).value == 0, "overlaps by a quarter"
    assert average_precision([[box(), box("b", 0.5, 20, 0, 30, 10)]], true).value == 1
    assert average_precision([[]], [[]]).value is None
    many = average_precision([[box()]] * 30 + [[]] * 10, [[box()]] * 40)
    assert many.value == 0.75 and many.low < 0.75 < many.high and many.n == 40

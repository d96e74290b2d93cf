"""Two models on the same items: oracles, symmetry, groups, and that no difference is an answer."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from discern.core.errors import DataError
from discern.core.records import Figure
from discern.evaluate.paired import FIGURES, Answers, Comparison, compare

RECORDED = {name: Figure(0.5, 0.4, 0.6, 9, "as recorded") for name in FIGURES}
LABELS = np.array(["a", "b", "c"])


def _answers(name: str, truth: NDArray[np.str_], right: NDArray[np.bool_]) -> Answers:
    other = LABELS[(np.searchsorted(LABELS, truth) + 1) % 3]
    answers = np.where(right, truth, other).astype(np.str_)
    return Answers(name, answers, np.where(right, 0.7, 0.2), RECORDED)


def _case(only_a: int, only_b: int, both: int = 100) -> tuple[NDArray[np.str_], Answers, Answers]:
    right_a = np.repeat([True, False, True], [only_a, only_b, both])
    right_b = np.repeat([False, True, True], [only_a, only_b, both])
    truth = LABELS[np.arange(len(right_a)) % 3].astype(np.str_)
    return truth, _answers("A", truth, right_a), _answers("B", truth, right_b)


def test_the_test_is_mcnemars_and_the_difference_has_a_range() -> None:
    truth, a, b = _case(20, 6)
    found = compare(truth, a, b, np.arange(len(truth)))
    assert found.p.value == pytest.approx(stats.binomtest(6, 26, 0.5).pvalue)
    assert (found.only_first, found.only_second) == (20, 6)
    assert found.better == "A"
    assert found.difference.value == pytest.approx(14 / 126)
    assert found.difference.low is not None and 0 < found.difference.low < 14 / 126
    assert found.figures["accuracy"][0] == RECORDED["accuracy"]
    assert Comparison.from_json(found.to_json()) == found
    with pytest.raises(DataError):
        Comparison.from_json({"schema": 1})


def test_the_other_way_round_it_is_the_same_with_its_sign_turned() -> None:
    truth, a, b = _case(20, 6)
    one, other = (compare(truth, *pair, np.arange(len(truth))) for pair in ((a, b), (b, a)))
    assert one.p.value == other.p.value
    for name in FIGURES:
        gap, turned = one.figures[name][2], other.figures[name][2]
        assert gap.value == pytest.approx(-(turned.value or 0))
        assert gap.low == pytest.approx(-(turned.high or 0))


def test_no_difference_is_an_answer() -> None:
    for truth, a, b in (_case(9, 7), _case(0, 0)):
        found = compare(truth, a, b, np.arange(len(truth)))
        assert found.better is None and not found.shown
        assert not any(one.shown for one in found.per_class)
    assert found.p.value == 1.0
    assert found.difference.low is None  # both answer alike: no range is pretended


def test_groups_are_what_counts() -> None:
    """Twenty items that A alone answers rightly, all in two groups of one vehicle each, show nothing."""
    truth, a, b = _case(20, 0)
    units = np.r_[np.repeat([0, 1], 10), np.arange(2, 102)]
    assert compare(truth, a, b, np.arange(120)).better == "A"
    found = compare(truth, a, b, units)
    assert found.better is None
    assert found.n_groups == 102
    assert "sign-flip test over 102 groups" in found.p.method


def test_classes_are_corrected_together() -> None:
    truth, a, b = _case(30, 0, 60)
    found = compare(truth, a, b, np.arange(90))
    assert [one.label for one in found.per_class] == ["a", "b", "c"]
    assert found.per_class[0].p.value == pytest.approx(min(1, 3 * stats.binomtest(0, 10, 0.5).pvalue))
    assert "corrected for 3 classes" in found.per_class[0].p.method

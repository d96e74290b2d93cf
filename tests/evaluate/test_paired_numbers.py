"""Two models of a number on the same items: oracles, symmetry, groups, false alarms, and what is clearly better."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from discern.core.errors import DataError
from discern.core.records import Figure
from discern.core.seeds import generator
from discern.evaluate import intervals, regression
from discern.evaluate.paired_numbers import NumberAnswers, NumberComparison, compare_numbers
from discern.evaluate.regression import FIGURES

Array = NDArray[np.float64]
RECORDED = {name: Figure(0.5, 0.4, 0.6, 9, "as recorded") for name in FIGURES}


def _case(n: int = 40, *, of_first: float = 1.0, of_second: float = 1.6, seed: int = 3) -> tuple[Array, Array, Array]:
    draw = np.random.default_rng(seed)
    truth = draw.normal(50, 10, n)
    return truth, truth + of_first * draw.normal(0, 3, n), truth + of_second * draw.normal(0, 3, n)


def _compare(truth: Array, one: Array, other: Array, units: NDArray[np.int64] | None = None) -> NumberComparison:
    first, second = (NumberAnswers(name, given, RECORDED) for name, given in (("A", one), ("B", other)))
    return compare_numbers(truth, first, second, np.arange(len(truth)) if units is None else units)


def _by_hand(truth: Array, given: Array) -> dict[str, float]:
    errors = given - truth
    return {
        "r2": 1 - float((errors**2).sum() / ((truth - truth.mean()) ** 2).sum()),
        "mae": float(np.abs(errors).mean()),
        "rmse": float(np.sqrt((errors**2).mean())),
        "median_error": float(np.median(np.abs(errors))),
    }


@pytest.mark.parametrize("group", [1, 3])
def test_differences_and_ranges_are_those_of_a_paired_bootstrap_by_hand(group: int) -> None:
    truth, one, other = _case(39)
    units = np.arange(39) // group
    found = _compare(truth, one, other, units)
    draws, n_units = generator(0, "bootstrap"), 39 // group
    rows = [np.flatnonzero(units == unit) for unit in range(n_units)]
    gaps: dict[str, list[float]] = {name: [] for name in FIGURES}
    for _ in range(intervals.RESAMPLES):
        drawn = np.concatenate([rows[unit] for unit in draws.integers(0, n_units, n_units)])
        a, b = (_by_hand(truth[drawn], given[drawn]) for given in (one, other))
        for name in FIGURES:
            gaps[name].append(a[name] - b[name])
    a, b = _by_hand(truth, one), _by_hand(truth, other)
    for name in FIGURES:
        first, second, gap = found.figures[name]
        assert (first, second) == (RECORDED[name], RECORDED[name])
        assert gap.value == pytest.approx(a[name] - b[name])
        assert (gap.low, gap.high) == pytest.approx(tuple(np.percentile(gaps[name], [2.5, 97.5])))
        assert gap.method == f"bootstrap over {n_units} {'items' if group == 1 else 'groups'}, 2,000 resamples, 95 %"
    assert (found.n_items, found.n_groups) == (39, n_units)


@pytest.mark.parametrize("group", [1, 2])
def test_the_p_value_is_that_of_the_exact_permutation_test(group: int) -> None:
    truth, one, other = _case(10 * group)
    units = np.arange(10 * group) // group
    sums = [np.bincount(units, np.abs(given - truth)) for given in (one, other)]
    exact = stats.permutation_test(
        sums, lambda a, b: a.sum() - b.sum(), permutation_type="samples", n_resamples=np.inf, vectorized=False
    )
    assert _compare(truth, one, other, units).p.value == pytest.approx(exact.pvalue)


def test_a_clearly_better_model_is_shown_from_either_side_and_kept_in_json() -> None:
    truth, one, other = _case(120, of_second=3.0)
    found, turned = _compare(truth, one, other), _compare(truth, other, one)
    assert found.better == "A" and turned.better == "B"
    assert found.p.value == turned.p.value == pytest.approx(1e-4)
    assert found.difference.high is not None and found.difference.high < 0
    for name in FIGURES:
        gap, back = found.figures[name][2], turned.figures[name][2]
        assert (gap.value, gap.low) == pytest.approx((-(back.value or 0), -(back.high or 0)))
    errors = np.abs(one - truth), np.abs(other - truth)
    assert (found.nearer_first, found.nearer_second) == ((errors[0] < errors[1]).sum(), (errors[1] < errors[0]).sum())
    assert NumberComparison.from_json(found.to_json()) == found
    assert found.to_json()["task"] == "regression" and found.to_json()["better"] == "A"
    for broken in ({"schema": 1}, found.to_json() | {"schema": 2}):
        with pytest.raises(DataError):
            NumberComparison.from_json(broken)


@pytest.mark.parametrize("size", [1.0, 1e-15, 1e12])
def test_equal_models_show_no_difference_and_the_unit_of_the_target_does_not_matter(size: float) -> None:
    truth, one, other = (size * numbers for numbers in _case(60))
    same = _compare(truth, one, one)
    assert same.better is None and same.p.value == 1.0
    assert (same.nearer_first, same.nearer_second) == (0, 0)
    assert same.difference == Figure(0.0, None, None, 60, same.difference.method)  # no range is pretended
    rounded = _compare(truth, one, one * (1 + 1e-15))
    assert rounded.p.value == 1.0
    found, in_units_of_one = _compare(truth, one, other), _compare(*_case(60))
    assert found.shown and found.p == in_units_of_one.p


def _alarms(monkeypatch: pytest.MonkeyPatch, *, shared: float, grouped: bool) -> int:
    """Of 200 pairs of models that are as good as each other, those where one is said to be better."""
    monkeypatch.setattr(regression, "RESAMPLES", 20)  # ranges are not looked at here
    hits = 0
    for trial in range(200):
        draw = np.random.default_rng(trial)
        units = np.repeat(np.arange(20), 4)
        truth = draw.normal(0, 10, 80)
        one, other = (truth + draw.normal(0, 1, 80) + shared * draw.normal(0, 1, 20)[units] for _ in range(2))
        hits += _compare(truth, one, other, units if grouped else None).shown
    return hits


def test_false_alarms_are_as_rare_as_five_in_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    for shared, grouped in ((0.0, False), (2.0, True)):
        hits = _alarms(monkeypatch, shared=shared, grouped=grouped)
        assert stats.binomtest(hits, 200, 0.05).pvalue > 0.05, (hits, grouped)
    blind = _alarms(monkeypatch, shared=2.0, grouped=False)  # errors that groups share, taken for single ones
    assert stats.binomtest(blind, 200, 0.05, alternative="greater").pvalue < 1e-6


def test_few_units_and_many(monkeypatch: pytest.MonkeyPatch) -> None:
    truth, one, _ = _case(5)
    few = _compare(truth, one, truth + 1000)
    assert few.p.value == 2 / 2**5 and few.better is None
    assert few.notes == ("With 5 items no difference can be shown; it takes 6 or more.",)
    assert _compare(*_case(6, of_second=1000.0)).notes == ()
    monkeypatch.setattr(regression, "RESAMPLES", 20)  # ranges are not looked at here
    many, off = np.arange(20_001.0), np.arange(20_001) % 2 * 0.5
    found = _compare(many, many + off, many + off[::-1] + 0.1)
    assert found.better == "A"
    assert found.p.method == "sign-flip test over 20,001 items, in 10,000 random blocks"


def test_what_cannot_be_compared() -> None:
    truth, one, other = _case(5)
    for bad in (other[:4], np.append(other[:4], np.nan)):
        with pytest.raises(DataError, match=r"B: [45] numbers; expected 5"):
            _compare(truth, one, bad)
    with pytest.raises(DataError, match="true numbers"):
        _compare(truth[:0], one[:0], other[:0])


def test_true_numbers_that_are_all_the_same_leave_r2_undefined() -> None:
    _, one, other = _case(30)
    found = _compare(np.full(30, 50.0), one, other)
    assert found.figures["r2"][2].value is None and found.difference.value is not None
    assert regression.ALL_THE_SAME in found.figures["r2"][2].method

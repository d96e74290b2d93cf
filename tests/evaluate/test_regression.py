"""Figures of answers that are numbers: scikit-learn's values, intervals that hold, records that come back."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from discern.core.errors import DataError
from discern.evaluate.intervals import BLOCKS, blocks, median_bounds
from discern.evaluate.regression import RegressionEvaluation, evaluate_numbers

RANDOM = np.random.default_rng(7)
TRUTH = RANDOM.normal(100, 20, 400)
ANSWERS = TRUTH + RANDOM.normal(0, 8, 400)


def test_the_values_are_scikit_learns() -> None:
    found = evaluate_numbers(TRUTH, ANSWERS, baseline=90.0, target="crime")
    expected = {
        "r2": metrics.r2_score(TRUTH, ANSWERS),
        "mae": metrics.mean_absolute_error(TRUTH, ANSWERS),
        "rmse": metrics.root_mean_squared_error(TRUTH, ANSWERS),
        "median_error": metrics.median_absolute_error(TRUTH, ANSWERS),
    }
    assert {name: figure.value for name, figure in found.figures.items()} == pytest.approx(expected, abs=1e-12)
    base = metrics.r2_score(TRUTH, np.full(400, 90.0)), metrics.mean_absolute_error(TRUTH, np.full(400, 90.0))
    assert (found.baseline_figures["r2"].value, found.baseline_figures["mae"].value) == pytest.approx(base, abs=1e-12)
    assert found.better and found.n_groups == found.n_items == 400
    for figure in (*found.figures.values(), *found.baseline_figures.values()):
        assert figure.n == 400 and figure.low < figure.value < figure.high  # type: ignore[operator]


def test_the_bootstrap_is_scipys() -> None:
    """Two bootstraps of 2,000 draws agree to a few hundredths of the interval's width."""
    found = evaluate_numbers(TRUTH, ANSWERS, baseline=90.0).figures
    for name, score in (("r2", metrics.r2_score), ("rmse", metrics.root_mean_squared_error)):
        drawn = stats.bootstrap(
            (TRUTH, ANSWERS), score, paired=True, vectorized=False, n_resamples=2000, method="percentile", rng=1
        ).confidence_interval
        width = drawn.high - drawn.low
        assert abs(found[name].low - drawn.low) < 0.1 * width
        assert abs(found[name].high - drawn.high) < 0.1 * width


def test_groups_make_intervals_wider() -> None:
    """Twenty copies of each error say no more than one does."""
    truth, answers = np.repeat(TRUTH[:20], 20), np.repeat(ANSWERS[:20], 20)
    alone = evaluate_numbers(truth, answers, baseline=0.0).figures
    together = evaluate_numbers(truth, answers, baseline=0.0, units=np.repeat(np.arange(20), 20))
    assert together.n_groups == 20
    for name, figure in together.figures.items():
        assert figure.high - figure.low > 2 * (alone[name].high - alone[name].low)  # type: ignore[operator]


@pytest.mark.parametrize("n", [6, 25, 150, 1000, 1001, 5000])
def test_the_range_of_a_median_holds_it(n: int) -> None:
    """SciPy's interval of a quantile is by the same binomial distribution."""
    bounds = median_bounds(n)
    assert bounds is not None
    values = np.arange(n, dtype=np.float64)
    theirs = stats.quantile_test(values, q=(n - 1) / 2, p=0.5).confidence_interval(0.95)
    assert bounds[0] == pytest.approx(theirs.low, abs=1) and bounds[1] == pytest.approx(theirs.high, abs=1)
    outside = stats.binom.cdf(bounds[0], n, 0.5)
    assert outside <= 0.0251


def test_few_items_have_no_range_of_the_median() -> None:
    assert median_bounds(5) is None
    found = evaluate_numbers(TRUTH[:5], ANSWERS[:5], baseline=100.0)
    assert found.figures["median_error"].low is None and "too few" in found.figures["median_error"].method
    assert any("Only 5 items" in note for note in found.notes)


def test_many_units_are_drawn_in_blocks() -> None:
    """The intervals of 60,000 items, drawn in blocks, are those of theory."""
    n = 60_000
    found = evaluate_numbers(RANDOM.normal(0, 1, n), np.zeros(n), baseline=0.0).figures["mae"]
    theory = 2 * 1.96 * np.sqrt(1 - 2 / np.pi) / np.sqrt(n)
    assert found.high - found.low == pytest.approx(theory, rel=0.1)  # type: ignore[operator]
    units = np.arange(n)
    assert np.bincount(blocks(units, 0)).tolist() == [6] * BLOCKS
    assert np.array_equal(blocks(units[:20_000], 0), units[:20_000])


def test_coverage_and_width_of_intervals() -> None:
    found = evaluate_numbers(TRUTH, ANSWERS, baseline=0.0, low=ANSWERS - 10, high=ANSWERS + 10, asked=0.95)
    assert found.ranges is not None
    held = np.mean(np.abs(TRUTH - ANSWERS) <= 10)
    assert found.ranges.coverage.value == pytest.approx(held) and found.ranges.coverage.method == "Wilson 95 %"
    assert found.ranges.width.value == pytest.approx(20.0)
    assert any("fewer than the 95 % asked for" in note for note in found.notes)


def test_fifths_show_where_answers_are_too_high() -> None:
    answers = np.where(np.quantile(TRUTH, 0.8) < TRUTH, TRUTH + 15, TRUTH)
    found = evaluate_numbers(TRUTH, answers, baseline=0.0).fifths
    assert len(found) == 5 and sum(fifth.n for fifth in found) == 400
    assert all(fifth.answered.value == pytest.approx(fifth.true.value) for fifth in found[:4])
    last = found[-1]
    assert last.true.high < last.answered.value  # type: ignore[operator]
    assert [fifth.low for fifth in found] == sorted(fifth.low for fifth in found)


def test_equal_answers_stand_together() -> None:
    found = evaluate_numbers(TRUTH, np.full(400, 100.0), baseline=100.0)
    assert len(found.fifths) == 1 and found.fifths[0].n == 400
    assert not found.better and any("same number" in note for note in found.notes)


def test_one_true_number_leaves_r2_undefined() -> None:
    found = evaluate_numbers(np.full(30, 5.0), RANDOM.normal(5, 1, 30), baseline=5.0)
    assert found.figures["r2"].value is None and "same" in found.figures["r2"].method
    assert found.figures["mae"].value is not None


def test_records_come_back() -> None:
    found = evaluate_numbers(TRUTH, ANSWERS, baseline=0.0, low=ANSWERS - 9, high=ANSWERS + 9, asked=0.9, target="x")
    written = json.loads(json.dumps(found.to_json()))
    assert written["task"] == "regression" and written["schema"] == 1
    assert RegressionEvaluation.from_json(written) == found
    with pytest.raises(DataError, match="schema"):
        RegressionEvaluation.from_json(written | {"schema": 2})
    with pytest.raises(DataError, match="incomplete"):
        RegressionEvaluation.from_json({key: value for key, value in written.items() if key != "fifths"})


@pytest.mark.parametrize(
    ("truth", "answers", "words"),
    [
        ([], [], "0 true numbers"),
        ([1.0, 2.0], [1.0], "1 answers"),
        ([1.0, np.nan], [1.0, 2.0], "NaN"),
        ([[1.0], [2.0]], [1.0, 2.0], "shape"),
    ],
)
def test_what_does_not_fit_is_refused(truth: list[float], answers: list[float], words: str) -> None:
    with pytest.raises(DataError, match=words):
        evaluate_numbers(truth, answers, baseline=0.0)

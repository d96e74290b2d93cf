"""Figures of forecasts against plain sums, and intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest

from discern.evaluate.forecast import Accuracy, Outcomes, baseline_error, block, draws, measure


def outcomes(seed: int = 0, n: int = 40, spread: float = 1.0) -> Outcomes:
    draw = np.random.default_rng(seed)
    actual = draw.normal(100, 10, size=(3, n, 4))
    predicted = actual + draw.normal(0, spread, size=actual.shape)
    base = actual + draw.normal(0, 2.0, size=actual.shape)
    return Outcomes(actual, predicted, base, np.array([1.0, 2.0, 4.0]), predicted - 1.6, predicted + 1.6)


def test_figures_are_the_plain_means() -> None:
    found = outcomes()
    got = measure(found)
    error = found.actual - found.predicted
    assert got.mae.value == pytest.approx(np.abs(error).mean()) and got.mae.n == error.size
    assert got.rmse.value == pytest.approx(np.sqrt((error**2).mean()))
    assert got.mase.value == pytest.approx((np.abs(error).mean(axis=(1, 2)) / found.one_round).mean())
    assert got.ratio.value == pytest.approx(np.abs(error).mean() / np.abs(found.actual - found.baseline).mean())
    assert got.coverage is not None and got.coverage.value == pytest.approx((np.abs(error) <= 1.6).mean())
    for figure in (got.mae, got.rmse, got.mase, got.ratio, got.coverage):
        assert figure.low is not None and figure.value is not None and figure.high is not None
        assert figure.low < figure.value < figure.high
    assert Accuracy.from_json(got.to_json()) == got
    assert measure(found.of_place(1)).mae.value == pytest.approx(np.abs(error[1]).mean())
    assert measure(found.of_ahead(2)).mae.value == pytest.approx(np.abs(error[:, :, 2]).mean())


def test_missing_values_are_left_out_and_counted() -> None:
    found = outcomes()
    found.actual[0, :5] = np.nan
    got = measure(found)
    assert got.mae.n == found.actual.size - 20
    assert got.mae.value == pytest.approx(np.nanmean(np.abs(found.actual - found.predicted)))
    found.actual[:] = np.nan
    assert measure(found).mae.value is None


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    true = np.sqrt(2 / np.pi)
    held = [figure.low <= true <= figure.high for figure in (measure(outcomes(seed, 60)).mae for seed in range(120))
            if figure.low is not None and figure.high is not None]  # fmt: skip
    assert len(held) == 120 and 0.87 <= np.mean(held) <= 0.99


def test_blocks_keep_neighbours_together() -> None:
    assert (block(56), block(2), block(1)) == (4, 1, 1)
    drawn = draws(56, 0)
    assert drawn.shape == (1000, 56) and (drawn.sum(axis=1) == 56).all()
    linked = np.corrcoef(drawn[:, 10], drawn[:, 11])[0, 1]
    assert linked > 0.5 > abs(np.corrcoef(drawn[:, 10], drawn[:, 30])[0, 1])


def test_one_forecast_has_no_interval_and_says_why() -> None:
    got = measure(outcomes(n=1))
    assert got.mae.value is not None and got.mae.low is None and "one forecast alone" in got.mae.method


def test_a_constant_series_has_no_ratio_and_says_why() -> None:
    flat = np.full((1, 10, 3), 5.0)
    got = measure(Outcomes(flat, flat, flat, np.array([0.0])))
    assert got.mae.value == 0 and got.ratio.value is None and "no error" in got.ratio.method
    assert got.mase.value is None and "do not differ" in got.mase.method and got.coverage is None


def test_the_error_of_the_baseline_in_the_past() -> None:
    values = np.array([[1.0, 2.0, 4.0, np.nan, 8.0, 100.0]])
    assert baseline_error(values, 2, 5).tolist() == [pytest.approx((3 + 4) / 2)]
    assert np.isnan(baseline_error(values, 5, 5)).all()

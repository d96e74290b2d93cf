"""Coefficients: equal to statsmodels', robust and grouped ones too; collinear columns named; nothing found in noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.outliers_influence import variance_inflation_factor

from discern.core.records import Column
from discern.explain.coefficients import Coefficients, coefficients
from discern.explain.linear import independent

Array = NDArray[np.float64]


def numbers(*names: str) -> list[Column]:
    return [Column(name, "number") for name in names]


def table(seed: int = 0, n: int = 120) -> tuple[Array, Array, NDArray[np.int64]]:
    """Columns of very different sizes, errors that grow with one of them, rows in groups."""
    rng = np.random.default_rng(seed)
    values = np.column_stack([rng.normal(20_000, 3, n), rng.uniform(0, 1e-4, n), rng.normal(0, 1, n)])
    values[:, 2] += 2e4 * values[:, 1]
    units = np.arange(n) // 4
    shared = rng.normal(0, 1, n // 4)[units]
    target = 3 + 0.5 * (values[:, 0] - 20_000) + 1e5 * values[:, 1] + rng.normal(0, 1, n) * (1 + 2e4 * values[:, 1])
    return values, target + shared, units


def column(found: Coefficients, name: str, side: str = "value") -> list[Any]:
    return [getattr(getattr(row, name), side) for row in found.rows]


def close(found: list[Any], wanted: Any) -> None:
    np.testing.assert_allclose(np.array(found, float), np.asarray(wanted), rtol=1e-8)


def test_they_equal_those_of_statsmodels() -> None:
    values, target, _ = table()
    found = coefficients(values, numbers("a", "b", "c"), target)
    peer = sm.OLS(target, sm.add_constant(values)).fit()
    for name, wanted in (("estimate", peer.params), ("error", peer.bse), ("t", peer.tvalues), ("p", peer.pvalues)):
        close(column(found, name), wanted)
    bounds = peer.conf_int()
    close(column(found, "estimate", "low"), bounds[:, 0])
    close(column(found, "estimate", "high"), bounds[:, 1])
    assert found.fit.value == pytest.approx(peer.rsquared, rel=1e-10)
    wide = peer.get_robustcov_results("HC3")
    close(column(found, "robust_error"), wide.bse)
    close(column(found, "robust", "low"), wide.conf_int()[:, 0])
    design = sm.add_constant(values)
    close(column(found, "inflation")[1:], [variance_inflation_factor(design, place) for place in (1, 2, 3)])
    close(column(found, "scaled")[1:], peer.params[1:] * values.std(axis=0, ddof=1))


def test_rows_that_go_together_are_counted_together() -> None:
    values, target, units = table()
    values = values * [1, 1e4, 1] - [20_000, 0, 0]  # statsmodels loses digits where sizes differ so much
    found = coefficients(values, numbers("a", "b", "c"), target, units[::-1])
    assert found.n_units == 30
    peer = sm.OLS(target, sm.add_constant(values)).fit(
        cov_type="cluster", cov_kwds={"groups": units[::-1], "df_correction": True}, use_t=True
    )
    close(column(found, "robust_error"), peer.bse)
    close(column(found, "robust", "high"), peer.conf_int()[:, 1])
    assert "rows of a group" in found.rows[1].robust.method


@pytest.mark.parametrize("n_classes", [2, 3])
def test_those_of_classes_equal_those_of_statsmodels(n_classes: int) -> None:
    values, target, units = table(n=240)
    labels = np.array(["low", "mid", "top"])[np.digitize(target, [5.0] if n_classes == 2 else [3.0, 8.0])]
    found = coefficients(values, numbers("a", "b", "c"), labels)
    unit = np.column_stack([(values[:, 0] - 20_000), values[:, 1] * 1e4, values[:, 2]])
    codes = np.unique(labels, return_inverse=True)[1]
    peer = sm.MNLogit(codes, sm.add_constant(unit)).fit(method="newton", tol=1e-14, disp=False)
    scale = np.array([1, 1e4, 1])
    rows = [row for row in found.rows if row.column]
    wanted = (np.asarray(peer.params)[1:] * scale[:, None]).T.ravel()
    np.testing.assert_allclose([row.estimate.value for row in rows], wanted, rtol=1e-6)
    errors = (np.asarray(peer.bse)[1:] * scale[:, None]).T.ravel()
    np.testing.assert_allclose([row.error.value for row in rows], errors, rtol=1e-6)
    np.testing.assert_allclose([row.p.value for row in rows], np.asarray(peer.pvalues)[1:].T.ravel(), rtol=1e-5)
    assert found.fit.value == pytest.approx(peer.prsquared, rel=1e-8)
    if n_classes == 2:
        grouped = coefficients(values, numbers("a", "b", "c"), labels, units)
        together = sm.Logit(codes, sm.add_constant(unit)).fit(
            method="newton", tol=1e-14, disp=False, cov_type="cluster", cov_kwds={"groups": units}
        )
        got = np.array([row.robust_error.value for row in grouped.rows if row.column], float)
        np.testing.assert_allclose(got, together.bse[1:] * scale, rtol=1e-6)


def test_categories_are_held_against_the_most_frequent_value_and_gaps_are_marked() -> None:
    rng = np.random.default_rng(1)
    n = 300
    kind, size = rng.choice(3, n, p=[0.2, 0.5, 0.3]).astype(float), rng.normal(0, 1, n)
    target = np.array([4.0, 1.0, 2.0])[kind.astype(int)] + size + rng.normal(0, 0.1, n)
    size[:30], kind[30:40] = np.nan, np.nan
    columns = [Column("kind", "category", ("a", "b", "c")), Column("size", "number")]
    found = coefficients(np.column_stack([kind, size]), columns, target)
    by = {row.term: row for row in found.rows}
    assert list(by) == ["(constant)", "kind: a", "kind: c", "kind: (no value)", "size", "size is missing"]
    assert by["kind: a"].reference == "b" and by["size"].reference == ""
    assert by["kind: a"].estimate.value == pytest.approx(3.0, abs=0.2)
    assert by["size"].estimate.value == pytest.approx(1.0, abs=0.1)


def test_a_term_that_rests_on_few_rows_is_fitted_but_not_tested_and_the_others_stay_as_they_are() -> None:
    values, target, _ = table()
    values = values * [1, 1e4, 1] - [20_000, 0, 0]
    values[7, 0], values[[20, 50, 90], 1], values[100:110, 2] = np.nan, np.nan, np.nan
    found = coefficients(values, numbers("a", "b", "c"), target)
    names = ["(constant)", "a", "b", "c", "c is missing", "a is missing", "b is missing"]
    assert [row.term for row in found.rows] == names
    assert [row.untested for row in found.rows] == [""] * 5 + ["rests on 1 row", "rests on 3 rows"]
    filled = np.where(np.isnan(values), np.nanmedian(values, axis=0), values)
    gaps = np.isnan(values).astype(float)
    unit = sm.add_constant(np.column_stack([filled, gaps[:, [2, 0, 1]]]))
    peer = sm.OLS(target, unit).fit()
    close(column(found, "estimate"), peer.params)
    close(column(found, "error")[:5], peer.bse[:5])
    # An indicator of one row is the same as leaving the row out, where HC3 is defined.
    rows = np.arange(len(values)) != 7
    wide = sm.OLS(target[rows], unit[rows][:, [0, 1, 2, 3, 4, 6]]).fit().get_robustcov_results("HC3")
    close(column(found, "robust_error")[:5], wide.bse[:5])
    close(column(found, "robust", "high")[:5], wide.conf_int()[:5, 1])
    close(column(found, "corrected")[1:5], multipletests(wide.pvalues[1:5], method="holm")[1])
    for row in found.rows[5:]:
        assert row.estimate.low is None and row.robust.high is None and row.robust.value == row.estimate.value
        assert all(figure.value is None for figure in (row.error, row.t, row.p, row.robust_error, row.corrected))
        assert not row.shown and row.corrected.method == f"not tested: {row.untested}"
    assert found.to_json()["rows"][5]["untested"] == "rests on 1 row"


def test_where_rows_go_together_a_term_rests_on_groups() -> None:
    values, target, units = table()
    values = np.column_stack([values, units == 3, units < 10, np.arange(len(units)) % 40 == 0])
    by = {row.term: row.untested for row in coefficients(values, numbers(*"abcdef"), target, units).rows}
    assert [by[name] for name in "abcdef"] == ["", "", "", "rests on 1 group", "", "rests on 3 groups"]
    alone = coefficients(values, numbers(*"abcdef"), target, np.zeros(len(units), int)).rows
    assert {row.term for row in alone if row.untested} == {"d", "f"}


def test_more_than_a_third_of_a_small_table_is_not_few() -> None:
    rng = np.random.default_rng(0)
    values = np.column_stack([np.arange(12) < 5, np.arange(12) % 3 == 0, rng.normal(size=12)])
    found = coefficients(values, numbers("five", "four", "other"), rng.normal(size=12))
    assert {row.term: row.untested for row in found.rows if row.untested} == {"four": "rests on 4 rows"}


def test_a_label_of_few_rows_is_not_tested_for_classes_either() -> None:
    values, target, _ = table(n=240)
    values = np.column_stack([values, np.isin(np.arange(240), [0, 20, 40, 60, 80, 100, 120])])
    labels = np.where((target > np.median(target)) ^ (np.arange(240) % 40 == 0), "yes", "no")
    found = coefficients(values, numbers(*"abcd"), labels)
    assert [row.term for row in found.rows] == ["(constant)", *"abcd"]
    assert found.rows[-1].untested == "rests on 7 rows" and found.rows[-1].p.value is None
    assert "corrected for 3" in found.rows[1].corrected.method


def test_columns_made_of_others_are_left_out_and_named() -> None:
    values, target, _ = table()
    with_sum = np.column_stack([values, values[:, 0] + 2 * values[:, 2], np.full(len(values), 7.0), values[:, 1]])
    found = coefficients(with_sum, numbers("a", "b", "c", "sum", "seven", "b again"), target)
    assert [row.term for row in found.rows] == ["(constant)", "a", "b", "c"]
    assert {one.term: one.reason for one in found.left_out} == {
        "sum": "it is made of a, c",
        "b again": "it is made of b",
        "seven": "it is the same in every row",
    }
    kept, dependent = independent(with_sum)
    assert kept == [0, 1, 2] and [one.column for one in dependent] == [3, 4, 5]


def test_near_copies_are_told_by_the_inflation_of_their_variance() -> None:
    rng = np.random.default_rng(0)
    first = rng.normal(size=200)
    values = np.column_stack([first, first + 0.05 * rng.normal(size=200), rng.normal(size=200)])
    found = coefficients(values, numbers("first", "near", "other"), first + rng.normal(size=200))
    assert [row.entangled for row in found.rows[1:]] == [True, True, False]


def test_too_few_rows_and_labels_without_a_mistake_get_a_reason() -> None:
    values, target, _ = table()
    few = coefficients(values[:4], numbers("a", "b", "c"), target[:4])
    assert not few.rows and few.reason == "4 rows for 4 coefficients: there must be more rows than coefficients"
    labels = np.where(values[:, 0] > 20_000, "yes", "no")
    apart = coefficients(values, numbers("a", "b", "c"), labels)
    assert not apart.rows and "without a mistake" in apart.reason
    nearly = np.where(values[:, 0] > 20_000 + 0.5 * values[:, 2], "yes", "no")
    nearly[values[:, 1] > 9e-5] = "yes"
    quasi = np.column_stack([values, (values[:, 1] > 9e-5)])
    found = coefficients(quasi, numbers("a", "b", "c", "d"), nearly)
    assert not found.rows and "without a mistake" in found.reason
    assert "same in every row" in coefficients(values, numbers("a", "b", "c"), np.ones(len(values))).reason
    assert apart.to_json()["fit"]["value"] is None


def test_the_correction_keeps_false_alarms_at_the_stated_share() -> None:
    """400 tables of ten columns that have nothing to do with the target: 5 % may show any, so 34 at most (99.9 %)."""
    rng = np.random.default_rng(5)
    names = numbers(*"abcdefghij")
    alarms = sum(
        any(row.shown for row in coefficients(rng.normal(size=(60, 10)), names, rng.exponential(size=60)).rows)
        for _ in range(400)
    )
    assert alarms <= 34

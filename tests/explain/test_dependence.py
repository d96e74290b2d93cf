"""Partial dependence: of known functions it is known; categories, classes, spread and where the data lie."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeRegressor

from discern.core.records import Column
from discern.explain.dependence import dependence

Array = NDArray[np.float64]
COLUMNS = [Column("a", "number"), Column("b", "number")]


def table(n: int = 300) -> Array:
    return np.random.default_rng(0).normal(size=(n, 2))


def test_it_equals_scikit_learns() -> None:
    values = table()
    target = values[:, 0] ** 2 + values[:, 1]
    tree = DecisionTreeRegressor(max_depth=4, random_state=0).fit(values, target)
    found = dependence(tree.predict, values, COLUMNS, 0)
    peer = partial_dependence(tree, values, [0], custom_values={0: np.array(found.at)}, method="brute")
    np.testing.assert_allclose([one.value for one in found.curves[0].mean], peer["average"][0], rtol=1e-12)
    assert len(found.at) == 21 and sum(found.rows) == 300


def test_rows_that_differ_have_a_spread_and_equal_ones_none() -> None:
    values = table()
    flat = dependence(LinearRegression().fit(values, values @ [2.0, 1.0]).predict, values, COLUMNS, 0).curves[0]
    centred = np.array([one.value for one in flat.mean]) - np.mean([one.value for one in flat.mean])
    np.testing.assert_allclose(flat.low, centred, atol=1e-9)
    np.testing.assert_allclose(flat.high, centred, atol=1e-9)
    crossed = dependence(lambda x: x[:, 0] * x[:, 1], values, COLUMNS, 0).curves[0]
    assert crossed.high[-1] - crossed.low[-1] > 3
    assert len(crossed.lines) == 24 and len(crossed.lines[0]) == 21


def test_the_interval_is_wider_where_rows_go_together() -> None:
    values = np.repeat(table(20), 15, axis=0)
    alone = dependence(lambda x: x[:, 0] + x[:, 1], values, COLUMNS, 0).curves[0].mean[0]
    grouped = dependence(lambda x: x[:, 0] + x[:, 1], values, COLUMNS, 0, np.arange(300) // 15).curves[0].mean[0]
    assert alone.value == grouped.value and "20 groups" in grouped.method
    assert (grouped.high or 0) - (grouped.low or 0) > 3 * ((alone.high or 0) - (alone.low or 0))


def test_categories_and_classes() -> None:
    values = np.column_stack([np.tile([0.0, 1.0, 3.0], 100), table()[:, 1]])
    values[:10, 0] = np.nan
    made = [Column("kind", "category", ("a", "b", "c", "d")), Column("b", "number")]

    def three(x: Array) -> Array:
        yes = 0.2 + 0.2 * np.nan_to_num(x[:, 0])
        return np.column_stack([1 - yes, yes / 2, yes / 2])

    found = dependence(three, values, made, 0, classes=("n", "y", "z"))
    assert found.names == ("a", "b", "d") and sum(found.rows) == 290
    assert [curve.answer for curve in found.curves] == ["n", "y", "z"]
    assert [one.value for one in found.curves[0].mean] == pytest.approx([0.8, 0.6, 0.2])
    two = dependence(lambda x: three(x)[:, :2], values, made, 0, classes=("n", "y"))
    assert [curve.answer for curve in two.curves] == ["y"]
    assert found.to_json()["at"] == ["a", "b", "d"]


def test_a_column_with_one_value_gets_a_reason() -> None:
    values = table()
    values[:, 0] = 3
    found = dependence(lambda x: x[:, 1], values, COLUMNS, 0)
    assert not found.curves and found.reason == "it has fewer than two values"
